"""How a server fares with many rooms: all ask at the same moment, at the pace of speech, through the protocol."""

from __future__ import annotations

import asyncio
import re
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from wyoming.asr import Transcribe, Transcript
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.client import AsyncTcpClient
from wyoming.event import Event
from wyoming.info import Describe
from wyoming.tts import Synthesize

from voice_skill import assemble
from voice_skill.bench import machine
from voice_skill.edge.pcm import Converter
from voice_skill.errors import SettingsError
from voice_skill.messages import Delivery
from voice_skill.ports import RATE_HZ
from voice_skill.settings import Settings
from voice_skill.skill import Skill

SPEECH_S = 3.0
PIECE_S = 0.064  # as satellites send
PATIENCE_S = 60.0
HOST = "127.0.0.1"


@dataclass(frozen=True)
class Question:
    """Hold one question as 3 s of PCM at 16 kHz, and the reply that is right."""

    text: str
    pcm: bytes
    reply: str


@dataclass(frozen=True)
class Turn:
    """Hold one room's turn: seconds from its last sound to the words, the answer, and the end of the spoken answer."""

    words_s: float
    answer_s: float
    spoken_s: float
    right: bool
    text: str


@dataclass
class Round:
    """Hold one round of so many rooms; memory in MB (10^6 bytes), describe times in seconds."""

    rooms: int
    turns: list[Turn]
    describe_s: list[float]
    memory_mb: float
    used_s: float  # of the processor, by the server

    @property
    def slowest_s(self) -> float:
        """Give the longest time from a last sound to its answer."""
        return max(t.answer_s for t in self.turns)

    def line(self) -> str:
        """Say it in one line."""
        right = sum(t.right for t in self.turns)
        middle = statistics.median(t.answer_s for t in self.turns)
        return (
            f"{self.rooms:3} rooms: {right} of {len(self.turns)} right, answer after {middle:.2f} s (slowest "
            f"{self.slowest_s:.2f} s), spoken by {max(t.spoken_s for t in self.turns):.2f} s, describe "
            f"{1000 * statistics.median(self.describe_s):.1f} ms (longest {1000 * max(self.describe_s):.0f}), "
            f"{self.memory_mb:.0f} MB, {self.used_s / self.rooms:.2f} s of processor a room"
        )


@dataclass
class Result:
    """Hold all rounds."""

    rounds: list[Round] = field(default_factory=list)
    idle_mb: float = 0.0

    def memory_per_room_mb(self) -> float:
        """Give what each room took beyond the server that has heard nothing yet, at its worst."""
        return (max(r.memory_mb for r in self.rounds) - self.idle_mb) / max(r.rooms for r in self.rounds)

    def as_object(self) -> dict[str, Any]:
        """Give the figures for a file."""
        return {"idle_mb": self.idle_mb, "rounds": [asdict(r) for r in self.rounds]}


