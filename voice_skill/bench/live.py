"""Hands free, measured: latency and its parts, "stop", the own voice, the wake phrase, idle load, lost devices."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from voice_skill import assemble, content
from voice_skill.bench import noise, speech
from voice_skill.bench.house import House, Listener, Track
from voice_skill.errors import SettingsError
from voice_skill.settings import Settings, cache_folder
from voice_skill.skill import pack_folder

WAKE = "okay coach"


@dataclass
class Measured:
    """Hold one row of the table: what, the figure wanted, the figure found, and the numbers behind it."""

    what: str
    wanted: str
    found: str
    numbers: dict[str, Any] = field(default_factory=dict)


def pcm(text: str, voice: str, snr_db: float | None = None, number: int = 0) -> bytes:
    """Give a sentence in a voice as 16 kHz PCM, under kitchen noise where an SNR is given."""
    folder = cache_folder() / "speech"
    folder.mkdir(parents=True, exist_ok=True)
    sound = speech.say(text, voice, folder)
    if snr_db is not None:
        sound = noise.mix(sound, noise.kitchen(len(sound), np.random.default_rng(number)), snr_db)
    return bytes((sound * 32767).astype("<i2").tobytes())


class Bench:
    """Run the skill in a house of its own and measure it."""

    def __init__(self, house: House, voices: Sequence[str], times: int) -> None:
        self._house = house
        self._voices = list(voices)
        self._times = times
        topics = content.load(pack_folder(Settings())).topics.values()
        self._questions = [topic.example for topic in topics]

    def _voice(self, number: int) -> str:
        return self._voices[number % len(self._voices)]

    def rows(self) -> Iterator[Callable[[], Measured]]:
        """Give the measurements, to be carried out one by one."""
        yield from (
            self.latency,
            self.stop,
            self.own_voice,
            self.wake,
            self.idle,
            self.talk,
            self.devices,
            self.evening,
        )

    def _listener(self, *options: str) -> Listener:
        listener = Listener(self._house, *options)
        if listener.wait("ready", 60) is None:
            listener.close()
            raise SettingsError("The skill did not start in the bench's own house.", "Run: voice-skill doctor")
        return listener

    def latency(self) -> Measured:
        """Ask questions, and measure from the last sound of each to the first of its answer."""
        parts: dict[str, list[float]] = {"endpoint": [], "understanding": [], "voice": [], "sound": []}
        totals: list[float] = []
        listener = self._listener("--always-on", "--no-earcons")
        ears, mouth = self._house.track("mic_feed"), self._house.track("speaker")
        try:
            time.sleep(1)
            for number in range(self._times):
                question = self._questions[number % len(self._questions)]
                listener.forget()
                start = time.monotonic()
                self._house.play(pcm(question, self._voice(number)))
                found = self._parts(listener, (ears, mouth), start)
                if found is not None:
                    totals.append(sum(found))
                    for name, value in zip(parts, found, strict=True):
                        parts[name].append(value)
                self._hush(listener)
        finally:
            _close(listener, ears, mouth)
        middle, late = np.percentile(totals, [50, 95]) if totals else (9.9, 9.9)
        text = f"{middle * 1000:.0f} ms / {late * 1000:.0f} ms ({len(totals)} of {self._times} answered)"
        shares = {name: [round(v, 3) for v in values] for name, values in parts.items()}
        return Measured("end of question to first sample of answer, median / 95th", "500 / 900 ms", text, shares)

    def _parts(self, listener: Listener, tracks: tuple[Track, Track], start: float) -> tuple[float, ...] | None:
        heard, reply = listener.wait("heard", 8), listener.wait("reply", 2)
        speaking = listener.wait("speaking", 5)
        if heard is None or reply is None or speaking is None:
            return None
        time.sleep(0.5)
        ended, sound = tracks[0].last(start, heard[0]), tracks[1].first(heard[0] - 0.05)
        if ended is None or sound is None:
            return None
        return heard[0] - ended, reply[0] - heard[0], speaking[0] - reply[0], sound - speaking[0]

    def _hush(self, listener: Listener) -> None:
        """End the answer and wait until it is quiet."""
        time.sleep(0.3)
        self._house.play(pcm("stop", self._voices[0]))
        listener.wait("reply", 3, topic="stop")
        time.sleep(1.5)

    def stop(self) -> Measured:
        """Say "stop" into an answer, and measure from the word's end to silence."""
        waits: list[float] = []
        listener = self._listener("--always-on", "--no-earcons")
        ears, mouth = self._house.track("mic_feed"), self._house.track("speaker")
        try:
            for number in range(20):
                listener.forget()
                self._house.play(pcm(self._questions[number % len(self._questions)], self._voice(number)))
                if listener.wait("speaking", 8) is None:
                    continue
                time.sleep(1.0 + 0.13 * number)
                start = time.monotonic()
                self._house.play(pcm("stop", self._voice(number)))
                time.sleep(1.2)
                ended = ears.last(start, time.monotonic()) or start
                waits.append((mouth.last(start, time.monotonic()) or start) - ended)
                listener.wait("asleep", 0.5)
                time.sleep(1.0)
        finally:
            _close(listener, ears, mouth)
        good = sum(w <= 0.2 for w in waits)
        worst = max(waits, default=9.9)
        text = f"{good} of 20, median {np.median(waits or [9.9]) * 1000:.0f} ms, slowest {worst * 1000:.0f} ms"
        return Measured('"stop" while speaking to silence', "200 ms, 20 of 20", text, {"waits_s": waits})

    def own_voice(self) -> Measured:
        """Let the microphone hear the loudspeaker as loud as a person, and count what that triggers."""
        self._house.control(
            "load-module", "module-loopback", "source=speaker.monitor", "sink=mic_feed", "latency_msec=40"
        )
        listener = self._listener("--no-earcons")
        triggered: list[str] = []
        try:
            for number in range(30):
                listener.forget()
                self._house.play(pcm(f"{WAKE}, {self._questions[number % len(self._questions)]}", self._voice(number)))
                before = len(listener.seen)
                listener.wait("asleep", 90)
                events = [e for _, e in listener.seen[before:]]
                triggered += [str(e.get("by")) for e in events if e["event"] == "interrupted"]
                triggered += [str(e.get("heard")) for e in events if e["event"] == "reply"][1:]
        finally:
            _close(listener)
            self._house.control("unload-module", "module-loopback")
        text = f"{len(triggered)} self-triggers in 30 answers"
        return Measured("own voice in the microphone at the same level", "none", text, {"triggered": triggered})

    def wake(self) -> Measured:
        """Feed the wake phrase by all voices, clean and under noise, straight to the ears."""
        model = assemble.speech_model(Settings())
        missed: dict[str, str] = {}
        for name, snr in (("clean", None), ("10 dB", 10.0)):
            cases = [(q, v) for v in self._voices for q in ("", *self._questions[:24])]
            count = sum(
                not _wakes(model, pcm(f"{WAKE}, {q}" if q else WAKE, v, snr, n)) for n, (q, v) in enumerate(cases)
            )
            missed[name] = f"{count} of {len(cases)}"
        text = ", ".join(f"{name} {value}" for name, value in missed.items())
        return Measured(f"wake phrase missed, {len(self._voices)} voices", "2 %", text, missed)

    def idle(self) -> Measured:
        """Measure the load while a quiet room is listened to."""
        hiss = (np.random.default_rng(1).standard_normal(16000 * 25) * 20).astype("<i2").tobytes()
        return self._load("idle, asleep in a quiet room, of one core", "3 %", hiss)

    def talk(self) -> Measured:
        """Measure the load while others talk."""
        talk = b"".join(pcm(q, self._voice(n)) for n, q in enumerate(self._questions[:12]))
        return self._load("asleep while others talk, of one core", "20 %", talk)

    def _load(self, what: str, wanted: str, sound: bytes) -> Measured:
        listener = self._listener()
        try:
            self._house.play(sound[: 5 * 16000 * 2])  # what is said in an emergency is rendered meanwhile
            used, start = listener.cpu_s(), time.monotonic()
            self._house.play(sound)
            share = (listener.cpu_s() - used) / (time.monotonic() - start)
        finally:
            _close(listener)
        return Measured(what, wanted, f"{100 * share:.1f} %", {"share": share})

    def devices(self) -> Measured:
        """Take the sound server away twenty times, and ask each time when it is back."""
        listener = self._listener("--always-on", "--no-earcons")
        noticed: list[float] = []
        back: list[float] = []
        try:
            for number in range(20):
                listener.forget()
                start = time.monotonic()
                self._house.close()
                lost = listener.wait("device_lost", 5, device="microphone")
                self._house.open()
                again, found = time.monotonic(), listener.wait("device_back", 15, device="microphone")
                listener.wait("spoken", 6)
                time.sleep(2)
                self._house.play(pcm(self._questions[number % len(self._questions)], self._voice(number)))
                if lost and found and listener.wait("reply", 10):
                    noticed.append(lost[0] - start)
                    back.append(found[0] - again)
        finally:
            _close(listener)
        slow, slowest = max(noticed, default=9.9), max(back, default=9.9)
        text = f"{len(back)} of 20, noticed within {slow:.1f} s, back within {slowest:.1f} s"
        return Measured(
            "device lost and back", "20 of 20, noticed in 3 s", text, {"noticed_s": noticed, "back_s": back}
        )

    def evening(self) -> Measured:
        """Spend eight hours in a made room, and see whether anything grows."""
        from voice_skill.bench import evening

        asked = [pcm(f"{WAKE}, {q}", self._voice(n)) for n, q in enumerate(self._questions)]
        spent = evening.spend(asked, Settings())
        first, last = spent.memory_mb[1], max(spent.memory_mb[2:])
        more = f"threads {spent.threads[1]} to {spent.threads[-1]}, files {spent.files[1]} to {spent.files[-1]}"
        text = f"{spent.answered} answers to {spent.asked} questions, {first:.0f} to {last:.0f} MB, {more}"
        return Measured("an evening of eight hours", "memory within 5 %", text, vars(spent))


def _wakes(model: Any, sound: bytes) -> bool:
    from voice_skill.edge.detector import SileroDetector
    from voice_skill.gate import Gate
    from voice_skill.levels import level_dbfs
    from voice_skill.ports import BLOCK_S, BLOCK_SAMPLES
    from voice_skill.wakeword import WakeWord

    gate, word = Gate(SileroDetector(-60.0)), WakeWord(model.spotter([WAKE]), [WAKE])
    sound += bytes(32000)
    size = BLOCK_SAMPLES * 2
    for number, at in enumerate(range(0, len(sound) - size, size)):
        block = sound[at : at + size]
        if word.take(gate.take(block, number * BLOCK_S, level_dbfs(block))):
            return True
    return False


def _close(listener: Listener, *tracks: Track) -> None:
    listener.close()
    for track in tracks:
        track.close()


def measure(voices: Sequence[str], times: int, only: Sequence[str] = ()) -> Iterator[Measured]:
    """Measure row by row, in a house of its own; SettingsError where PulseAudio is missing."""
    with tempfile.TemporaryDirectory() as folder, House(Path(folder)) as house:
        bench = Bench(house, voices, times)
        for row in bench.rows():
            if not only or row.__name__ in only:
                yield row()
