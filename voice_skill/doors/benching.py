"""The bench on the command line."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from voice_skill import store
from voice_skill.errors import SettingsError
from voice_skill.settings import Settings
from voice_skill.skill import pack_folder


def add(commands: Any) -> None:
    """Describe the bench on the command line."""
    bench = commands.add_parser("bench", help="measure how well it understands and how fast it is")
    bench_commands = bench.add_subparsers(dest="bench_command", required=True, metavar="COMMAND")
    understand = bench_commands.add_parser("understand", help="cross-validation, or labelled questions of your own")
    understand.add_argument("--peers", action="store_true", help="let other matchers answer the questions too")
    hear = bench_commands.add_parser("hear", help="recordings, or labelled questions said by voices under noise")
    hear.add_argument("recordings", nargs="*", type=Path, metavar="WAV", help="recordings: memory, real-time factor")
    serve = bench_commands.add_parser("serve", help="many rooms that ask a server of its own at the same moment")
    serve.add_argument("--rooms", type=int, default=16, metavar="N", help="rooms (default 16)")
    serve.add_argument("--bad-clients", action="store_true", help="one room beside clients that misbehave")
    serve.add_argument("--json", type=Path, metavar="FILE", help="write the figures to a file too")
    report = bench_commands.add_parser("report", help="measure everything and write docs/understanding.md")
    report.add_argument("--out", type=Path, default=Path("docs"), metavar="FOLDER", help="where the page goes")
    live = bench_commands.add_parser("live", help="latency, stop, own voice, wake phrase, load, lost devices")
    live.add_argument("--times", type=int, default=40, metavar="N", help="questions asked for the latency (default 40)")
    rows = ("latency", "stop", "own_voice", "wake", "idle", "talk", "devices", "evening")
    live.add_argument("--only", nargs="+", default=[], choices=rows, help="some of the rows")
    live.add_argument("--json", type=Path, metavar="FILE", help="write the figures to a file too")
    for command in (understand, hear, report):
        many = {"nargs": "+"} if command is report else {}
        text = "labelled questions, one JSON object a line"
        command.add_argument("--corpus", type=Path, metavar="JSONL", help=text, **many)
        command.add_argument("--json", type=Path, metavar="FILE", help="write the figures to a file too")
    for command in (understand, hear, live, serve):
        command.add_argument("--plots", type=Path, metavar="FOLDER", help="draw the plots, as PNG and SVG")
    for command in (hear, report, live):
        voices = "espeak:NAME, flite:NAME or command:'PROGRAM {wav}', which reads the text and writes the file"
        command.add_argument("--voices", nargs="+", default=[], metavar="VOICE", help=voices)
        if command is live:
            continue
        command.add_argument("--snr", nargs="+", type=float, default=[20, 10, 5, 0], metavar="DB", help="noise levels")
        command.add_argument("--most", type=int, default=240, metavar="N", help="questions said (default 240)")
    hear.add_argument("--noise", default="kitchen", choices=("kitchen", "babble", "hum", "hiss"))


def run(settings: Settings, options: argparse.Namespace) -> int:
    """Run the bench that was asked for; SettingsError when its libraries are not installed."""
    try:
        match options.bench_command:
            case "understand":
                return understand(pack_folder(settings), options)
            case "live":
                return live(options)
            case "serve":
                return serve(settings, options)
            case "report":
                return report(pack_folder(settings), options)
            case _ if options.recordings:
                return recordings(settings, options)
            case _:
                return hear(pack_folder(settings), options)
    except ImportError as exc:
        hint = "Install it with: pip install 'voice-skill[bench,serve]'"
        raise SettingsError(f"The bench needs {exc.name}.", hint) from exc


def understand(folder: Path, options: argparse.Namespace) -> int:
    """Print how well the skill understands text, by cross-validation or on a file of labelled questions."""
    from voice_skill.bench import figures, plots, runs

    result = runs.text(folder, options.corpus)
    print("\n".join(result.lines(runs.last_run())))
    runs.keep(result, options.json)
    ours = next(iter(result.outcomes.values()))
    print("most frequent mistakes:")
    for label, given, count, example in figures.confusions(ours):
        print(f"  {count:3} {label} -> {given}: {example}")
    curves = {"voice-skill": figures.curve(ours)}
    if options.peers:
        others = runs.compare(folder, _corpus(options))
        print("\n" + "\n".join(runs.comparison(runs.Result({"voice-skill": ours} | others.outcomes))))
        curves |= {name: figures.curve(found) for name, found in others.outcomes.items()}
    if options.plots:
        plots.threshold(curves, options.plots / "threshold")
    return 0


def hear(folder: Path, options: argparse.Namespace) -> int:
    """Print how well the skill understands speech: questions said by voices made here, under noise made here."""
    from voice_skill.bench import runs, speech

    conditions = [speech.Condition(), *(speech.Condition(options.noise, snr) for snr in options.snr)]
    asked = runs.sample(_corpus(options), options.most)
    result = runs.spoken(folder, asked, speech.voices(options.voices), conditions)
    print("\n".join(result.lines(runs.last_run())))
    runs.keep(result, options.json)
    if options.plots:
        runs.noise_plot(result, conditions, options.plots / "noise")
    return 0


def report(folder: Path, options: argparse.Namespace) -> int:
    """Measure everything and write the page with its plots."""
    from voice_skill.bench import report as report_room
    from voice_skill.bench import runs, speech

    asked = report_room.Asked(_corpora(options), options.most, speech.voices(options.voices), tuple(options.snr))
    page, result = report_room.measure(folder, asked, options.out)
    runs.keep(result, options.json)
    print(f"{page} is written.")
    return 0


def live(options: argparse.Namespace) -> int:
    """Print how it listens and speaks hands free, in a house without hardware."""
    from voice_skill.bench import live as live_room
    from voice_skill.bench import plots, speech

    found = {}
    for row in live_room.measure(speech.voices(options.voices), options.times, options.only):
        print(f"{row.what:62} wanted {row.wanted:26} {row.found}", flush=True)
        found[row.what] = {"wanted": row.wanted, "found": row.found, **row.numbers}
        if options.plots and "endpoint" in row.numbers:
            plots.latency(row.numbers, options.plots / "latency")
    if options.json:
        store.write(options.json, json.dumps(found, indent=1).encode())
    return 0


def serve(settings: Settings, options: argparse.Namespace) -> int:
    """Print how a server fares when many rooms ask at the same moment."""
    import json

    from voice_skill import store
    from voice_skill.bench import rooms

    if options.bad_clients:
        return bad_clients(settings)
    result = rooms.measure(settings, options.rooms)
    for one in result.rounds:
        print(one.line())
    print(f"{result.idle_mb:.0f} MB at the start, {result.memory_per_room_mb():.1f} MB more for each room")
    if options.json:
        store.write(options.json, json.dumps(result.as_object(), indent=1).encode())
    if options.plots:
        rooms.write_plot(result, options.plots / "rooms")
    return 0


def bad_clients(settings: Settings) -> int:
    """Print how much longer a room waits beside clients that misbehave."""
    from voice_skill.bench import bad_clients as bad
    from voice_skill.bench import rooms

    asked = rooms.questions(settings)
    with rooms.server(16) as (port, process):
        question = next(q for q in asked if rooms.ask_once(port, process, q).turns[0].right)
        alone: bad.Beside | None = None
        for beside in bad.measure(port, process, question):
            alone = alone or beside
            print(beside.line(alone), flush=True)
    return 0


def recordings(settings: Settings, options: argparse.Namespace) -> int:
    """Print start-up time, memory and real-time factor over recordings."""
    from voice_skill.bench import machine

    for line in machine.measure(settings, options.recordings):
        print(line)
    return 0


def _corpora(options: argparse.Namespace) -> list[Path]:
    return options.corpus or [_corpus(options)]


def _corpus(options: argparse.Namespace) -> Path:
    if options.corpus is None:
        hint = 'Write lines like {"text": "does ice help", "topic": "relief.ice"}, or take one of tests/unseen.'
        raise SettingsError("Name a file of labelled questions with --corpus.", hint)
    corpus: Path = options.corpus
    return corpus
