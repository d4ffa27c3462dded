"""The skill for Open Voice OS: answers as a fallback when it is sure, and goes on as a conversation."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

from ovos_bus_client.session import SessionManager
from ovos_utils import classproperty
from ovos_utils.process_utils import RuntimeRequirements
from ovos_workshop.decorators import fallback_handler, intent_handler
from ovos_workshop.skills.converse import ConversationalSkill
from ovos_workshop.skills.fallback import FallbackSkill

from voice_skill import settings as settings_room
from voice_skill.conversations import Conversations
from voice_skill.messages import Heard, Hypothesis, Reply, State, Then
from voice_skill.normalize import normalize
from voice_skill.skill import Skill

FLAGS = ("emergency", "urgent", "crisis")
PRIORITY = 4  # the last of the early fallbacks: before other skills' half-sure intents, as a red flag must not wait
# Open Voice OS has its own ways for these; "stop" comes by `stop_session`.
THEIRS = ("stop", "pause", "louder", "quieter", "slower", "faster")


class UpperBackSkill(FallbackSkill, ConversationalSkill):  # type: ignore[misc]
    """Answer questions about a spasm in the upper back, one conversation a session."""

    @classproperty  # type: ignore[untyped-decorator]
    def runtime_requirements(self) -> RuntimeRequirements:
        """Say that neither network nor internet nor a screen is needed."""
        return RuntimeRequirements(
            internet_before_load=False,
            network_before_load=False,
            gui_before_load=False,
            requires_internet=False,
            requires_network=False,
            requires_gui=False,
            no_internet_fallback=True,
            no_network_fallback=True,
            no_gui_fallback=True,
        )

    def initialize(self) -> None:
        """Read the pack; the emergency number of this skill's own settings wins."""
        chosen = settings_room.load()
        number = str(self.settings.get("emergency_number") or chosen.emergency_number)
        if number.isdigit():
            chosen = replace(chosen, emergency_number=number)
        self._conversations = Conversations(Skill.open(chosen).conversation, State())

    def can_answer(self, message: Any) -> bool:
        """Tell whether it is sure: a red flag, an answer, or a choice of two; no command, which may be another's."""
        return self._would(message).kind in ("answer", "choice", *FLAGS)

    @fallback_handler(priority=PRIORITY)  # type: ignore[untyped-decorator]
    def handle_fallback(self, message: Any) -> bool:
        """Answer, when it is sure."""
        return self.can_answer(message) and self._say(message)

    def can_converse(self, message: Any) -> bool:
        """Tell whether words belong to the conversation under way; a red flag always does."""
        reply = self._would(message)
        if reply.kind in FLAGS:
            return True
        mine = reply.kind != "none" and not (reply.kind == "control" and reply.topic in THEIRS)
        return mine and self._conversations.running(_session(message), time.monotonic())

    def converse(self, message: Any) -> bool:
        """Go on with the conversation."""
        return self.can_converse(message) and self._say(message)

    def can_stop(self, message: Any) -> bool:
        """Tell whether there is a conversation to stop."""
        return self._conversations.running(_session(message), time.monotonic())

    def stop_session(self, session: Any) -> bool:
        """Drop the open question; what was spoken about can still be repeated."""
        name, now = session.session_id, time.monotonic()
        if not self._conversations.running(name, now):
            return False
        self._conversations.ask(name, _heard("stop"), now)
        return True

    @intent_handler("about.intent")  # type: ignore[untyped-decorator]
    def handle_about(self, message: Any) -> None:
        """Say what can be asked."""
        self._say(message, "help")

    def _would(self, message: Any) -> Reply:
        if not str(message.data.get("lang") or self.lang).lower().startswith("en"):
            return Reply("", "none", None, "")
        heard = Heard(tuple(_alternatives(message)))
        return self._conversations.would(_session(message), heard, time.monotonic())

    def _say(self, message: Any, words: str = "") -> bool:
        heard = _heard(words) if words else Heard(tuple(_alternatives(message)))
        reply = self._conversations.ask(_session(message), heard, time.monotonic()).reply
        if reply.reply:
            self.speak(reply.reply, expect_response=reply.then is Then.QUESTION)
        self.activate()  # what is said next may be a follow-up
        return True


def _session(message: Any) -> str:
    return str(SessionManager.get(message).session_id)


def _heard(text: str) -> Heard:
    return Heard((Hypothesis(text, 1.0),))


def _alternatives(message: Any) -> list[Hypothesis]:
    """Give the readings; Open Voice OS lists them best first and without weights."""
    given = [str(u) for u in message.data.get("utterances") or [message.data.get("utterance", "")] if u]
    said = list({normalize(u): u for u in reversed(given)}.values())[::-1]  # it lists the same in several spellings
    odds = [0.5**n for n in range(len(said))]
    return [Hypothesis(text, odd / sum(odds)) for text, odd in zip(said, odds, strict=True)]
