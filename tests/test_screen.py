"""What a person and a program see while it listens."""

import io
import json

from rich.console import Console

from voice_skill.doors.screen import JsonScreen, PlainScreen, ServiceScreen, StatusScreen, status_line
from voice_skill.messages import Notice, Status

REPLY = Notice("reply", 2.5, {"heard": "does ice help", "reply": "Ice: it helps.", "kind": "answer"})


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


def test_as_a_service_nothing_that_was_said_is_written(capsys):
    """Readiness, devices and errors are; words only when that is asked for."""
    ready = Notice("ready", 0.1, {"wake": ["okay coach"]})
    for utterances, words in ((False, False), (True, True)):
        screen = ServiceScreen(utterances=utterances)
        for notice in (ready, REPLY, Notice("error", 3.0, {"message": "No.", "hint": ""})):
            screen.show(notice)
        screen.status(Status("asleep"))
        out, err = capsys.readouterr()
        assert (
            ("Listening." in out, "ice" in out, "No." in err) == (True, True, True) if words else "Ice: it" not in out
        )
