"""The one queue that everything arrives in: sound, presses, ends of playback; bounded for sound alone."""

from __future__ import annotations

import threading
from collections import deque

from voice_skill.messages import AudioFrame, Event

MOST_FRAMES = 320  # ten seconds of blocks; past that the oldest sound is dropped and counted


class Inbox:
    """Take events from any thread, give them to one."""

    def __init__(self) -> None:
        self._events: deque[Event] = deque()
        self._frames = 0
        self._changed = threading.Condition()
        self.dropped = 0

    def put(self, event: Event) -> None:
        """Add an event at the end; where too much sound waits, the oldest goes, never anything else."""
        with self._changed:
            self._events.append(event)
            if isinstance(event, AudioFrame):
                self._frames += 1
                if self._frames > MOST_FRAMES:
                    self._drop_oldest_sound()
            self._changed.notify()

    def _drop_oldest_sound(self) -> None:
        for at, event in enumerate(self._events):
            if isinstance(event, AudioFrame):
                del self._events[at]
                self._frames -= 1
                self.dropped += 1
                return

    def get(self, timeout_s: float) -> Event | None:
        """Give the next event, or None when none came in time."""
        with self._changed:
            if not self._events:
                self._changed.wait(max(timeout_s, 0.0))
            if not self._events:
                return None
            event = self._events.popleft()
            if isinstance(event, AudioFrame):
                self._frames -= 1
            return event
