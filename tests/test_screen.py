"""What a person and a program see while it listens."""

import io
import json
import logging

import pytest
from rich.console import Console

from voice_skill.doors.screen import JsonScreen, PlainScreen, ServiceScreen, StatusScreen, status_line
from voice_skill.messages import Notice, Status

REPLY = Notice("reply", 2.5, {"heard": "does ice help", "reply": "Ice: it helps.", "kind": "answer"})


@pytest.fixture
def log(monkeypatch):
    """The skill's log, as it was afterwards."""
    skill = logging.getLogger("voice_skill")
    for name in ("handlers", "propagate", "level"):
        monkeypatch.setattr(skill, name, getattr(skill, name))


def test_plain_lines_where_there_is_no_terminal(capsys):
    """The conversation on standard output, what does not work on standard error; partial words nowhere."""
    screen = PlainScreen()
    screen.show(Notice("ready", 0.1, {"wake": ["okay coach", "hello coach"]}))
    screen.show(Notice("partial", 1.0, {"text": "does"}))
    screen.show(REPLY)
    screen.show(Notice("device_lost", 3.0, {"device": "microphone", "reason": "it is gone"}))
    screen.show(Notice("error", 3.0, {"message": "No.", "hint": "Yes."}))
    out, err = capsys.readouterr()
    assert 'Listening. Say "okay coach" or "hello coach", then ask' in out
    assert out.endswith("you:   does ice help\nskill: Ice: it helps.\n")
    assert "partial" not in out
    assert "The microphone is lost: it is gone." in err
    assert err.endswith("voice-skill: No.\n             Yes.\n")


def test_always_on_names_no_wake_phrase(capsys):
    """There is none."""
    PlainScreen().show(Notice("ready", 0.1, {"wake": []}))
    assert "Listening. Ask, for example" in capsys.readouterr().out


def test_one_json_object_an_event():
    """With its name and time; the status is for people alone."""
    out = io.StringIO()
    screen = JsonScreen(out)
    screen.show(REPLY)
    screen.status(Status("asleep"))
    (line,) = out.getvalue().splitlines()
    assert {"event": "reply", "t_s": 2.5, **REPLY.details} == json.loads(line)


def test_the_status_line_holds_level_state_timers_and_words():
    """And fits the terminal, however narrow."""
    status = Status("listening", -35.0, "could it be", timers=(("ice", 605.0),))
    assert "▮▮▮▮▯▯▯▯ listening  ice 10:05  could it be" == status_line(status, 80).plain
    assert status_line(status, 20).cell_len <= 20
    assert status_line(status, 1).cell_len <= 1
    assert "Ice helps" in status_line(Status("speaking", answer="Ice helps"), 80).plain


def test_the_terminal_is_left_as_it_was():
    """The cursor is shown again, and the conversation stands above the line."""
    out = io.StringIO()
    screen = StatusScreen(Console(file=out, force_terminal=True, width=60))
    screen.status(Status("listening"))
    screen.show(REPLY)
    screen.close()
    screen.close()
    written = out.getvalue()
    assert "Ice: it helps." in written
    assert written.rindex("\x1b[?25h") > written.rindex("\x1b[?25l")


@pytest.mark.parametrize(
    ("level", "there"),
    [
        ("debug", ["<6>Listening.", "<7>reply", "<4>The microphone is lost: gone.", "<3>No. So."]),
        ("info", ["<6>Listening.", "<4>The microphone is lost: gone.", "<3>No. So."]),
        ("warning", ["<4>The microphone is lost: gone.", "<3>No. So."]),
        ("error", ["<3>No. So."]),
    ],
)
@pytest.mark.usefixtures("log")
def test_the_journal_of_a_service_has_levels(monkeypatch, capsys, level, there):
    """What is asked for and graver, one line each, and no word of what was said."""
    monkeypatch.setenv("JOURNAL_STREAM", "8:1")
    screen = ServiceScreen(level, utterances=False)
    screen.show(Notice("ready", 0.1, {"wake": ["okay coach"]}))
    screen.show(REPLY)
    screen.show(Notice("device_lost", 2.0, {"device": "microphone", "reason": "gone"}))
    screen.show(Notice("error", 3.0, {"message": "No.", "hint": "So."}))
    out, err = capsys.readouterr()
    assert out == ""
    assert [True] * len(there) == [line.startswith(t) for line, t in zip(err.splitlines(), there, strict=True)]


@pytest.mark.usefixtures("log")
def test_as_a_service_nothing_that_was_said_is_written(capsys):
    """Readiness, devices and errors are; words only when that is asked for."""
    ready = Notice("ready", 0.1, {"wake": ["okay coach"]})
    for utterances, words in ((False, False), (True, True)):
        screen = ServiceScreen(utterances=utterances)
        for notice in (ready, REPLY, Notice("error", 3.0, {"message": "No.", "hint": ""})):
            screen.show(notice)
        screen.status(Status("asleep"))
        _, err = capsys.readouterr()
        assert (True, words, True) == ("Listening." in err, "Ice: it" in err, "No." in err)
