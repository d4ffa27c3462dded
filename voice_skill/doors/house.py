"""What all rooms share: one skill, one speech model, one voice, and a thread for each kind of work."""

from __future__ import annotations

import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import Protocol

from voice_skill import assemble
from voice_skill.conversations import Answer, Conversations, Recent
from voice_skill.doors.ears import Ears
from voice_skill.edge.pcm import Converter
from voice_skill.messages import Clip, Delivery, Heard, Hypothesis, State
from voice_skill.normalize import is_noise, normalize
from voice_skill.ports import Clock, Voice
from voice_skill.settings import Settings
from voice_skill.skill import Skill

SHORTLY_S = 60.0  # between two steps of one pipeline: hear, answer, speak
SHORTLY = 200  # of them are remembered
MARKS = "\u2060\u2063"  # word joiner, invisible separator


class Work(Protocol):
    """Do the work of a server; every call returns at once with a future."""

    ears: Ears

    def understood(self, heard: Heard) -> str:
        """Give the words of an utterance, and remember its other readings for `answer`."""

    def answer(self, conversation: str, text: str) -> Future[Answer]:
        """Answer one utterance."""

    def speak(self, text: str) -> Future[Clip]:
        """Render a text."""


class House:
    """Hold the engines; the conversation runs in one thread, the voice in another, each ear in its own."""

    def __init__(self, skill: Skill, ears: Ears, voice: Voice, start: Delivery, clock: Clock = time.monotonic) -> None:
        self.ears = ears
        self._conversations = Conversations(skill.conversation, State(delivery=start))
        self._voice = voice
        self._start = start
        self._clock = clock
        self._thought = ThreadPoolExecutor(1, "thought")
        self._mouth = ThreadPoolExecutor(1, "mouth")
        # One step of a pipeline hands only text to the next; what else is known of that text waits here.
        self._readings: Recent[Heard] = Recent(SHORTLY_S, SHORTLY)
        self._deliveries: Recent[Delivery] = Recent(SHORTLY_S, SHORTLY)

    @classmethod
    def open(cls, settings: Settings, rooms: int) -> House:
        """Load everything once, so that the first question waits for nothing."""
        skill = Skill.open(settings)
        model = assemble.speech_model(settings)
        voice, delivery = assemble.voice(settings), assemble.delivery(settings)
        lessons = [_lesson(voice.render(example, delivery)) for example in skill.pack.examples]
        ears = Ears(lambda: assemble.recognizer(model, skill), rooms, lessons)
        house = cls(skill, ears, voice, delivery)
        house.answer("", "help").result()
        return house

    def understood(self, heard: Heard) -> str:
        """Give the words of an utterance, "" for mere noise; its other readings are remembered for `answer`."""
        if is_noise(normalize(heard.text)):
            return ""
        self._readings.put(heard.text, heard, self._clock())
        return heard.text

    def answer(self, conversation: str, text: str) -> Future[Answer]:
        """Answer one utterance; where it was heard here a moment ago, by all its readings."""
        return self._thought.submit(self._answer, conversation, text)

    def _answer(self, conversation: str, text: str) -> Answer:
        now = self._clock()
        heard = self._readings.get(text, now) or Heard((Hypothesis(text, 1.0),))
        answer = self._conversations.ask(conversation, heard, now)
        if answer.delivery == self._start or not answer.reply.reply:
            return answer
        marked = answer.reply.reply + _mark(answer.delivery)
        self._deliveries.put(marked, answer.delivery, now)
        answer = replace(answer, reply=replace(answer.reply, reply=marked))
        if answer.timer is not None:
            told = answer.timer.text + _mark(answer.delivery)
            self._deliveries.put(told, answer.delivery, now)
            answer = replace(answer, timer=replace(answer.timer, text=told))
        return answer

    def speak(self, text: str) -> Future[Clip]:
        """Render a text; an answer given here a moment ago as slow and loud as its conversation wants it."""
        delivery = self._deliveries.get(text, self._clock()) or self._start
        return self._mouth.submit(self._voice.render, text.rstrip(MARKS), delivery)

    def close(self) -> None:
        """Let go of all engines."""
        for pool in (self._thought, self._mouth):
            pool.shutdown(wait=False, cancel_futures=True)
        self.ears.close()
        self._voice.close()


def _mark(delivery: Delivery) -> str:
    """Give invisible signs that differ with the delivery: Home Assistant keeps a sound by its text alone."""
    number = delivery.rate_wpm * 101 + round(100 * delivery.volume)
    return "".join(MARKS[int(bit)] for bit in f"{number:b}")


def _lesson(clip: Clip) -> bytes:
    """Give a sentence as a microphone would."""
    converter = Converter(clip.rate_hz, 2, 1)
    return converter.convert(clip.pcm) + converter.convert(b"", last=True)
