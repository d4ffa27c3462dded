"""Are we being listened to, and for how long? The window after a wake phrase, an answer or a press."""

from __future__ import annotations

PAUSED_S = 60.0  # a reading that was told to wait can be gone on with for so long without the wake phrase
WORD_S = 1.0  # while words come, the window does not close between two of them


class Attention:
    """Hold the window in which no wake phrase is needed."""

    def __init__(self, window_s: float, *, always: bool) -> None:
        self._window_s = window_s
        self._always = always
        self._until_s = 0.0
        self.expecting = False  # somebody said the wake phrase, or was asked something
        self.silent_so_far = False  # the wake phrase was heard, and no word since
        self.paused = False

    def open(self, now: float) -> bool:
        """Tell whether what is said now is meant for us."""
        return self._always or now < self._until_s

    def wake(self, now: float) -> None:
        """Open the window: somebody spoke to us or pressed the key."""
        self._until_s = now + self._window_s
        self.expecting = self.silent_so_far = True
        self.paused = False

    def word(self, now: float) -> None:
        """Keep the window open while words come."""
        self.silent_so_far = False
        self._until_s = max(self._until_s, now + WORD_S)

    def answered(self, now: float, *, asking: bool, paused: bool) -> None:
        """Open the window anew after an utterance: longer where the reading was told to wait."""
        self._until_s = now + (PAUSED_S if paused else self._window_s)
        self.silent_so_far, self.expecting, self.paused = False, asking, paused

    def spoken(self, now: float) -> None:
        """Begin the window when the voice has ended."""
        self._until_s = now + self._window_s

    def close(self) -> bool:
        """Close the window; tell whether somebody was expected to say something."""
        expecting = self.expecting
        self._until_s = 0.0
        self.expecting = self.silent_so_far = self.paused = False
        return expecting

    def over(self, now: float) -> bool:
        """Tell whether the window has just run out."""
        return not self._always and 0.0 < self._until_s <= now
