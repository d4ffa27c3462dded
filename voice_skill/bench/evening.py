"""An evening of eight hours, as fast as it goes: real ears and voice, a made room; memory, threads, files counted."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from voice_skill import assemble, testing
from voice_skill.bench.machine import resident_mb
from voice_skill.devices import Devices
from voice_skill.loop import Loop
from voice_skill.messages import AudioFrame, Event, Notice, Status
from voice_skill.narrator import Narrator
from voice_skill.ports import BLOCK_SAMPLES
from voice_skill.settings import Settings
from voice_skill.skill import Skill
from voice_skill.teller import Manner, Stage

HOURS = 8
EVERY_S = 120.0  # a question every two minutes


@dataclass
class Evening:
    """Hold what was counted; memory in MB at each full hour."""

    asked: int = 0
    answered: int = 0
    memory_mb: list[float] = field(default_factory=list)
    threads: list[int] = field(default_factory=list)
    files: list[int] = field(default_factory=list)

    def show(self, notice: Notice) -> None:
        """Count the answers."""
        self.answered += notice.event == "reply"

    def status(self, status: Status) -> None:
        """Pass over."""

    def close(self) -> None:
        """Leave nothing to undo."""

    def look(self) -> None:
        """Count memory, threads and open files."""
        self.memory_mb.append(resident_mb())
        self.threads.append(threading.active_count())
        self.files.append(len(list(Path(f"/proc/{os.getpid()}/fd").iterdir())) if Path("/proc").is_dir() else 0)


def spend(questions: Sequence[bytes], settings: Settings, hours: float = HOURS) -> Evening:
    """Ask one of the recordings (PCM, each with the wake phrase) every two minutes for some hours."""
    evening = Evening()
    skill = Skill.open(settings)
    model = assemble.speech_model(settings)
    voice = assemble.voice(settings)
    room = testing.FakeRoom(_script(questions, evening, hours))
    devices = Devices(room, room.speaker, room.put)
    stage = Stage(room, evening, room, Manner(wake=settings.listen.wake))  # type: ignore[arg-type]
    try:
        Loop(skill, assemble.hearing(settings, model, skill), Narrator(voice, room.speaker), devices, stage).run()
    finally:
        voice.close()
    return evening


def _script(questions: Sequence[bytes], evening: Evening, hours: float) -> Iterator[Event | float]:
    size = BLOCK_SAMPLES * 2
    for number in range(int(hours * 3600 / EVERY_S)):
        if number * EVERY_S % 3600 == 0:
            evening.look()
        pcm = questions[number % len(questions)]
        yield from (AudioFrame(pcm[at : at + size]) for at in range(0, len(pcm) - size, size))
        evening.asked += 1
        yield EVERY_S - len(pcm) / 32000
    evening.look()
