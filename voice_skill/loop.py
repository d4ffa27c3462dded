"""The listening loop: one inbox, one thread, the only owner of the conversation while it runs.

Asleep it knows the wake phrase alone. Woken, or after an answer, it listens for a while; while it speaks it hears
commands, the wake phrase and red flags. Timers ring between two sentences, never into an emergency reply.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import assert_never

from voice_skill.attention import Attention
from voice_skill.devices import Change, Devices, Which
from voice_skill.errors import VoiceSkillError
from voice_skill.hearing import Command, Hearing, Said, Woken, Words
from voice_skill.levels import Levels, level_dbfs
from voice_skill.messages import AudioFrame, Began, Event, Heard, MicrophoneLost, Played, Press, Quit, Status, Then
from voice_skill.narrator import Narrator
from voice_skill.normalize import is_noise, normalize
from voice_skill.replies import as_object
from voice_skill.skill import Skill
from voice_skill.teller import Stage, Teller

STATUS_EVERY_S = 0.125
WAKE_BEEP_S = 0.25  # of silence after the wake phrase: who goes on in the same breath is not talked over
GRAVE = ("emergency", "crisis", "urgent")
SETTLE_S = 0.3  # after the voice has ended, where the microphone hears it: its last sound is still in the air
QUIET_FROM_MISS = 4  # always on: talk that is not for us is left alone


class Loop:
    """Listen, answer and ring until "goodbye" or Quit."""

    def __init__(self, skill: Skill, hearing: Hearing, narrator: Narrator, devices: Devices, stage: Stage) -> None:
        self._skill = skill
        self._hearing = hearing
        self._devices = devices
        self._stage = stage
        self._manner = stage.manner
        self._teller = Teller(narrator, stage, hearing.sentence, lambda reason: self._lost("speaker", reason))
        self._attention = Attention(self._manner.attention_s, always=self._manner.always_on)
        self._levels = Levels()
        self._grave = self._leaving = self._sleepy = self._muted = False
        self._words, self._level, self._status_s, self._settled_s = "", -90.0, 0.0, 0.0

    def run(self) -> None:
        """Run until the conversation ends; MicrophoneError when there is no microphone at the start."""
        try:
            for error in self._devices.open(self._now()):
                self._teller.trouble(error)
            self._devices.heard_block(self._now())  # opening takes seconds on a small board
            self._teller.show("ready", wake=list(self._manner.wake), **self._devices.names)
            while self._take(self._stage.inbox.get(self._wait_s())) and not self._left():
                self._tick()
        finally:
            self._devices.close()
            self._stage.screen.close()

    def _now(self) -> float:
        return self._stage.clock()

    def _left(self) -> bool:
        return self._leaving and not self._teller.busy

    def _wait_s(self) -> float:
        at = self._skill.next_due()
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
            case Began():
                self._teller.began(event)
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
        if self._now() < self._settled_s:
            return
        pcm = self._manner.clean(frame.pcm, frame.at_s)
        level = self._level if pcm is frame.pcm else level_dbfs(pcm)
        made = self._way_of_hearing()(pcm, frame.at_s, level)
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
        if self._teller.line is not None and not self._muted:
            return partial(self._hearing.speaking, raw_level=self._level)
        return self._hearing.awake if self._attention.open(self._now()) else self._hearing.asleep

    def _woken(self, by: str, phrase: str = "") -> None:
        if self._teller.busy:
            self._break_off(phrase or by)
        self._teller.warm()
        self._teller.show("wake", by=by, phrase=phrase)
        self._attention.wake(self._now())

    def _pressed(self) -> None:
        self._woken("press")
        self._hearing.rest()
        self._attention.silent_so_far = False
        self._teller.sound("wake")

    def _break_off(self, by: str) -> None:
        """Be silent at once; what was not said can be gone on with."""
        self._skill.broke_off(self._teller.stop())
        self._teller.show("interrupted", by=by)
        self._grave = False

    def _listen(self, words: Words) -> None:
        if not is_noise(normalize(words.text)):
            self._attention.word(self._now())
            if not self._words:
                self._teller.warm()
            if words.text != self._words:
                self._words = words.text
                self._teller.show("partial", text=words.text)
        elif self._attention.silent_so_far and words.silence_s >= WAKE_BEEP_S:
            self._attention.silent_so_far = False
            self._teller.sound("wake")

    def _said(self, said: Said) -> None:
        self._words = ""
        if is_noise(normalize(said.heard.text)):
            return
        self._teller.sound("done")
        ended = self._teller.since(said.ended_at_s)
        self._teller.show("heard", text=said.heard.text, closed=said.heard.closed, spoken_until_s=ended)
        self._reply(said.heard)
        if self._levels.too_loud():
            self._aside("too_loud")

    def _reply(self, heard: Heard) -> None:
        before = self._skill.state.delivery
        reply = self._skill.hear(heard, self._now())
        delivery = self._skill.state.delivery
        if delivery != before:
            self._remember()
        self._leaving = reply.then is Then.LEAVE
        self._sleepy = reply.kind == "none" and reply.then is Then.SILENCE
        paused = reply.kind == "control" and reply.topic == "pause"
        self._attention.answered(self._now(), asking=reply.then is Then.QUESTION, paused=paused)
        self._teller.show("reply", **as_object(reply))
        if self._manner.always_on and reply.kind == "none" and self._skill.state.misses >= QUIET_FROM_MISS:
            return
        self._grave = reply.kind in GRAVE
        self._teller.say(reply.reply, delivery, grave=self._grave)

    def _remember(self) -> None:
        try:
            self._manner.remember(self._skill.state.delivery)
        except VoiceSkillError as exc:
            self._teller.trouble(exc)

    # ---- what is said

    def _aside(self, line: str) -> None:
        self._teller.say(self._skill.line(line), self._skill.state.delivery, aside=True)

    def _played(self, played: Played) -> None:
        line = self._teller.played(played)
        if line is None:
            return
        if not self._grave:
            self._ring()
        self._teller.go_on()
        if line.text and not self._teller.busy:
            self._fell_silent()

    def _fell_silent(self) -> None:
        """Listen from now on: the attention window begins when the voice has ended."""
        self._grave = False
        self._settled_s = self._now() + SETTLE_S if self._hearing.in_speech else 0.0
        self._hearing.rest()
        if self._sleepy:
            self._doze()
        else:
            self._attention.spoken(self._now())

    def _ring(self) -> None:
        for reply in self._skill.due(self._now()):
            self._teller.show("timer", text=reply.reply)
            if reply.sound:
                self._teller.sound(reply.sound)
            self._teller.say(reply.reply, self._skill.state.delivery, aside=True)

    # ---- what goes wrong, and what time brings

    def _tick(self) -> None:
        now = self._now()
        if self._teller.busy:
            self._skill.refresh(now)  # what is due does so by itself
        else:
            self._ring()
        if self._teller.late():
            self._lost("speaker", "it plays nothing")
        for change in self._devices.check(now):
            self._changed(change)
        if self._attention.over(now) and not self._teller.busy and not self._hearing.in_speech:
            self._doze()
        if now - self._status_s >= STATUS_EVERY_S:
            self._status_s = now
            self._stage.screen.status(self._status(now))

    def _watch(self, news: str) -> None:
        """Tell of a microphone that is muted; the word about it ends as soon as it hears again."""
        if news == "muted":
            self._muted = True
            hint = "Is it muted, or is this program kept from it?"
            self._teller.show("error", message="The microphone delivers nothing but silence.", hint=hint)
            if not self._teller.busy:
                self._aside("microphone_muted")
        elif news == "unmuted":
            self._muted = False
            if self._teller.line is not None and self._teller.line.aside:
                self._teller.stop()

    def _lost(self, device: Which, reason: str) -> None:
        if self._devices.lose(device, self._now()):
            self._changed(Change(device, reason=reason))

    def _changed(self, change: Change) -> None:
        if not change.name and change.device == "speaker":
            self._skill.broke_off(self._teller.stop())
        if change.name:
            if self._teller.line is not None and self._teller.line.aside:
                self._teller.stop()  # what was said about the loss
            self._teller.show("device_back", device=change.device, name=change.name)
        else:
            self._teller.show("device_lost", device=change.device, reason=change.reason)
        self._hearing.rest()
        if not self._devices.dumb:
            self._aside(f"{change.device}_{'back' if change.name else 'lost'}")

    def _doze(self) -> None:
        """Close the attention window."""
        self._sleepy = False
        expecting = self._attention.close()
        if self._manner.always_on:
            return
        self._teller.show("asleep")
        self._hearing.rest()
        if expecting:
            self._teller.sound("giveup")

    def _status(self, now: float) -> Status:
        running = self._skill.running(now)
        if self._devices.deaf:
            return Status("deaf", self._level, "", self._teller.answer, running)
        if self._teller.line is not None:
            return Status("speaking", self._level, "", self._teller.answer, running)
        if self._attention.paused:
            return Status("paused", self._level, self._words, self._teller.answer, running)
        if self._attention.open(now):
            return Status("listening", self._level, self._words, self._teller.answer, running)
        return Status("asleep", self._level, "", self._teller.answer, running)
