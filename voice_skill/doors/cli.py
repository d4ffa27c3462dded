"""The command line: parse, call, print; every error is one sentence, a hint and an exit code."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from voice_skill import __version__
from voice_skill.doors import benching
from voice_skill.doors.journal import LEVELS
from voice_skill.doors.screen import report
from voice_skill.errors import SettingsError, VoiceSkillError
from voice_skill.settings import Settings

_EPILOG = """examples:
  voice-skill listen                                    talk with it
  voice-skill ask "should I use ice or heat"            print the answer
  voice-skill ask --speak "could it be stress"          say it too
  voice-skill ask --audio question.wav --out reply.wav  from recording to recording
  voice-skill ask --conversation "does ice help" "why"  two turns of one conversation
  voice-skill timers set 15m ice                        set a timer without a word said
  voice-skill serve                                     be a voice service for Home Assistant
  echo "does ice help" | voice-skill ask --json -       one JSON object a line

exit codes: 0 done, 2 wrong input or option, 3 mistake in the pack, 4 speech model, 5 sound hardware,
  6 voice, 7 a file cannot be written, 130 stopped by Ctrl-C, 143 terminated
"""


def parser() -> argparse.ArgumentParser:
    """Describe the command line."""
    top = argparse.ArgumentParser(
        prog="voice-skill",
        description="Ask about a spasm in the upper back, and hear what one short article says. Works offline.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action="version", version=f"voice-skill {__version__}")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    listen = commands.add_parser("listen", help="listen to the microphone and answer aloud, until Ctrl-C or goodbye")
    listen.add_argument(
        "--or-recording",
        type=Path,
        metavar="WAV",
        help="where there is no microphone, ask this recording and write the answer to reply.wav",
    )

    listen.add_argument("--json", action="store_true", help="print one JSON object an event, and nothing else")
    listen.add_argument("--log-level", choices=LEVELS, default="info", help="as a service, what the log is to hold")
    listen.add_argument("--log-utterances", action="store_true", help="as a service, write what is said to the log")
    listen.add_argument("--always-on", action="store_true", help="answer whatever is said, without a wake phrase")
    listen.add_argument("--no-earcons", action="store_true", help="no short sounds on waking, finishing, giving up")

    ask = commands.add_parser("ask", help="ask in words or by a recording")
    ask.add_argument("words", nargs="*", metavar="QUESTION", help='the question; "-" reads one a line')
    ask.add_argument("--audio", nargs="+", type=Path, default=[], metavar="WAV", help="ask by recordings")
    ask.add_argument("--json", action="store_true", help="print one JSON object a question, and nothing else")
    ask.add_argument("--conversation", action="store_true", help="the questions are turns of one conversation")
    ask.add_argument("--speak", action="store_true", help="say the answer")
    for command in (listen, ask):
        command.add_argument("--voice", nargs="?", const="", metavar="NAME", help="take this voice; alone: list them")
    ask.add_argument("--out", type=Path, metavar="WAV", help="write the spoken answer to a file")

    _add_serve(commands)
    _add_service(commands)
    explain = commands.add_parser("explain", help="why a question is answered as it is")
    explain.add_argument("words", nargs="+", metavar="QUESTION")
    setup = commands.add_parser("setup", help="choose devices, measure the room, try the wake phrase")
    setup.add_argument("--text", action="store_true", help="in writing, without sound")
    setup.add_argument("--yes", action="store_true", help="take all defaults without asking")
    commands.add_parser("topics", help="what can be asked, with one example each")
    commands.add_parser("doctor", help="check everything the skill needs")

    _add_timers(commands)
    model = commands.add_parser("model", help="the speech model in use")
    model_commands = model.add_subparsers(dest="model_command", required=True, metavar="COMMAND")
    model_commands.add_parser("list", help="name the model in use and the one that ships")
    use = model_commands.add_parser("use", help="check a model's folder and use it from now on")
    use.add_argument("path", help='a folder with a Vosk model, or "shipped"')

    pack = commands.add_parser("pack", help="the content: check it, learn its weights")
    pack_commands = pack.add_subparsers(dest="pack_command", required=True, metavar="COMMAND")
    for name, text in (("check", "find mistakes and stale weights"), ("build", "learn the weights anew")):
        command = pack_commands.add_parser(name, help=text)
        command.add_argument("--pack", type=Path, help="the folder of the pack (default: the one in use)")

    benching.add(commands)
    return top


def _add_timers(commands: Any) -> None:
    timers = commands.add_parser("timers", help="the timers that run: list, set, cancel")
    timers.add_argument("--json", action="store_true", help="print JSON, and nothing else")
    timers_commands = timers.add_subparsers(dest="timers_command", metavar="COMMAND")
    set_ = timers_commands.add_parser("set", help="set one: a length, then ice, heat, rest or a name")
    set_.add_argument("words", nargs="+", metavar="WORD", help="15m ice; 1h30m; 90s tea")
    cancel = timers_commands.add_parser("cancel", help="cancel one, or all")
    cancel.add_argument("words", nargs="*", metavar="NAME", help='ice, heat, rest, a name, or "all"')
    for command in (set_, cancel):
        command.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="print JSON")


def _add_serve(commands: Any) -> None:
    serve = commands.add_parser("serve", help="hear, answer and speak for Home Assistant (the Wyoming protocol)")
    serve.add_argument("--host", default="127.0.0.1", help="address to listen at (default: this machine only)")
    serve.add_argument("--port", type=int, default=10330, help="port to listen at (default 10330)")
    allow = "who else may connect, by address or network"
    serve.add_argument("--allow", nargs="+", default=[], metavar="ADDRESS", help=allow)
    serve.add_argument("--rooms", type=int, default=16, metavar="N", help="rooms that speak at once (default 16)")
    serve.add_argument("--name", default="", help="name to announce (default: one of this machine's own)")
    serve.add_argument("--no-zeroconf", action="store_true", help="do not announce the server")
    serve.add_argument("--offer-intent", action="store_true", help="offer intent recognition too")
    serve.add_argument("--log-level", choices=LEVELS, default="info", help="what the log is to hold")
    serve.add_argument("--log-utterances", action="store_true", help="write what is said to the log")


def _add_service(commands: Any) -> None:
    service = commands.add_parser("service", help="run listen or serve as a service of systemd")
    service_commands = service.add_subparsers(dest="service_command", required=True, metavar="COMMAND")
    texts = {
        "install": "write the unit and start it; options of listen or serve follow after --",
        "status": "see how it fares",
        "logs": "read its log",
        "uninstall": "stop it and take the unit away",
    }
    for name, text in texts.items():
        command = service_commands.add_parser(name, help=text)
        command.add_argument("what", nargs="?", choices=("listen", "serve"), default="listen")
        if name == "install":
            command.add_argument("options", nargs="*", metavar="OPTION", help="as in: install serve -- --port 10331")
        elif name == "logs":
            command.add_argument("--lines", type=int, default=50, metavar="N", help="how many (default 50)")
            command.add_argument("--follow", action="store_true", help="and go on showing new ones")


def _service(options: argparse.Namespace) -> int:
    from voice_skill.doors import service

    match options.service_command:
        case "install":
            parser().parse_args([options.what, *options.options])  # a service with wrong options would never start
            return service.install(options.what, options.options)
        case "logs":
            return service.logs(options.what, options.lines, follow=options.follow)
        case "status":
            return service.status(options.what)
        case _:
            return service.uninstall(options.what)


def _serve(settings: Settings, options: argparse.Namespace) -> int:
    try:
        from voice_skill.doors import serving
    except ImportError as exc:
        raise SettingsError(f"serve needs {exc.name}.", "Install it with: pip install 'voice-skill[serve]'") from exc
    offer = serving.Offer(
        options.host,
        options.port,
        tuple(options.allow),
        options.rooms,
        options.name,
        zeroconf=not options.no_zeroconf,
        intent=options.offer_intent,
        log_level=options.log_level,
        log_utterances=options.log_utterances,
    )
    return serving.run(settings, offer)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; give the exit code."""
    options = parser().parse_args(arguments)
    try:
        return _dispatch(options)
    except VoiceSkillError as exc:
        report(exc)
        return exc.exit_code
    except KeyboardInterrupt:
        sys.stderr.write("\nvoice-skill: stopped.\n")
        return 130
    except BrokenPipeError:
        # whoever reads our output has left; python must not complain of it on the way out
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _dispatch(options: argparse.Namespace) -> int:
    from voice_skill import settings as settings_room
    from voice_skill.doors import commands, voices

    if options.command == "model" and options.model_command == "use":
        return commands.model_use(options.path)  # must work with a broken model in the settings
    settings = settings_room.load()
    match options.command:
        case "listen" | "ask" if options.voice == "":
            return voices.show(settings)
        case "ask":
            return _ask(_heeded(settings, options), options)
        case "listen":
            log: dict[str, Any] = {"utterances": options.log_utterances, "log_level": options.log_level}
            return commands.listen(_heeded(settings, options), options.or_recording, as_json=options.json, **log)
        case "service":
            return _service(options)
        case "serve":
            return _serve(settings, options)
        case "setup":
            from voice_skill.doors import setup

            return setup.run(settings, text=options.text, take_all=options.yes)
        case "timers":
            from voice_skill.doors import timing

            words = getattr(options, "words", [])
            return timing.run(settings, options.timers_command or "list", words, as_json=options.json)
        case "bench":
            return benching.run(settings, options)
        case _:
            return _look(settings, options)


