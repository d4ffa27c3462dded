"""Are we being spoken to? A spotter hears the wake phrase; what follows it in the same breath is not lost."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from voice_skill.errors import SettingsError
from voice_skill.gate import Sound
from voice_skill.ports import RATE_HZ, Spotter

SIGHTINGS = 2  # blocks in a row that show the phrase: an unfinished reading may be taken back
AFTER_S = 0.05  # the phrase's last sound goes on a little after the recognizer ends it
KEPT_S = 6.0  # of sound, so that the words after the phrase are there when it is recognised
REST_S = 0.5  # of silence after which a stretch of talk is over
TALK_MOST_S = 12.0  # of talk in one go: the spotter begins anew


class WakeWord:
    """Listen for any of several phrases in what the gate lets through."""

    def __init__(self, spotter: Spotter, phrases: Sequence[str]) -> None:
        self._spotter = spotter
        self._phrases = tuple(phrases)
        self._kept = bytearray()
        self._cut = 0  # bytes already dropped from what is kept
        self._sightings = 0

    def take(self, sound: Sound) -> tuple[str, bytes] | None:
        """Take one block; give the phrase, and the sound after it, when it was heard."""
        if not sound.pcm:
            return None
        if sound.onset:
            self.reset()
        self._keep(sound.pcm)
        partial = self._spotter.accept(sound.pcm)
        self._sightings = self._sightings + 1 if self._in(partial) else 0
        talked_s = (self._cut + len(self._kept)) / 2 / RATE_HZ
        if self._sightings < SIGHTINGS and sound.silence_s < REST_S and talked_s < TALK_MOST_S:
            return None
        words, end_s = self._spotter.finish()
        phrase = self._in(words)
        after = bytes(self._kept[max(0, int((end_s + AFTER_S) * RATE_HZ) * 2 - self._cut) :]) if phrase else b""
        self.reset()
        return (phrase, after) if phrase else None

    def _keep(self, pcm: bytes) -> None:
        self._kept += pcm
        over = len(self._kept) - int(KEPT_S * RATE_HZ) * 2
        if over > 0:
            del self._kept[:over]
            self._cut += over

    def _in(self, words: str) -> str:
        return next((p for p in self._phrases if f" {p} " in f" {words} "), "")

    def reset(self) -> None:
        """Forget what was heard."""
        self._spotter.reset()
        self._kept.clear()
        self._cut = self._sightings = 0


def check(phrases: Sequence[str], knows: Callable[[str], bool], commands: Sequence[str]) -> None:
    """Refuse a wake phrase that cannot work, with the reason: SettingsError."""
    hint = 'Choose two or more common words, for example: wake = ["okay coach"]'
    for phrase in phrases:
        words = phrase.split()
        strange = [w for w in words if not knows(w)]
        if strange:
            raise SettingsError(f"The wake phrase {phrase!r} cannot be heard: the model lacks {strange[0]!r}.", hint)
        if phrase in commands:
            raise SettingsError(f"The wake phrase {phrase!r} is a command already.", hint)
        if len(words) < 2:
            raise SettingsError(f"The wake phrase {phrase!r} is too short: everyday talk would wake it.", hint)
