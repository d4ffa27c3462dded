"""Ears for many rooms over one speech model: a few decoders, each in a thread of its own, as Vosk's must be.

A decoder remembers the ways through its graph that it has gone: a used one hears in a quarter of the time of a new one
(0.06 of the sound's length, not 0.25), but holds 25 MB after one question, 80 after six, 115 after twelve. So there are
far fewer of them than rooms; they practise while nobody speaks, and are made anew from time to time. A room that finds
none free is not sent away: its sound waits. Who has ended waits for an answer, and comes before those who still speak:
a television that never ends keeps nobody out. When several have ended, the grammar of the commands, a third of the
work, is left out.
"""

from __future__ import annotations

import contextlib
import math
import queue
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, InvalidStateError
from typing import Any

from voice_skill.edge import memory
from voice_skill.edge.pcm import Converter, without_the_quiet_after
from voice_skill.messages import Heard
from voice_skill.ports import RATE_HZ

DECODERS = 2
PATIENCE_S = 0.3  # an utterance that has ended waits so long before one that has not makes room; a silent one also
END_S = 3.0  # for a decoder to end what it is at
STEP = RATE_HZ * 2  # bytes: a second of sound at a time
RENEW_S = 10.0  # of sound, then a decoder is made anew ...
QUIET_S = 2.0  # ... once nobody has spoken for so long ...
MOST_S = 12.0  # ... or, from this much sound on, as soon as nobody waits ...
RENEW_AT_LATEST_S = 300.0  # ... or even while they wait, where somebody always speaks


class Utterance:
    """Collect the sound of one utterance for whichever decoder takes it; another may have to begin anew."""

    def __init__(self, converter: Converter) -> None:
        self.converter = converter
        self.heard: Future[Heard] = Future()
        self.ended_at = math.inf  # on the monotonic clock
        self.dropped = False
        self._pieces: list[bytes] = []
        self._news = threading.Condition()

    def feed(self, piece: bytes) -> None:
        """Take the next piece of sound."""
        with self._news:
            self._pieces.append(self.converter.convert(piece))
            self._news.notify_all()

    def finish(self) -> Future[Heard]:
        """Say that this was all; the future holds what was heard."""
        with self._news:
            self._pieces.append(self.converter.convert(b"", last=True))
        self._end()
        return self.heard

    def drop(self) -> None:
        """Say that nobody waits for it any more."""
        self.dropped = True
        self._end()

    def piece(self, number: int, timeout_s: float) -> bytes | None:
        """Give a piece of the sound, None after the last one; queue.Empty when it does not come in time."""
        with self._news:
            if not self._news.wait_for(lambda: len(self._pieces) > number or self.ended_at < math.inf, timeout_s):
                raise queue.Empty
            return self._pieces[number] if number < len(self._pieces) and not self.dropped else None

    def whole(self) -> bytes | None:
        """Give all its sound without the quiet after it, None when it has not ended yet."""
        with self._news:
            if self.ended_at == math.inf:
                return None
            return b"" if self.dropped else without_the_quiet_after(b"".join(self._pieces))

    def _end(self) -> None:
        with self._news:
            self.ended_at = min(self.ended_at, time.monotonic())
            self._news.notify_all()


class _Line:
    """Line up utterances: those that have ended come first, in their order."""

    def __init__(self) -> None:
        self._waiting: list[Utterance] = []
        self._news = threading.Condition()
        self._closed = False

    def put(self, utterance: Utterance) -> None:
        with self._news:
            self._waiting.append(utterance)
            self._news.notify()

    def get(self, timeout_s: float | None) -> Utterance | None:
        """Give the next utterance, None when the line is closed; queue.Empty when none comes in time."""
        with self._news:
            if not self._news.wait_for(lambda: self._waiting or self._closed, timeout_s):
                raise queue.Empty
            if self._closed:
                return None
            first = min(self._waiting, key=lambda u: u.ended_at)
            self._waiting.remove(first)
            return first

    def close(self) -> None:
        with self._news:
            self._closed = True
            self._news.notify_all()

    def ended(self, before: float = math.inf) -> bool:
        """Tell whether an utterance waits that ended before a moment."""
        with self._news:
            return any(u.ended_at < before for u in self._waiting)

    def __bool__(self) -> bool:
        return bool(self._waiting)


class Ears:
    """Hear up to `most` utterances at a time; `make` gives a recognizer, `lessons` are PCM to practise with."""

    def __init__(self, make: Callable[[], Any], most: int, lessons: Sequence[bytes] = (), decoders: int = 0) -> None:
        self._make, self._most, self._lessons = make, most, lessons
        self._waiting = _Line()
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
        self._waiting.close()
        for utterance in list(self._taken):
            utterance.drop()
        for thread in self._threads:  # a decoder at work while the process ends would crash it
            thread.join(END_S)

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
            if heard_s >= RENEW_AT_LATEST_S:
                recognizer, heard_s = self._make(), 0.0
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
                return self._waiting.get(0.0)
            except queue.Empty:
                with self._practice:
                    recognizer.whole(lessons.pop())
        return self._waiting.get(timeout_s)

    def _hear(self, recognizer: Any, utterance: Utterance) -> float:
        """Hear an utterance to its end, or until it has to make room; give the seconds of sound that were heard."""
        closed = not self._waiting.ended()
        number = samples = 0
        whole = utterance.whole()
        if whole is not None:
            for at in range(0, len(whole), STEP):
                recognizer.feed(whole[at : at + STEP], closed=closed)
            _tell(recognizer, utterance)
            return len(whole) / 2 / RATE_HZ
        while True:
            try:
                piece = utterance.piece(number, PATIENCE_S)
                late = utterance.ended_at == math.inf and self._waiting.ended(time.monotonic() - PATIENCE_S)
            except queue.Empty:
                if not self._waiting:
                    continue
                late = True
            if late:
                recognizer.finish()  # a mere reset would adapt the next speaker's voice to this one's
                self._waiting.put(utterance)
                break
            if piece is None:
                _tell(recognizer, utterance)
                break
            recognizer.feed(piece, closed=closed)
            number, samples = number + 1, samples + len(piece) // 2
        return samples / RATE_HZ


def _tell(recognizer: Any, utterance: Utterance) -> None:
    """Give what was heard to whoever waits for it; also where nobody does, the decoder has to forget the voice."""
    heard = recognizer.finish()
    with contextlib.suppress(InvalidStateError):  # cancelled: the client is gone
        utterance.heard.set_result(heard)