def _look(settings: Settings, options: argparse.Namespace) -> int:
    """Run the commands that look at the content and at what the skill needs."""
    from voice_skill.doors import commands

    match options.command:
        case "explain":
            return commands.explain(settings, " ".join(options.words))
        case "topics":
            return commands.topics(settings)
        case "doctor":
            return commands.doctor(settings)
        case "model":
            return commands.model_list(settings)
        case _:
            run = commands.pack_build if options.pack_command == "build" else commands.pack_check
            return run(settings, options.pack)


def _ask(settings: Settings, options: argparse.Namespace) -> int:
    from voice_skill.doors import asking

    request = asking.Request(
        tuple(options.words),
        tuple(options.audio),
        as_json=options.json,
        conversation=options.conversation,
        speak=options.speak,
        out=options.out,
    )
    return asking.run(request, settings)


def _heeded(settings: Settings, options: argparse.Namespace) -> Settings:
    """Let the options of this one run win over the settings; a voice that is named is kept."""
    from voice_skill.doors import voices

    if options.voice:
        settings = voices.take(settings, options.voice)
    if options.command == "ask":
        return settings
    listen = settings.listen
    always_on, earcons = listen.always_on or options.always_on, listen.earcons and not options.no_earcons
    return replace(settings, listen=replace(listen, always_on=always_on, earcons=earcons))


def run() -> None:
    """Run as the `voice-skill` command; SIGTERM ends it as cleanly as Ctrl-C."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    sys.exit(main())
