"""`voice-skill listen`: everything put together, and the loop run."""

from __future__ import annotations

import time
from contextlib import ExitStack, suppress
from dataclasses import replace

from voice_skill import assemble, clock, earcons, quiet, store
from voice_skill.devices import Devices
from voice_skill.doors import screen
from voice_skill.errors import VoiceError
from voice_skill.inbox import Inbox
from voice_skill.loop import Loop
from voice_skill.messages import Delivery, Flag, State
from voice_skill.narrator import Narrator, sentences
from voice_skill.ports import Voice
from voice_skill.settings import Settings
from voice_skill.skill import Skill
from voice_skill.teller import Manner, Stage


def run(settings: Settings, *, as_json: bool, utterances: bool = False, log_level: str = "info") -> int:
    """Listen and answer until goodbye, Ctrl-C or SIGTERM."""
    inbox = Inbox()
    with ExitStack() as opened:
        # First: a press while the model loads is kept, and does not end the program (which SIGUSR1 would).
        for trigger in assemble.triggers(settings):
            opened.callback(trigger.close)
            trigger.open(inbox.put)
        skill = assemble.skill(settings)
        skill.state = replace(skill.state, delivery=assemble.delivery(settings))
        hearing = assemble.hearing(settings, assemble.speech_model(settings), skill)
        voice = assemble.voice(settings)
        opened.callback(voice.close)
        canceller = assemble.canceller(settings)
        speaker = assemble.speaker(settings, canceller)
        devices = Devices(assemble.microphone(settings), speaker, inbox.put)
        chosen = screen.choose(as_json=as_json, utterances=utterances, log_level=log_level)
        opened.callback(chosen.close)
        _render_urgent(skill, voice, assemble.delivery(settings))
        manner = _manner(settings)
        stage = Stage(inbox, chosen, clock.steady, replace(manner, clean=canceller.clean) if canceller else manner)
        Loop(skill, hearing, Narrator(voice, speaker), devices, stage).run()
    return 0


def _manner(settings: Settings) -> Manner:
    sounds = earcons.clips()
    return Manner(
        attention_s=settings.listen.attention_s,
        always_on=settings.listen.always_on,
        wake=settings.listen.wake,
        sounds=sounds if settings.listen.earcons else {"ring": sounds["ring"]},
        volume=lambda volume: quiet.volume(settings.quiet, volume, _minute_of_day()),
        remember=_remember,
    )


def _minute_of_day() -> int:
    now = time.localtime()
    return now.tm_hour * 60 + now.tm_min


def _remember(delivery: Delivery) -> None:
    """Keep loudness and pace over restarts."""
    store.write_settings({"voice": {"rate_wpm": delivery.rate_wpm, "volume": delivery.volume}})


def _render_urgent(skill: Skill, voice: Voice, delivery: Delivery) -> None:
    """Have the emergency replies at hand before anybody needs them."""
    with suppress(VoiceError):  # told when the first sentence cannot be said
        for level in ("emergency", "crisis", "urgent"):
            reply = skill.conversation.replies.flag(State(), Flag(level, ""), "")[1].reply
            for sentence in sentences(reply):
                voice.render(sentence, delivery)
