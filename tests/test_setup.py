"""The setup dialogue."""

from voice_skill.setup_dialogue import Setup


class Answers:
    """Answer from a script, and keep what was said."""

    def __init__(self, **answers):
        self.answers, self.said = answers, []

    def say(self, line, **_):
        """Keep."""
        self.said.append(line)

    def ask(self, line, choices, **_):
        """Answer, once by once."""
        self.said.append(line)
        answer = self.answers.get(line, "")
        answer = answer.pop(0) if isinstance(answer, list) else answer
        assert answer in ("", *choices)
        return answer


class Rooms:
    """A room with two devices of each kind."""

    def __init__(self, levels=(-55.0,), wakes=(True, True, True)):
        self.levels, self.woken, self.chimes = list(levels), list(wakes), []

    def devices(self, kind):
        """Two."""
        return [f"first {kind}", f"second {kind}"]

    def chime(self, speaker):
        """Keep."""
        self.chimes.append(speaker)

    def noise_dbfs(self, _microphone):
        """The next level."""
        return self.levels.pop(0)

    def wakes(self, _microphone):
        """The next answer."""
        return self.woken.pop(0)


def go(talk, room=None, measuring=True):
    """Run it."""
    return Setup(talk, room or Rooms(), "okay coach").run(measuring=measuring)


def test_what_is_chosen_and_measured_is_written():
    """Devices by name, never by number; the noise; the emergency number."""
    talk = Answers(setup_speaker="2", setup_heard="yes", setup_microphone="1", setup_number="999")
    changes = go(talk)
    assert {"speaker": "second output", "microphone": "first input"} == changes["sound"]
    assert (-55.0, "999") == (changes["listen"]["noise_dbfs"], changes["emergency_number"])
    assert 3 == talk.said.count("setup_wake")


def test_everything_can_be_skipped():
    """The system's own devices, and what was set before."""
    changes = go(Answers())
    assert {"speaker": "", "microphone": ""} == changes["sound"]
    assert "emergency_number" not in changes


def test_a_loudspeaker_that_is_not_heard_is_chosen_again():
    """The next one is tried."""
    room = Rooms()
    talk = Answers(setup_speaker=["1", "2"], setup_heard=["no", "yes"])
    assert "second output" == go(talk, room)["sound"]["speaker"]
    assert ["first output", "second output"] == room.chimes


def test_a_muted_microphone_is_told_and_tried_again():
    """And the noise of the second try counts."""
    talk = Answers(setup_again="yes")
    assert {"noise_dbfs": -50.0} == go(talk, Rooms(levels=(-96.0, -50.0)))["listen"]
    assert "microphone_muted" in talk.said


def test_a_wake_phrase_that_is_hardly_heard_is_tried_again():
    """Three more times, when that is wanted."""
    talk = Answers(setup_again=["yes"])
    go(talk, Rooms(wakes=(True, False, False, True, True, True)))
    assert 6 == talk.said.count("setup_wake")


def test_in_writing_only_the_number_is_asked(run, home):
    """The settings file is written at the end and named; the other settings are kept."""
    (home / "config").mkdir()
    (home / "config" / "settings.toml").write_text("# mine\n[voice]\nrate_wpm = 150\n")
    code, out, _ = run("setup", "--text", stdin=b"999\n")
    assert 0 == code
    written = (home / "config" / "settings.toml").read_text()
    assert "# mine" in written
    assert 'emergency_number = "999"' in written
    assert "rate_wpm = 150" in written
    assert "settings.toml" in out
