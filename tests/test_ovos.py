"""The skill inside the real `ovos-workshop`, over its own message bus; left out where that is not installed."""

import importlib.metadata
import json
import time
import warnings
from pathlib import Path

import pytest

pytest.importorskip("ovos_workshop", reason="the extra `ovos` is not installed", exc_type=ImportError)
pytestmark = pytest.mark.filterwarnings("ignore")

NAME = "voice-skill.upper-back"


@pytest.fixture(scope="module")
def ovos(tmp_path_factory):
    """The skill on a bus, and everything it sent."""
    patch = pytest.MonkeyPatch()
    for variable in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "VOICE_SKILL_CONFIG_DIR"):
        patch.setenv(variable, str(tmp_path_factory.mktemp("ovos")))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from ovos_utils.fakebus import FakeBus

        entry = next(e for e in importlib.metadata.entry_points(group="opm.skill") if e.name == NAME)
        bus, sent = FakeBus(), []
        bus.on("message", lambda m: sent.append(json.loads(m)))
        skill = entry.load()(bus=bus, skill_id=NAME)
    yield skill, bus, sent
    skill.default_shutdown()
    patch.undo()


def send(ovos, kind, *said, until="", session="kitchen", lang="en-US"):
    """Send a message; give what was spoken, and the data of all that was sent, by type, once `until` is among it."""
    from ovos_bus_client.message import Message
    from ovos_bus_client.session import Session

    _, bus, sent = ovos
    del sent[:]
    context = {"session": Session(session).serialize()}
    bus.emit(Message(kind, {"utterances": list(said), "lang": lang}, context))
    for _ in range(250):  # fallbacks and conversations run in threads of their own
        if any(m["type"] == until for m in list(sent)) or not until:
            break
        time.sleep(0.02)
    spoken = [m["data"]["utterance"] for m in sent if m["type"] == "speak"]
    return spoken, {m["type"]: m["data"] for m in sent}


def fallback(ovos, *said, **options):
    """What is spoken as a fallback, None when the skill says that it cannot."""
    pong = send(ovos, "ovos.skills.fallback.ping", *said, **options)[1]["ovos.skills.fallback.pong"]
    if not pong["can_handle"]:
        return None
    spoken, sent = send(
        ovos, f"ovos.skills.fallback.{NAME}.request", *said, until=f"ovos.skills.fallback.{NAME}.response", **options
    )
    assert sent[f"ovos.skills.fallback.{NAME}.response"]["result"]
    return " ".join(spoken)


def converse(ovos, *said, **options):
    """What is spoken in a conversation, None when the skill leaves the words to others."""
    pong = send(ovos, f"{NAME}.converse.ping", *said, **options)[1]["skill.converse.pong"]
    if not pong["can_handle"]:
        return None
    return " ".join(send(ovos, f"{NAME}.converse.request", *said, until="skill.converse.response", **options)[0])


def test_a_question_is_answered_as_a_fallback(ovos):
    """And the skill asks to hear what comes next."""
    assert "swelling" in fallback(ovos, "does ice help", session="a")


@pytest.mark.parametrize("said", ["what is the weather in paris", "play some music", "louder", "stop", "thank you", ""])
def test_what_is_not_its_own_is_left_to_others(ovos, said):
    """Also commands, as nobody is talking with it."""
    assert fallback(ovos, said, session="nobody") is None
    assert converse(ovos, said, session="nobody") is None


def test_a_red_flag_comes_first(ovos):
    """As a fallback, in a conversation, and in a second reading."""
    assert fallback(ovos, "i have chest pain", session="b").startswith("Call 112")
    assert converse(ovos, "i have chest pain", session="nobody else").startswith("Call 112")
    assert fallback(ovos, "i have chest pain", "i have chess pain", session="c").startswith("Call 112")


def test_a_follow_up_is_honoured_in_its_session(ovos):
    """Two sessions do not mix; other people's words in between are left alone."""
    fallback(ovos, "does ice help", session="d")
    fallback(ovos, "could it be stress", session="e")
    assert "swelling" in converse(ovos, "repeat that", session="d")
    assert "anxiety" in converse(ovos, "repeat that", session="e")
    assert converse(ovos, "what is the weather in paris", session="d") is None


def test_stop_ends_the_question(ovos):
    """It is possible only where there is something to stop."""
    fallback(ovos, "does ice help", session="f")
    assert send(ovos, f"{NAME}.stop.ping", session="f")[1]["skill.stop.pong"]["can_handle"]
    assert not send(ovos, f"{NAME}.stop.ping", session="g")[1]["skill.stop.pong"]["can_handle"]
    assert send(ovos, f"{NAME}.stop", until=f"{NAME}.stop.response", session="f")[1][f"{NAME}.stop.response"]["result"]


def test_another_language_is_left_to_others(ovos):
    """The pack is English."""
    assert fallback(ovos, "does ice help", session="h", lang="de-DE") is None


def test_what_ships_with_it_is_whole():
    """skill.json, settings and the intent's sentences."""
    folder = Path(__file__).parent.parent / "voice_skill" / "doors" / "ovos"
    about = json.loads((folder / "locale" / "en-us" / "skill.json").read_text())
    assert NAME == about["skill_id"]
    assert json.loads((folder / "settingsmeta.json").read_text())["skillMetadata"]
    assert (folder / "locale" / "en-us" / "about.intent").read_text().strip()
