"""`voice-skill ask`: questions as words, lines or recordings in; answers as text, JSON, sound or a WAV file out."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from voice_skill import assemble, clock, store
from voice_skill.doors.screen import report
from voice_skill.errors import RecordingError, SettingsError
from voice_skill.inbox import Inbox
from voice_skill.messages import Clip, Heard, Hypothesis, Played, Reply
from voice_skill.narrator import LATE_S
from voice_skill.ports import Speaker
from voice_skill.replies import as_object
from voice_skill.settings import Settings
from voice_skill.skill import Skill

if TYPE_CHECKING:
    from voice_skill.edge.recognizer import VoskRecognizer


@dataclass(frozen=True)
class Request:
    """Hold what the command line asked for."""

    words: tuple[str, ...] = ()
    recordings: tuple[Path, ...] = ()
    as_json: bool = False
    conversation: bool = False
    speak: bool = False
    out: Path | None = None


def run(request: Request, settings: Settings) -> int:
    """Answer every question; give the exit code (2 when a recording could not be asked)."""
    _check(request)
    skill = assemble.skill(settings)
    code, replies = 0, []
    for heard in _questions(request, settings, skill):
        if isinstance(heard, RecordingError):
            report(heard)
            code = heard.exit_code
            continue
        if not request.conversation:
            skill.forget()
        reply = skill.hear(heard)
        _show(reply, as_json=request.as_json)
        replies.append(reply)
        if not request.as_json and reply.kind not in ("emergency", "crisis"):
            replies += _due(skill)
    if skill.trouble:
        report(skill.trouble)
    if replies and (request.speak or request.out):
        _sound(request, settings, skill, replies)
    return code


def _due(skill: Skill) -> list[Reply]:
    """Say what a timer that nobody listened for has to say; a program that reads JSON lines gets one a question."""
    said = list(skill.due(clock.steady()))
    for reply in said:
        _show(reply, as_json=False)
    return said


def _check(request: Request) -> None:
    if request.recordings and request.words:
        raise SettingsError("Ask either words or recordings.", "Leave one of the two out.")
    if not request.recordings and not any(w.strip() for w in request.words):
        raise SettingsError("There is no question.", 'Try: voice-skill ask "should I use ice or heat"')
    several = len(request.recordings) > 1 or "-" in request.words
    if request.out and several and not request.conversation:
        raise SettingsError("--out takes the answer to one question.", "Ask one question at a time.")


def _questions(request: Request, settings: Settings, skill: Skill) -> Iterator[Heard | RecordingError]:
    if request.recordings:
        yield from _recordings(request, settings, skill)
    elif request.words == ("-",):
        for number, line in enumerate(sys.stdin.buffer, 1):
            try:
                text = line.decode("utf-8-sig").strip()
            except UnicodeDecodeError as exc:
                message = f"Line {number} of standard input is not UTF-8."
                raise SettingsError(message, "Save the questions as UTF-8.") from exc
            if text:
                yield _typed(text)
    elif request.conversation:
        yield from map(_typed, request.words)
    elif len(request.words) > 1 and any(" " in w for w in request.words):
        yield from map(_typed, request.words)  # several quoted questions
    else:
        yield _typed(" ".join(request.words))


def _typed(text: str) -> Heard:
    return Heard((Hypothesis(text, 1.0),))


def _recordings(request: Request, settings: Settings, skill: Skill) -> Iterator[Heard | RecordingError]:
    from voice_skill.edge import wav_file

    recognizer: VoskRecognizer | None = None
    for path in request.recordings:
        try:
            pcm = wav_file.read(path)
        except RecordingError as exc:
            yield exc
            continue
        # the model is loaded for the first recording that can be read
        recognizer = recognizer or assemble.recognizer(assemble.speech_model(settings), skill)
        yield recognizer.whole(pcm)


def _show(reply: Reply, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(as_object(reply), ensure_ascii=False), flush=True)
    else:
        print(reply.reply or "(quiet)", flush=True)


def _sound(request: Request, settings: Settings, skill: Skill, replies: list[Reply]) -> None:
    """Say and write what was answered; a conversation is written as one recording."""
    from voice_skill.edge import wav_file

    voice = assemble.voice(settings)
    try:
        clips = [voice.render(r.reply, skill.state.delivery) for r in replies if r.reply]
    finally:
        voice.close()
    if request.out and clips:
        joined = Clip(b"".join(c.pcm for c in clips), clips[0].rate_hz)
        store.write(request.out, wav_file.encode(joined))
    if request.speak:
        play_all(assemble.speaker(settings), clips)


def play_all(speaker: Speaker, clips: list[Clip]) -> None:
    """Play clips one after the other, to the end; SpeakerError when there is no loudspeaker."""
    inbox = Inbox()
    speaker.open(inbox.put)
    try:
        for clip in clips:
            speaker.start(clip, 1)
            _wait(inbox, clock.steady() + len(clip.pcm) / 2 / clip.rate_hz + LATE_S)
    finally:
        speaker.close()


def _wait(inbox: Inbox, end_s: float) -> None:
    """Wait until a clip was played, or it is late."""
    while (left_s := end_s - clock.steady()) > 0:
        event = inbox.get(left_s)
        if isinstance(event, Played):
            if event.error is not None:
                raise event.error
            return
