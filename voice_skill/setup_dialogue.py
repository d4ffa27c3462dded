"""The setup as a dialogue: which devices, how loud the room is, is the wake phrase heard, which emergency number.

What is said and answered goes through `Talk`, what is measured through `Room`; nothing is written here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from voice_skill.levels import SILENT_DBFS
from voice_skill.settings import EMERGENCY_NUMBERS

WAKE_TIMES = 3
TRIES = 3
TOO_LOUD_DBFS = -30.0  # a room in which nobody is understood
NOISE_FROM_DBFS, NOISE_TO_DBFS = -80.0, -30.0
OWN = ""  # the system's own choice


class Talk(Protocol):
    """Say lines of the pack, and ask."""

    def say(self, line: str, **values: str) -> None:
        """Say one of the pack's lines."""

    def ask(self, line: str, choices: Sequence[str], **values: str) -> str:
        """Say a line and give the choice that was answered, "" for none or for "skip"."""


class Room(Protocol):
    """Measure with the devices that were chosen."""

    def devices(self, kind: str) -> list[str]:
        """Give the names of the microphones ("input") or loudspeakers ("output")."""

    def chime(self, speaker: str) -> None:
        """Play a sound; HardwareError when it cannot be heard."""

    def noise_dbfs(self, microphone: str) -> float:
        """Listen for three seconds; give the loudness. MicrophoneError when there is no microphone."""

    def wakes(self, microphone: str) -> bool:
        """Listen for some seconds; tell whether the wake phrase was heard."""


@dataclass
class Setup:
    """Go through the steps; every one can be skipped, and keeps what was set before."""

    talk: Talk
    room: Room
    wake: str

    def run(self, *, measuring: bool) -> dict[str, Any]:
        """Give the changes to the settings, by section; without `measuring` only what can be answered in words."""
        self.talk.say("setup_hello")
        changes: dict[str, Any] = {}
        sound: dict[str, str] = {}
        if measuring:
            sound["speaker"] = self._speaker()
            sound["microphone"] = self._device("input", "setup_microphone")
            noise = self._noise(sound["microphone"])
            if noise is not None:
                changes["listen"] = {"noise_dbfs": noise}
                self._wake(sound["microphone"])
            changes["sound"] = sound
        number = self.talk.ask("setup_number", EMERGENCY_NUMBERS)
        if number:
            changes["emergency_number"] = number
        return changes

    def _device(self, kind: str, line: str) -> str:
        names = self.room.devices(kind)
        if len(names) < 2:
            return OWN
        numbers = [str(n + 1) for n in range(len(names))]
        listed = ", ".join(f"{number}: {name}" for number, name in zip(numbers, names, strict=True))
        chosen = self.talk.ask(line, numbers, names=listed)
        return names[int(chosen) - 1] if chosen else OWN

    def _speaker(self) -> str:
        for _ in range(TRIES):
            name = self._device("output", "setup_speaker")
            self.room.chime(name)
            if self.talk.ask("setup_heard", ("yes", "no")) != "no":
                return name
            self.talk.say("setup_not_heard")
        return OWN

    def _noise(self, microphone: str) -> float | None:
        for _ in range(TRIES):
            self.talk.say("setup_quiet")
            level = self.room.noise_dbfs(microphone)
            if level <= SILENT_DBFS:
                self.talk.say("microphone_muted")
            elif level > TOO_LOUD_DBFS:
                self.talk.say("setup_loud")
            else:
                self.talk.say("setup_noise", level=f"{-level:.0f}")
                return round(min(max(level, NOISE_FROM_DBFS), NOISE_TO_DBFS), 1)
            if self.talk.ask("setup_again", ("yes", "no")) != "yes":
                return None
        return None

    def _wake(self, microphone: str) -> None:
        while True:
            heard = 0
            for _ in range(WAKE_TIMES):
                self.talk.say("setup_wake", phrase=self.wake)
                heard += self.room.wakes(microphone)
            self.talk.say("setup_woken", count=str(heard), total=str(WAKE_TIMES))
            if heard >= WAKE_TIMES - 1 or self.talk.ask("setup_again", ("yes", "no")) != "yes":
                return
