"""Vosk: free decoding with ten alternatives, and beside it a grammar of the closed things.

findings.md: free decoding hears questions, a grammar hears commands; the best of ten alternatives has a third of the
word errors of the first. Vosk kills the process on a bad grammar, so the grammar is built here, in one checked place.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from voice_skill.errors import ModelError
from voice_skill.messages import Heard, Hypothesis, Partial
from voice_skill.ports import RATE_HZ

ALTERNATIVES = 10
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

    def recognizer(self, closed: Iterable[str] = ()) -> VoskRecognizer:
        """Make a recognizer for one thread; `closed` are the phrases of the grammar beside free decoding."""
        return VoskRecognizer(self, closed)

    def closed_only(self, phrases: Iterable[str]) -> ClosedEar:
        """Make an ear for closed phrases alone; words the model lacks are left out of a phrase."""
        return ClosedEar(self, phrases)

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

    def __init__(self, model: SpeechModel, closed: Iterable[str] = ()) -> None:
        self._free = model._free()
        self._closed = model._grammar(closed)
        self._partial = ""

    def accept(self, pcm: bytes) -> Partial | Heard | None:
        """Take one block; give Heard at an endpoint, Partial when the unfinished reading changed."""
        if not pcm:
            return None
        ended = self._free.AcceptWaveform(bytes(pcm))
        if self._closed is not None:
            self._closed.AcceptWaveform(bytes(pcm))
        if ended:
            return self._take("Result")
        text = json.loads(self._free.PartialResult()).get("partial", "")
        if text == self._partial:
            return None
        self._partial = text
        return Partial(text)

    def whole(self, pcm: bytes) -> Heard:
        """Decode a whole recording as one utterance, pauses and all (an endpoint not asked for is joined)."""
        step = RATE_HZ * 2  # one second
        for at in range(0, len(pcm), step):
            block = bytes(pcm[at : at + step])
            self._free.AcceptWaveform(block)
            if self._closed is not None:
                self._closed.AcceptWaveform(block)
        return self.finish()

    def finish(self) -> Heard:
        """Decode what is left, and be ready for the next utterance."""
        return self._take("FinalResult")

    def reset(self) -> None:
        """Forget the utterance under way."""
        self._partial = ""
        self._free.Reset()
        if self._closed is not None:
            self._closed.Reset()

    def _take(self, how: str) -> Heard:
        self._partial = ""
        free = json.loads(getattr(self._free, how)())
        closed = json.loads(getattr(self._closed, how)()).get("text", "") if self._closed is not None else ""
        if "[unk]" in closed:  # part of it was something else: not a closed command
            closed = ""
        return Heard(_weigh(free.get("alternatives", [])), closed)


class ClosedEar:
    """Hear a grammar's partial text, block by block, for barge-in; use it from one thread only."""

    def __init__(self, model: SpeechModel, phrases: Iterable[str]) -> None:
        self._closed = model._grammar(" ".join(filter(model.knows, p.split())) for p in phrases)

    def accept(self, pcm: bytes) -> str:
        """Take one block (20 to 50 ms: the sooner it is heard); give what is heard of the utterance so far."""
        if self._closed is None or not pcm:
            return ""
        if self._closed.AcceptWaveform(bytes(pcm)):
            text = json.loads(self._closed.Result()).get("text", "")
        else:
            text = json.loads(self._closed.PartialResult()).get("partial", "")
        return str(text)


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
