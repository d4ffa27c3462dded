"""`voice-skill timers`: what runs; set and cancel without a word said."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import replace
from typing import get_args

from voice_skill import assemble, clock, durations, timers
from voice_skill.errors import SettingsError
from voice_skill.messages import Reply, State, Timer, TimerKind, TimerNote
from voice_skill.normalize import normalize
from voice_skill.replies import timer_object
from voice_skill.settings import Settings
from voice_skill.skill import Skill

_LENGTH = re.compile(r"(?:(\d{1,4}(?:\.\d+)?)h)?(?:(\d{1,6}(?:\.\d+)?)m)?(?:(\d{1,8})s)?")


def run(settings: Settings, command: str, words: list[str], *, as_json: bool) -> int:
    """List, set or cancel timers; SettingsError for a length or a name that cannot be used."""
    skill = assemble.skill(settings)
    now = clock.steady()
    match command:
        case "set":
            _show([_set(skill, words, now)], as_json=as_json)
        case "cancel":
            _show(_cancel(skill, " ".join(words).lower() or "", now), as_json=as_json)
        case _:
            skill.refresh(now)
            if skill.trouble:
                raise skill.trouble
            _list(skill, now, as_json=as_json)
    for told in skill.due(now) if skill.book and skill.book.put_aside else ():
        sys.stderr.write(f"voice-skill: {told.reply}\n")
    return 0


def minutes(text: str) -> float:
    """Read "15m", "1h30m", "90s", "15" (minutes) or words; SettingsError for what is no length."""
    plain = text.lower().replace(" ", "")
    if re.fullmatch(r"\d{1,6}(\.\d+)?", plain):
        return float(plain)
    found = _LENGTH.fullmatch(plain)
    if plain and found:
        hours, mins, secs = (float(part or 0) for part in found.groups())
        return hours * 60 + mins + secs / 60
    # "1e9h" is no nine hours
    said = None if "-" in text or re.search(r"\de\d", plain) else durations.find(normalize(text))
    if said is None or said.minutes <= 0:
        raise SettingsError(f"{text!r} is no length of time.", "Try: voice-skill timers set 15m ice")
    return said.minutes


def _set(skill: Skill, words: list[str], now: float) -> tuple[str, TimerNote]:
    length = minutes(words[0])
    label = normalize(" ".join(words[1:])) or "ice"
    if len(label) > 40:
        raise SettingsError("The name of the timer is too long.", "Use at most forty letters.")
    kind: TimerKind = next((k for k in get_args(TimerKind) if k == label), "rest")
    timer = timers.make(kind, length, now, "" if kind == label else label)
    controls = skill.conversation.timers

    def act(state: State) -> tuple[State, Reply]:
        state, reply = controls.start(state, timer, "", now)
        return replace(state, question=None), reply

    reply = skill.change(act)
    if reply.timer is None:
        raise SettingsError(reply.reply.removesuffix(" Shall I set twenty?"), "Try: voice-skill timers set 15m ice")
    return reply.reply, reply.timer


def _cancel(skill: Skill, name: str, now: float) -> list[tuple[str, TimerNote]]:
    controls = skill.conversation.timers

    def act(state: State) -> tuple[State, list[Timer]]:
        meant = [t for t in state.timers if name == "all" or name in (t.name or t.kind, controls.label(t).lower())]
        if not name and len(state.timers) == 1:
            meant = list(state.timers)
        left = tuple(t for t in state.timers if t not in meant)
        return replace(state, timers=left, iced=timers.iced(state.iced, state.timers, left, now)), meant

    gone = skill.change(act)
    if not gone:
        running = ", ".join(t.name or t.kind for t in skill.state.timers) or "none"
        wanted = (
            f"No timer is called {name!r}."
            if name and name != "all"
            else "Name the timer to cancel."
            if running != "none"
            else "No timer is running."
        )
        raise SettingsError(wanted, f"Running: {running}.")
    return [(f"{controls.label(t)} stopped.", controls.note("cancel", t, now)) for t in gone]


def _show(done: list[tuple[str, TimerNote]], *, as_json: bool) -> None:
    for text, note in done:
        print(json.dumps(timer_object(note) | {"name": note.name}) if as_json else text)


def _list(skill: Skill, now: float, *, as_json: bool) -> None:
    running = sorted(skill.state.timers, key=lambda t: t.due_at)
    controls = skill.conversation.timers
    if as_json:
        notes = [
            controls.note("paused" if t.paused_at is not None else "ringing" if t.rung else "running", t, now)
            for t in running
        ]
        print(json.dumps([timer_object(n) | {"name": n.name} for n in notes]))
        return
    for t in running:
        left = "ringing" if t.rung else f"{durations.say(timers.left_s(t, now) / 60)} left"
        print(f"{controls.label(t)}: {left}{', paused' if t.paused_at is not None else ''}")
    if not running:
        print("No timer is running.")
