"""The microphone and the loudspeaker on bad days: a loss is noticed, said once, and mended by name."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from voice_skill.errors import HardwareError, VoiceSkillError
from voice_skill.messages import Event
from voice_skill.ports import Microphone, Speaker

SILENT_FOR_S = 2.0  # no block for so long: the microphone is gone (pitfalls 3.3: often nothing else tells)
TRY_AGAIN_S = (0.5, 1.0, 2.0, 5.0)  # between attempts
OPENING_S = 1.0  # the first block may take so long
Which = Literal["microphone", "speaker"]


@dataclass(frozen=True, slots=True)
class Change:
    """Say that a device is lost ("" as name) or back."""

    device: Which
    name: str = ""
    reason: str = ""


class Devices:
    """Open both devices, watch over them, and open them again."""

    def __init__(self, microphone: Microphone, speaker: Speaker, deliver: Callable[[Event], None]) -> None:
        self._microphone = microphone
        self._speaker = speaker
        self._deliver = deliver
        self._lost: set[Which] = set()
        self._attempts = 0
        self._try_at = 0.0
        self._last_block_s = 0.0
        self.names: dict[str, str] = {}

    def open(self, now: float) -> list[VoiceSkillError]:
        """Open both; MicrophoneError when there is no microphone, a loudspeaker that is missing is given back."""
        self.names["microphone"] = self._microphone.open(self._deliver)
        self._last_block_s = now
        try:
            self.names["speaker"] = self._speaker.open(self._deliver)
        except HardwareError as exc:
            self.lose("speaker", now)
            return [exc]
        return []

    def close(self) -> None:
        """Let go of both."""
        self._microphone.close()
        self._speaker.close()

    @property
    def deaf(self) -> bool:
        """Tell whether the microphone is lost."""
        return "microphone" in self._lost

    @property
    def dumb(self) -> bool:
        """Tell whether the loudspeaker is lost."""
        return "speaker" in self._lost

    def heard_block(self, now: float) -> None:
        """Note that sound arrived."""
        self._last_block_s = now

    def lose(self, device: Which, now: float) -> bool:
        """Note a loss; tell whether it is news."""
        news = device not in self._lost
        self._lost.add(device)
        if news:
            self._attempts, self._try_at = 0, now + TRY_AGAIN_S[0]
        return news

    def check(self, now: float) -> list[Change]:
        """Notice a microphone that has gone silent, and try to get back what is lost."""
        if not self.deaf and now - self._last_block_s > SILENT_FOR_S:
            self.lose("microphone", now)
            return [Change("microphone", reason="it delivers nothing")]
        if not self._lost or now < self._try_at:
            return []
        self._attempts += 1
        self._try_at = now + TRY_AGAIN_S[min(self._attempts, len(TRY_AGAIN_S) - 1)]
        return self._reopen(now)

    def _reopen(self, now: float) -> list[Change]:
        back: list[Change] = []
        openers = {"microphone": self._microphone.open, "speaker": self._speaker.open}
        for device in sorted(self._lost):
            with contextlib.suppress(HardwareError):
                self.names[device] = openers[device](self._deliver)
                self._lost.discard(device)
                back.append(Change(device, self.names[device]))
        self._last_block_s = now + OPENING_S
        return back
