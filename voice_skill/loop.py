"""The listening loop: one inbox, one thread, the only owner of the conversation while it runs.

Asleep it knows the wake phrase alone. Woken, or after an answer, it listens for a while; while it speaks it hears
commands, the wake phrase and red flags. Timers ring between two sentences, never into an emergency reply.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal, assert_never

from voice_skill import timers
from voice_skill.devices import Change, Devices, Which
from voice_skill.errors import HardwareError, VoiceSkillError
from voice_skill.hearing import Command, Hearing, Said, Woken, Words
from voice_skill.inbox import Inbox
from voice_skill.levels import Levels, level_dbfs
from voice_skill.messages import (
    AudioFrame,
    Clip,
    Delivery,
    Event,
    Heard,
    MicrophoneLost,
    Notice,
    NoticeName,
    Played,
    Press,
    Quit,
    Status,
    Then,
)
from voice_skill.narrator import Narrator
from voice_skill.normalize import is_noise, normalize
from voice_skill.ports import Clock, Screen
from voice_skill.replies import as_object
from voice_skill.skill import Skill

STATUS_EVERY_S = 0.125
PAUSED_S = 60.0  # a reading that was told to wait can be gone on with for so long without the wake phrase
WAKE_BEEP_S = 0.25  # of silence after the wake phrase: who goes on in the same breath is not talked over
GRAVE = ("emergency", "crisis", "urgent")
QUIET_FROM_MISS = 4  # always on: talk that is not for us is left alone


@dataclass(frozen=True)
class Manner:
    """Hold how the loop behaves: attention in seconds, its sounds by name, the loudness now, where to keep changes."""

    attention_s: float = 8.0
    always_on: bool = False
    wake: tuple[str, ...] = ()
    sounds: Mapping[str, Clip] | None = None
    volume: Callable[[float], float] = lambda volume: volume
    remember: Callable[[Delivery], None] = lambda _delivery: None


@dataclass(frozen=True)
class Stage:
    """Hold what surrounds the loop."""

    inbox: Inbox
    screen: Screen
    clock: Clock
    manner: Manner


class Loop:
    """Listen, answer and ring until "goodbye" or Quit."""

    def __init__(self, skill: Skill, hearing: Hearing, narrator: Narrator, devices: Devices, stage: Stage) -> None:
        self._skill = skill
        self._hearing = hearing
        self._narrator = narrator
        self._devices = devices
        self._stage = stage
        self._manner = stage.manner
        self._levels = Levels()
        self._start_s = stage.clock()
        self._until_s = 0.0  # attention
        self._beep = False  # the wake phrase was heard, and no word since
        self._expecting = False  # an answer to the wake phrase or to a question
        self._grave = self._leaving = self._sleepy = self._paused = self._muted = False
        self._told = ""  # the sentence that the screen and the ears know of
        self._words, self._answer, self._level, self._status_s = "", "", -90.0, 0.0

    def run(self) -> None:
        """Run until the conversation ends; MicrophoneError when there is no microphone at the start."""
        try:
            for error in self._devices.open(self._now()):
                self._trouble(error)
            self._show("ready", wake=list(self._manner.wake), **self._devices.names)
            while self._take(self._stage.inbox.get(self._wait_s())) and not self._left():
                self._tick()
        finally:
            self._devices.close()
            self._stage.screen.close()

    def _now(self) -> float:
        return self._stage.clock()

    def _show(self, event: NoticeName, **details: object) -> None:
        self._stage.screen.show(Notice(event, round(self._now() - self._start_s, 3), details))

    def _left(self) -> bool:
        return self._leaving and not self._narrator.busy

    def _wait_s(self) -> float:
        at = timers.next_at(self._skill.state.timers)
        return STATUS_EVERY_S if at is None else min(STATUS_EVERY_S, max(0.0, at - self._now()))

    def _take(self, event: Event | None) -> bool:
        match event:
            case None:
                pass
            case Quit():
                return False
            case AudioFrame():
                self._hear(event)
            case Press():
                self._pressed()
            case Played():
                self._played(event)
            case MicrophoneLost():
                self._lost("microphone", event.reason)
            case _:
                assert_never(event)
        return True

    # ---- what is heard

    def _hear(self, frame: AudioFrame) -> None:
        self._devices.heard_block(self._now())
        self._level = level_dbfs(frame.pcm)
        made = self._way_of_hearing()(frame.pcm, frame.at_s, self._level)
        self._watch(self._levels.take(self._level, frame.pcm, speech=self._hearing.in_speech))
        match made:
            case Woken():
                self._woken("voice", made.phrase)
            case Words():
                self._listen(made)
            case Said():
                self._said(made)
            case Command():
                self._break_off(made.heard.text)
                self._reply(made.heard)
            case None:
                pass

    def _way_of_hearing(self) -> Callable[[bytes, float, float], Woken | Words | Said | Command | None]:
        line = self._narrator.current
        if line is not None and line.text and not self._muted:
            return self._hearing.speaking
        return self._hearing.awake if self._awake() else self._hearing.asleep

    def _awake(self) -> bool:
        return self._manner.always_on or self._now() < self._until_s

    def _woken(self, by: str, phrase: str = "") -> None:
        if self._narrator.busy:
            self._break_off(phrase or by)
        self._show("wake", by=by, phrase=phrase)
        self._until_s = self._now() + self._manner.attention_s
        self._beep = self._expecting = True

    def _pressed(self) -> None:
        self._woken("press")
        self._hearing.rest()
        self._beep = False
        self._sound("wake")

    def _break_off(self, by: str) -> None:
        """Be silent at once; what was not said can be gone on with."""
        rest = self._narrator.stop()
        self._show("interrupted", by=by)
        self._skill.broke_off(rest)
        self._grave = False

    def _listen(self, words: Words) -> None:
        noise = is_noise(normalize(words.text))
        if not noise:
            self._beep = False
            self._until_s = max(self._until_s, self._now() + 1.0)
            if words.text != self._words:
                self._words = words.text
                self._show("partial", text=words.text)
        elif self._beep and words.silence_s >= WAKE_BEEP_S:
            self._beep = False
            self._sound("wake")

    def _said(self, said: Said) -> None:
        self._words = ""
        if is_noise(normalize(said.heard.text)):
            return
        self._sound("done")
        self._show("heard", text=said.heard.text, closed=said.heard.closed, spoken_until_s=self._since(said.ended_at_s))
        self._reply(said.heard)
        if self._levels.too_loud():
            self._say(self._skill.line("too_loud"))

    def _since(self, at_s: float) -> float:
        return round(at_s - self._start_s, 3)

    def _reply(self, heard: Heard) -> None:
        before = self._skill.state.delivery
        reply = self._skill.hear(heard, self._now())
        after = self._skill.state.delivery
        if after != before:
            self._manner.remember(after)
        self._beep, self._expecting = False, reply.then is Then.QUESTION
        self._until_s = self._now() + self._manner.attention_s
        self._leaving = reply.then is Then.LEAVE
        self._paused = reply.kind == "control" and reply.topic == "pause"
        if self._paused:
            self._until_s = self._now() + PAUSED_S
        self._sleepy = reply.kind == "none" and reply.then is Then.SILENCE
        self._show("reply", **as_object(reply))
        if self._manner.always_on and reply.kind == "none" and self._skill.state.misses >= QUIET_FROM_MISS:
            return
        self._grave = reply.kind in GRAVE
        self._say(reply.reply)

    # ---- what is said

    def _say(self, text: str, *, aside: bool = False) -> None:
        self._answer = text
        delivery = self._skill.state.delivery
        if not self._grave:
            delivery = replace(delivery, volume=self._manner.volume(delivery.volume))
        self._narrator.say(text, delivery, aside=aside)
        self._go_on()

    def _sound(self, name: str) -> None:
        clip = (self._manner.sounds or {}).get(name)
        if clip is not None and not self._devices.dumb:
            self._narrator.sound(clip)
            self._go_on()

    def _go_on(self) -> None:
        try:
            self._narrator.go_on(self._now())
        except HardwareError as exc:
            self._trouble(exc)
            self._lost("speaker", exc.message)
        except VoiceSkillError as exc:
            self._trouble(exc)
        line = self._narrator.current
        text = line.text if line is not None else ""
        if text and text != self._told:
            self._show("speaking", text=text)
        if text != self._told:
            self._told = text
            self._hearing.sentence(text)

    def _played(self, played: Played) -> None:
        line = self._narrator.take(played)
        if line is None:
            return
        if line.text:
            self._show("spoken", text=line.text)
        if not self._grave:
            self._ring()
        self._go_on()
        if line.text and not self._narrator.busy:
            self._fell_silent()

    def _fell_silent(self) -> None:
        """Listen from now on: the attention window begins when the voice has ended."""
        self._grave = False
        self._hearing.rest()
        self._until_s = 0.0 if self._sleepy else self._now() + self._manner.attention_s

    def _ring(self) -> None:
        for reply in self._skill.due(self._now()):
            self._show("timer", text=reply.reply)
            if reply.sound:
                self._sound(reply.sound)
            self._say(reply.reply, aside=True)

    # ---- what goes wrong, and what time brings

    def _tick(self) -> None:
        now = self._now()
        if not self._narrator.busy:
            self._ring()
        if self._narrator.late(now):
            self._narrator.stop()
            self._lost("speaker", "it plays nothing")
        for change in self._devices.check(now, speaking=self._narrator.busy):
            self._changed(change)
        if 0 < self._until_s <= now and not self._narrator.busy and not self._hearing.in_speech:
            self._doze()
        if now - self._status_s >= STATUS_EVERY_S:
            self._status_s = now
            self._stage.screen.status(self._status(now))

    def _watch(self, news: str) -> None:
        """Tell of a microphone that is muted; the word about it ends as soon as it hears again."""
        if news == "muted":
            self._muted = True
            self._show("error", message="The microphone delivers nothing but silence.", hint="Is it muted?")
            if not self._narrator.busy:
                self._say(self._skill.line("microphone_muted"), aside=True)
        elif news == "unmuted":
            self._muted = False
            if self._narrator.current is not None and self._narrator.current.aside:
                self._narrator.stop()
                self._told = ""

    def _lost(self, device: Which, reason: str) -> None:
        if self._devices.lose(device, self._now()):
            self._changed(Change(device, reason=reason))

    def _changed(self, change: Change) -> None:
        if change.name:
            self._show("device_back", device=change.device, name=change.name)
        else:
            self._show("device_lost", device=change.device, reason=change.reason)
        self._hearing.rest()
        if not self._devices.dumb:
            self._say(self._skill.line(f"{change.device}_{'back' if change.name else 'lost'}"), aside=True)

    def _trouble(self, error: VoiceSkillError) -> None:
        self._show("error", message=error.message, hint=error.hint)

    def _doze(self) -> None:
        """Close the attention window."""
        self._until_s = 0.0
        self._beep = self._paused = self._sleepy = False
        if self._manner.always_on:
            return
        self._show("asleep")
        self._hearing.rest()
        if self._expecting:
            self._expecting = False
            self._sound("giveup")

    def _status(self, now: float) -> Status:
        line = self._narrator.current
        doing: Literal["asleep", "listening", "speaking", "paused", "deaf"] = "asleep"
        if self._devices.deaf:
            doing = "deaf"
        elif line is not None and line.text:
            doing = "speaking"
        elif self._paused:
            doing = "paused"
        elif self._awake():
            doing = "listening"
        running = tuple((t.kind, timers.left_s(t, now)) for t in self._skill.state.timers)
        return Status(doing, self._level, self._words, self._answer, running)
