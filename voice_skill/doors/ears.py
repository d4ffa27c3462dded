"""Ears for many rooms over one speech model: a few decoders, each in a thread of its own, as Vosk's must be.

A decoder remembers the ways through its graph that it has gone: a used one hears in a quarter of the time of a new one
(0.06 of the sound's length, not 0.25), but holds 25 MB after one question, 80 after six, 115 after twelve. So there are
far fewer of them than rooms; they practise while nobody speaks, and are made anew from time to time. A room that finds
none free is not sent away: its sound waits. When several wait, the grammar of the commands, a third of the work, is
left out.
"""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, InvalidStateError
from typing import Any

from voice_skill.edge import memory
from voice_skill.edge.pcm import Converter
from voice_skill.messages import Heard
from voice_skill.ports import RATE_HZ

DECODERS = 2
PATIENCE_S = 0.3  # without sound, when others wait for the decoder
RENEW_S = 20.0  # of sound, then a decoder is made anew ...
QUIET_S = 2.0  # ... once nobody has spoken for so long ...
MOST_S = 40.0  # ... or, from this much sound on, as soon as nobody waits


class Utterance:
    """Collect the sound of one utterance for whichever decoder takes it."""

    def __init__(self, converter: Converter) -> None:
        self.converter = converter
        self.pieces: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self.heard: Future[Heard] = Future()
        self.kept = b""  # what was heard already, should another decoder have to begin anew
        self.dropped = False

    def feed(self, piece: bytes) -> None:
        """Take the next piece of sound."""
        self.pieces.put(self.converter.convert(piece))

    def finish(self) -> Future[Heard]:
        """Say that this was all; the future holds what was heard."""
        self.pieces.put(self.converter.convert(b"", last=True))
        self.pieces.put(None)
        return self.heard

    def drop(self) -> None:
        """Say that nobody waits for it any more."""
        self.dropped = True
        self.pieces.put(None)


class Ears:
    """Hear up to `most` utterances at a time; `make` gives a recognizer, `lessons` are PCM to practise with."""

    def __init__(self, make: Callable[[], Any], most: int, lessons: Sequence[bytes] = (), decoders: int = 0) -> None:
        self._make, self._most, self._lessons = make, most, lessons
        self._waiting: queue.SimpleQueue[Utterance | None] = queue.SimpleQueue()
        self._taken: set[Utterance] = set()
        self._practice = threading.Lock()  # one at a time, so that the others have the machine
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(decoders or DECODERS)]
        for thread in self._threads:
            thread.start()

    def take(self, converter: Converter) -> Utterance | None:
        """Begin an utterance; None when as many as may are under way."""
        if len(self._taken) >= self._most:
            return None
        utterance = Utterance(converter)
        self._taken.add(utterance)
        self._waiting.put(utterance)
        return utterance

    def give(self, utterance: Utterance) -> None:
        """End an utterance, heard or not."""
        self._taken.discard(utterance)
        utterance.drop()

    def close(self) -> None:
        """Let all threads end; utterances under way are dropped."""
        for _ in self._threads:
            self._waiting.put(None)
        for utterance in list(self._taken):
            utterance.drop()

    def _work(self) -> None:
        recognizer, heard_s = self._make(), 0.0
        lessons = list(self._lessons)
        while True:
            timeout_s = None if heard_s < RENEW_S else QUIET_S if heard_s < MOST_S else 0.0
            try:
                utterance = self._next(recognizer, lessons, timeout_s)
            except queue.Empty:
                del recognizer
                memory.give_back()
                recognizer, heard_s, lessons = self._make(), 0.0, list(self._lessons)
                continue
            if utterance is None:
                return
            try:
                heard_s += self._hear(recognizer, utterance)
            except Exception as exc:  # noqa: BLE001 - whoever waits must learn of it, whatever it is
                if not utterance.heard.done():
                    utterance.heard.set_exception(exc)
                recognizer, heard_s = self._make(), 0.0

    def _next(self, recognizer: Any, lessons: list[bytes], timeout_s: float | None) -> Utterance | None:
        """Wait for an utterance, and practise meanwhile; queue.Empty when none comes in time."""
        while lessons:
            try:
                return self._waiting.get_nowait()
            except queue.Empty:
                with self._practice:
                    recognizer.whole(lessons.pop())
        return self._waiting.get(timeout=timeout_s)

    def _hear(self, recognizer: Any, utterance: Utterance) -> float:
        """Hear an utterance to its end, or until it pauses and others wait; give the seconds of its sound."""
        closed = self._waiting.empty()
        recognizer.feed(utterance.kept, closed=closed)
        while True:
            try:
                piece = utterance.pieces.get(timeout=PATIENCE_S)
            except queue.Empty:
                if not self._waiting.empty():
                    recognizer.reset()
                    self._waiting.put(utterance)
                    break
                continue
            if utterance.dropped:
                recognizer.reset()
                break
            if piece is None:
                heard = recognizer.finish()
                with contextlib.suppress(InvalidStateError):  # cancelled: the client is gone
                    utterance.heard.set_result(heard)
                break
            recognizer.feed(piece, closed=closed)
            utterance.kept += piece
        return len(utterance.kept) / 2 / RATE_HZ
