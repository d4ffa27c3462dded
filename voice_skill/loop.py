"""The listening loop: one queue, one thread, the only owner of the conversation while it runs.

The microphone is deaf while the skill speaks: what arrived meanwhile is dropped, so that it never hears itself.
"""

from __future__ import annotations

from typing import Protocol, assert_never

from voice_skill import ring
from voice_skill.errors import MicrophoneError, SpeakerError, VoiceError, VoiceSkillError
from voice_skill.messages import AudioFrame, Heard, MicrophoneLost, Partial, Quit, Reply, Then
from voice_skill.normalize import is_noise, normalize
from voice_skill.ports import Clock, Microphone, Recognizer, Speaker, Voice
from voice_skill.skill import Skill

LOOK_EVERY_S = 1.0


class Screen(Protocol):
    """Show what is heard and said."""

    def partial(self, text: str) -> None:
        """Show what is being heard."""

    def reply(self, reply: Reply) -> None:
        """Show what was heard and what is said."""

    def trouble(self, error: VoiceSkillError) -> None:
        """Show what does not work; the loop goes on."""


class Loop:
    """Listen, answer and ring until "goodbye", Quit or a lost microphone."""

    def __init__(
        self,
        skill: Skill,
        ears: tuple[Microphone, Recognizer],
        mouth: tuple[Voice, Speaker],
        screen: Screen,
        clock: Clock,
    ) -> None:
        self._skill = skill
        self._microphone, self._recognizer = ears
        self._voice, self._speaker = mouth
        self._screen = screen
        self._clock = clock

    def run(self) -> None:
        """Run until the conversation ends; MicrophoneError when the microphone is lost."""
        self._microphone.open()
        try:
            while self._step():
                pass
        finally:
            self._microphone.close()

    def _step(self) -> bool:
        event = self._microphone.read(self._wait_s())
        for reply in self._skill.due(self._clock()):
            self._say(reply)
        match event:
            case None:
                return True
            case Quit():
                return False
            case MicrophoneLost():
                hint = "Plug it in again and start anew; voice-skill doctor lists the microphones."
                raise MicrophoneError(f"The microphone is lost: {event.reason}.", hint)
            case AudioFrame():
                return self._hear(self._recognizer.accept(event.pcm))
            case _:
                assert_never(event)

    def _wait_s(self) -> float:
        """Wait for the next timer, but look once a second for one that another process set."""
        at = self._skill.next_due()
        return LOOK_EVERY_S if at is None else min(max(0.0, at - self._clock()), LOOK_EVERY_S)

    def _hear(self, made: Partial | Heard | None) -> bool:
        if made is None:
            return True
        if isinstance(made, Partial):
            if not is_noise(normalize(made.text)):
                self._screen.partial(made.text)
            return True
        if is_noise(normalize(made.text)):
            return True
        reply = self._skill.hear(made, self._clock())
        self._say(reply)
        return reply.then is not Then.LEAVE

    def _say(self, reply: Reply) -> None:
        self._screen.reply(reply)
        if not reply.reply:
            return
        try:
            if reply.sound == "ring":
                self._speaker.play(ring.clip(self._skill.state.delivery.volume))
            self._speaker.play(self._voice.render(reply.reply, self._skill.state.delivery))
        except (VoiceError, SpeakerError) as exc:
            self._screen.trouble(exc)
        # deaf while speaking
        self._microphone.clear()
        self._recognizer.reset()
