"""How fast the skill hears: start-up, memory, real-time factor, and the time from the last word to the answer."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from voice_skill import assemble
from voice_skill.ports import RATE_HZ
from voice_skill.settings import Settings
from voice_skill.skill import Skill


def resident_mb(process: int | None = None) -> float:
    """Give the resident memory of this process or another in MB (10^6 bytes), 0.0 where the system does not tell."""
    try:
        status = Path(f"/proc/{process or 'self'}/status").read_text("ascii")
    except OSError:
        return 0.0
    line = next(x for x in status.splitlines() if x.startswith("VmRSS"))
    return int(line.split()[1]) * 1024 / 1e6


def used_s(process: int) -> float:
    """Give the processor seconds a process has used, 0.0 where the system does not tell."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text("ascii").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(settings: Settings, recordings: Sequence[Path]) -> Iterator[str]:
    """Give the figures as lines; decoding is fed in blocks of one second, as fast as it goes."""
    from voice_skill.edge import wav_file

    start = time.perf_counter()
    skill = Skill.open(settings)
    yield f"pack and weights: {time.perf_counter() - start:.2f} s, resident {resident_mb():.0f} MB"
    start = time.perf_counter()
    model = assemble.speech_model(settings)
    yield f"speech model: {time.perf_counter() - start:.2f} s, resident {resident_mb():.0f} MB"
    start = time.perf_counter()
    recognizer = assemble.recognizer(model, skill)
    yield f"recognizers: {time.perf_counter() - start:.2f} s"
    spoken_s = decoding_s = 0.0
    for path in recordings:
        pcm = wav_file.read(path)
        start = time.perf_counter()
        heard = recognizer.whole(pcm)
        decoded = time.perf_counter()
        skill.forget()
        reply = skill.hear(heard)
        answered = time.perf_counter()
        spoken_s += len(pcm) / 2 / RATE_HZ
        decoding_s += decoded - start
        yield f"{path.name}: {heard.text!r} -> {reply.topic or reply.kind}, {(answered - decoded) * 1000:.1f} ms"
    yield f"real-time factor {decoding_s / spoken_s:.2f} over {spoken_s:.1f} s, resident {resident_mb():.0f} MB"