def questions(settings: Settings) -> list[Question]:
    """Give every topic's example as the skill's own voice says it, in 3 s, with what is to be answered."""
    skill = Skill.open(settings)
    voice = assemble.voice(settings)
    found = []
    try:
        for topic in skill.pack.topics.values():
            clip = voice.render(topic.example, Delivery())
            converter = Converter(clip.rate_hz, 2, 1)
            pcm = converter.convert(clip.pcm) + converter.convert(b"", last=True)
            room = int(SPEECH_S * RATE_HZ) * 2 - len(pcm)
            if room >= 0:
                skill.forget()
                found.append(Question(topic.example, bytes(room // 4 * 2) + pcm + bytes(room - room // 4 * 2), ""))
                found[-1] = Question(topic.example, found[-1].pcm, skill.ask(topic.example, 0.0).reply)
    finally:
        voice.close()
    return found


@contextmanager
def server(rooms: int) -> Iterator[tuple[int, int]]:
    """Run a server of our own; give its port and process id."""
    command = [sys.executable, "-m", "voice_skill", "serve", "--port", "0", "--rooms", str(rooms)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    said = ""
    try:
        for line in process.stderr or ():
            said += line
            if found := re.search(r"serving at tcp://[^ ]*:(\d+)", line):
                # a log that nobody reads would stop the server once the pipe is full
                threading.Thread(target=lambda: list(process.stderr or ()), daemon=True).start()
                yield int(found[1]), process.pid
                return
        raise SettingsError(f"The server did not start: {said.strip()}")
    finally:
        process.terminate()
        process.wait(timeout=20)


def measure(settings: Settings, rooms: int, warm_s: float = 30.0) -> Result:
    """Ask with 1, 2, 4, ... rooms at once; before that each question alone, to keep those the recognizer hears."""
    asked = questions(settings)
    with server(rooms) as (port, process):
        result = Result(idle_mb=machine.resident_mb(process))
        time.sleep(warm_s)  # the decoders practise meanwhile
        alone = [asyncio.run(_round(port, process, [q])) for q in asked]
        heard = [q for q, r in zip(asked, alone, strict=True) if r.turns[0].right]
        if not heard:
            raise SettingsError("The server understood none of the questions.")
        counts = [n for n in (1, 2, 4, 8, 16, 32, 64) if n < rooms] + [rooms]
        for count in counts:
            chosen = [heard[n % len(heard)] for n in range(count)]
            result.rounds.append(asyncio.run(_round(port, process, chosen)))
    return result


def ask_once(port: int, process: int, question: Question) -> Round:
    """Let one room ask."""
    return asyncio.run(_round(port, process, [question]))


async def _round(port: int, process: int, asked: Sequence[Question]) -> Round:
    done, used_s = asyncio.Event(), machine.used_s(process)
    watch = asyncio.create_task(_describe(port, done))
    turns = await asyncio.gather(*(_turn(port, q, f"room {n} {time.time()}") for n, q in enumerate(asked)))
    done.set()
    describe_s, used_s = await watch, machine.used_s(process) - used_s
    return Round(len(asked), list(turns), describe_s, machine.resident_mb(process), used_s)


async def _describe(port: int, done: asyncio.Event) -> list[float]:
    times: list[float] = []
    while not done.is_set() or not times:
        began = time.perf_counter()
        await _ask(port, Describe().event(), "info")
        times.append(time.perf_counter() - began)
        await asyncio.sleep(0.05)
    return times


async def _turn(port: int, question: Question, name: str) -> Turn:
    async with asyncio.timeout(PATIENCE_S), AsyncTcpClient(HOST, port) as client:
        await client.write_event(Transcribe(language="en").event())
        await client.write_event(AudioStart(RATE_HZ, 2, 1).event())
        began, step = time.perf_counter(), int(PIECE_S * RATE_HZ) * 2
        for at in range(0, len(question.pcm), step):
            await asyncio.sleep(max(0.0, began + at / 2 / RATE_HZ - time.perf_counter()))
            await client.write_event(AudioChunk(RATE_HZ, 2, 1, question.pcm[at : at + step]).event())
        ended = time.perf_counter()
        await client.write_event(AudioStop().event())
        words = await _until(client, "transcript")
    words_s = time.perf_counter() - ended
    text = str(words.data["text"])
    context = {"conversation_id": name}
    answer = await _ask(port, Transcript(text, context=context).event(), "handled", "not-handled")
    answer_s = time.perf_counter() - ended
    reply = str(answer.data["text"])
    await _ask(port, Synthesize(reply).event(), "audio-stop")
    return Turn(words_s, answer_s, time.perf_counter() - ended, reply == question.reply, text)


async def _ask(port: int, event: Event, *until: str) -> Event:
    async with asyncio.timeout(PATIENCE_S), AsyncTcpClient(HOST, port) as client:
        await client.write_event(event)
        return await _until(client, *until)


async def _until(client: AsyncTcpClient, *until: str) -> Event:
    while (event := await client.read_event()) is not None:
        if event.type in until:
            return event
        if event.type == "error":
            raise SettingsError(f"The server refused: {event.data.get('text')}")
    raise SettingsError("The server closed the connection.")


def write_plot(result: Result, path: Path) -> None:
    """Draw the time to the answer against the number of rooms."""
    from voice_skill.bench import plots

    plots.rooms([(r.rooms, [t.answer_s for t in r.turns]) for r in result.rounds], path)
