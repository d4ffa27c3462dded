"""Ears for many rooms over one speech model: each has a thread of its own, as Vosk's recognizers must."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

from voice_skill.edge.pcm import Converter
from voice_skill.messages import Heard

if TYPE_CHECKING:
    from voice_skill.edge.recognizer import VoskRecognizer

UTTERANCES = 50  # that one recognizer hears; Vosk's memory grows slowly, and a new one takes milliseconds


class Ear:
    """Hear one utterance after another, all in one thread; every call returns at once with a future."""

    def __init__(self, make: Callable[[], VoskRecognizer]) -> None:
        self._thread = ThreadPoolExecutor(1, "ear")
        self._make = make
        self._recognizer: VoskRecognizer | None = None
        self._heard = 0

    def begin(self) -> Future[None]:
        """Be ready for a new utterance."""
        return self._thread.submit(self._begin)

    def feed(self, converter: Converter, piece: bytes) -> Future[None]:
        """Hear the next piece of sound."""
        return self._thread.submit(self._feed, converter, piece)

    def finish(self, converter: Converter | None) -> Future[Heard]:
        """Say what was heard."""
        return self._thread.submit(self._finish, converter)

    def close(self) -> None:
        """Let the thread end."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _begin(self) -> None:
        if self._recognizer is None or self._heard >= UTTERANCES:
            self._recognizer, self._heard = self._make(), 0
        else:
            self._recognizer.reset()  # an utterance that was broken off leaves nothing behind
        self._heard += 1

    def _feed(self, converter: Converter, piece: bytes) -> None:
        pcm = converter.convert(piece)
        if self._recognizer is not None and pcm:
            self._recognizer.feed(pcm)

    def _finish(self, converter: Converter | None) -> Heard:
        if self._recognizer is None:
            return Heard()
        tail = converter.convert(b"", last=True) if converter else b""
        if tail:
            self._recognizer.feed(tail)
        return self._recognizer.finish()


class Ears:
    """Lend ears, as many as there are; they are made when they are first needed."""

    def __init__(self, make: Callable[[], VoskRecognizer], most: int) -> None:
        self._make, self._most = make, most
        self._free: list[Ear] = []
        self._all: list[Ear] = []

    def take(self) -> Ear | None:
        """Lend an ear, None when all are in use."""
        if self._free:
            return self._free.pop()
        if len(self._all) == self._most:
            return None
        self._all.append(Ear(self._make))
        return self._all[-1]

    def give(self, ear: Ear) -> None:
        """Take an ear back."""
        self._free.append(ear)

    def close(self) -> None:
        """Let all threads end."""
        for ear in self._all:
            ear.close()
