"""Vosk: free decoding with ten alternatives, and beside it a grammar of the closed things.

findings.md: free decoding hears questions, a grammar hears commands; the best of ten alternatives has a third of the
word errors of the first. Vosk kills the process on a bad grammar, so the grammar is built here, in one checked place.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from voice_skill import durations
from voice_skill.errors import ModelError
from voice_skill.messages import Heard, Hypothesis
from voice_skill.ports import RATE_HZ

ALTERNATIVES = 10
SURE = 0.6  # of a spotted word: real wake phrases had 0.76 to 1.0 (findings.md)
GAP_SCALE = 3.0  # weight of an alternative: exp(gap to the best confidence / 3), findings.md
_NEEDED = ("am/final.mdl", "conf/model.conf", "conf/mfcc.conf", "graph", "ivector/final.ie")
_HINT = "Run voice-skill doctor, or take the model back from the project: voice-skill model use shipped"


class SpeechModel:
    """Hold the model in memory; load one, and make as many recognizers of it as there are listeners."""

    def __init__(self, folder: Path) -> None:
        for name in _NEEDED:
            if not (folder / name).exists():
                raise ModelError(f"The speech model lacks {folder / name}.", _HINT)
        import vosk

        vosk.SetLogLevel(-3)  # must come before the model
        try:
            self._model = vosk.Model(str(folder))
        except Exception as exc:
            raise ModelError(f"The speech model in {folder} cannot be loaded.", _HINT) from exc
        self.folder = folder

    def knows(self, word: str) -> bool:
        """Tell whether the model has a word."""
        return bool(self._model.vosk_model_find_word(word) >= 0)

    def recognizer(self, closed: Iterable[str] = (), lengths: Iterable[str] = ()) -> VoskRecognizer:
        """Make a recognizer for one thread; `closed` and `lengths` are the phrases of the grammars beside it."""
        return VoskRecognizer(self, closed, lengths)

    def spotter(self, phrases: Iterable[str]) -> VoskSpotter:
        """Make a spotter for one thread, which hears these phrases and nothing else."""
        return VoskSpotter(self, phrases)

    def _free(self) -> Any:
        import vosk

        free = vosk.KaldiRecognizer(self._model, float(RATE_HZ))
        free.SetMaxAlternatives(ALTERNATIVES)
        return free

    def _grammar(self, closed: Iterable[str]) -> Any:
        import vosk

        phrases = sorted({p for p in closed if p and all(map(self.knows, p.split()))})
        if not phrases:  # "[]" would kill the process
            return None
        grammar = json.dumps([*phrases, "[unk]"], ensure_ascii=False)
        return vosk.KaldiRecognizer(self._model, float(RATE_HZ), grammar)


class VoskRecognizer:
    """Decode one stream of PCM at 16 kHz; use it from one thread only."""

    def __init__(self, model: SpeechModel, closed: Iterable[str] = (), lengths: Iterable[str] = ()) -> None:
        self._free = model._free()
        self._closed = model._grammar(closed)
        self._lengths = model._grammar(lengths)
        self._kept = bytearray()  # the utterance, for the grammar of lengths
        self._beside = ThreadPoolExecutor(1, "grammar") if self._closed is not None else None

    def accept(self, pcm: bytes) -> str:
        """Take PCM; give the unfinished reading so far. Vosk's own endpoints are passed over: the caller decides."""
        if pcm:
            self.feed(pcm)
        return str(json.loads(self._free.PartialResult()).get("partial", ""))

    def whole(self, pcm: bytes) -> Heard:
        """Decode a whole recording as one utterance, pauses and all (an endpoint not asked for is joined)."""
        step = RATE_HZ * 2  # one second
        for at in range(0, len(pcm), step):
            self.feed(pcm[at : at + step])
        return self.finish()

    def feed(self, pcm: bytes, *, closed: bool = True) -> None:
        """Take PCM, and leave the reading for later; without `closed` the grammar does not hear it."""
        self._free.AcceptWaveform(bytes(pcm))
        if self._lengths is not None:
            self._kept += pcm
        if closed and self._closed is not None:
            self._closed.AcceptWaveform(bytes(pcm))

    def finish(self) -> Heard:
        """Decode what is left, and be ready for the next utterance."""
        free, closed = self._end()
        if "[unk]" in closed:  # part of it was something else: not a closed command
            closed = ""
        pcm, self._kept = bytes(self._kept), bytearray()
        alternatives = _weigh(free)
        return Heard(alternatives, closed, self._length(pcm, (*(a.text for a in alternatives), closed)))

    def _end(self) -> tuple[list[dict[str, object]], str]:
        # the person is waiting: the last decoding of both at the same time takes 25 ms instead of 40
        beside = self._beside.submit(self._closed.FinalResult) if self._beside is not None else None
        free = json.loads(self._free.FinalResult()).get("alternatives", [])
        return free, json.loads(beside.result()).get("text", "") if beside is not None else ""

    def _length(self, pcm: bytes, readings: Iterable[str]) -> str:
        """Decode once more where a length of time may have been said: the grammar knows nothing else (60 ms)."""
        if self._lengths is None or not any(map(durations.hinted, readings)):
            return ""
        self._lengths.AcceptWaveform(pcm)
        text = str(json.loads(self._lengths.FinalResult()).get("text", ""))
        return " ".join(word for word in text.split() if word != "[unk]")

    def reset(self) -> None:
        """Forget the utterance under way: by ending it, as Vosk's own reset lets its words leak into the next."""
        self._end()
        self._kept.clear()


