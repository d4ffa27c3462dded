"""The commands beside `ask`: listen, topics, doctor, model, pack and bench."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

from voice_skill import assemble, content, phrases, store, weights
from voice_skill.content import Pack
from voice_skill.doors import listening
from voice_skill.doors.screen import show_reply
from voice_skill.errors import HardwareError, WeightsError
from voice_skill.settings import Settings
from voice_skill.skill import Skill, pack_folder

REPLY_FILE = Path("reply.wav")


def listen(
    settings: Settings, or_recording: Path | None, *, as_json: bool, utterances: bool = False, log_level: str = "info"
) -> int:
    """Listen until goodbye; without a microphone, ask the recording where one is given."""
    if or_recording is not None:
        microphone = assemble.microphone(settings)
        try:
            microphone.open(lambda _event: None)
        except HardwareError as exc:
            print(f"{exc.message} So here is a recorded question instead.", flush=True)
            return _ask_recording(settings, or_recording)
        microphone.close()  # it works; the loop opens it again once everything else is ready
    return listening.run(settings, as_json=as_json, utterances=utterances, log_level=log_level)


def _ask_recording(settings: Settings, recording: Path) -> int:
    from voice_skill.edge import wav_file

    skill = Skill.open(settings)
    recognizer = assemble.recognizer(assemble.speech_model(settings), skill)
    reply = skill.hear(recognizer.whole(wav_file.read(recording)))
    show_reply(reply)
    voice = assemble.voice(settings)
    try:
        store.write(REPLY_FILE, wav_file.encode(voice.render(reply.reply, assemble.delivery(settings))))
    finally:
        voice.close()
    print(f"The spoken answer is in {REPLY_FILE}.")
    return 0


def topics(settings: Settings) -> int:
    """Print every topic with an example."""
    for name, topic in content.load(pack_folder(settings)).topics.items():
        print(f"{name.removesuffix('.yaml'):28} {topic.example}")
    return 0


def explain(settings: Settings, text: str) -> int:
    """Print why a question is answered as it is."""
    for line in Skill.open(settings).explain(text):
        print(line)
    return 0


def doctor(settings: Settings) -> int:
    """Print every check; the exit code is 1 when a needed one failed."""
    from voice_skill import doctor as doctor_room

    good = True
    for check in doctor_room.examine(settings):
        mark = "ok  " if check.good else "FAIL" if check.needed else "none"
        print(f"{mark} {check.name:14} {check.result}", flush=True)
        if check.hint:
            print(f"     {'':14} {check.hint}")
        good = good and (check.good or not check.needed)
    return 0 if good else 1


def model_list(settings: Settings) -> int:
    """Name the model in use, and the one that ships."""
    used = assemble.model_folder(settings)
    shipped = assemble.model_folder(replace(settings, model=""))
    for folder in dict.fromkeys((used, shipped)):
        print(f"{'in use' if folder == used else '':8}{folder}")
    return 0


def model_use(path: str) -> int:
    """Check a model by loading it and decoding silence, then write it into the settings."""
    from voice_skill import doctor as doctor_room
    from voice_skill import settings as settings_room
    from voice_skill.edge import model_files

    if path == "shipped":
        print(f"In use from now on: the shipped model ({store.write_settings({'model': ''})}).")
        return 0
    folder = Path(path).expanduser().resolve()
    doctor_room.verify(folder)
    model_files.check(folder)
    settings_room.load()
    store.write_settings({"model": str(folder)})
    print(f"In use from now on: {folder}.")
    return 0


def _read_pack(folder: Path) -> tuple[Pack, list[phrases.Phrase]]:
    pack = content.load(folder)
    skill_words = phrases.collect(pack)
    from voice_skill.redflags import RedFlags

    RedFlags(pack.redflags)
    return pack, skill_words


def pack_check(settings: Settings, folder: Path | None) -> int:
    """Find mistakes in the pack, and weights older than it."""
    folder = folder or pack_folder(settings)
    pack, found = _read_pack(folder)
    if weights.load(folder / weights.FILE).digest != pack.digest:
        hint = "Run: voice-skill pack build"
        raise WeightsError("the weights are older than the pack", folder / weights.FILE, hint=hint)
    print(f"{folder}: {len(pack.topics)} topics, {len(found)} phrases, no mistake, weights fresh.")
    return 0


def pack_build(settings: Settings, folder: Path | None) -> int:
    """Learn the weights of a pack and write them beside it."""
    from voice_skill import training

    folder = folder or pack_folder(settings)
    pack, found = _read_pack(folder)
    start = time.perf_counter()
    data = weights.dump(training.learn(found, pack))
    store.write(folder / weights.FILE, data)
    seconds = time.perf_counter() - start
    print(f"Learned from {len(found)} phrases in {seconds:.0f} s; {folder / weights.FILE}: {len(data) // 1000} kB.")
    return 0