class VoskSpotter:
    """Hear a few phrases in one stream of PCM at 16 kHz; use it from one thread only."""

    def __init__(self, model: SpeechModel, phrases: Iterable[str]) -> None:
        self._grammar = model._grammar(phrases)
        if self._grammar is None:
            raise ModelError("The speech model knows none of the phrases to listen for.", _HINT)
        self._grammar.SetWords(True)
        self._taken = self._before = 0  # samples: in all, and up to the utterance under way

    def accept(self, pcm: bytes) -> str:
        """Take PCM; give the unfinished reading so far, "[unk]" for what is none of the phrases."""
        self._taken += len(pcm) // 2
        self._grammar.AcceptWaveform(bytes(pcm))
        return str(json.loads(self._grammar.PartialResult()).get("partial", ""))

    def finish(self) -> tuple[str, float]:
        """End; give the words that were heard surely, and the second of what was accepted at which they ended."""
        words = json.loads(self._grammar.FinalResult()).get("result", [])
        sure = [w for w in words if w["word"] != "[unk]" and w["conf"] >= SURE]
        # Vosk counts the seconds since the recognizer was made
        end_s = sure[-1]["end"] - self._before / RATE_HZ if sure else 0.0
        self._before = self._taken
        return " ".join(w["word"] if w in sure else "[unk]" for w in words), max(0.0, end_s)

    def reset(self) -> None:
        """Forget what was heard."""
        self._grammar.FinalResult()
        self._before = self._taken


def _weigh(alternatives: list[dict[str, object]]) -> tuple[Hypothesis, ...]:
    """Turn unnormalised confidences into weights that add up to 1; the same words twice count once."""
    best: dict[str, float] = {}
    for alternative in alternatives:
        text = str(alternative.get("text", "")).strip()
        confidence = float(str(alternative.get("confidence", 0.0)))
        if text:
            best[text] = max(best.get(text, -math.inf), confidence)
    if not best:
        return ()
    top = max(best.values())
    odds = {text: math.exp((confidence - top) / GAP_SCALE) for text, confidence in best.items()}
    total = sum(odds.values())
    ranked = sorted(odds.items(), key=lambda item: -item[1])
    return tuple(Hypothesis(text, odd / total) for text, odd in ranked)
