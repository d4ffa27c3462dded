"""What several test files need: the skill, opened once, and the command line as a person calls it."""

import os
import signal
import subprocess
import sys

import pytest

from voice_skill import Skill
from voice_skill.settings import Settings


def hear_ctrl_c():
    """Let a child hear SIGINT even where the tests run in the background, whose children inherit a deaf ear."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.fixture(scope="session")
def opened():
    """The shipped skill; tests take `skill`, which starts a conversation of its own."""
    return Skill.open(Settings())


@pytest.fixture
def skill(opened):
    """The shipped skill at the start of a conversation."""
    opened.forget()
    return opened


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home and a working folder of the test's own."""
    monkeypatch.setenv("VOICE_SKILL_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("VOICE_SKILL_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def run(home):
    """Call the command line in a process of its own; give its exit code, standard output and standard error."""

    def call(*arguments, stdin=b"", **environment):
        done = subprocess.run(
            [sys.executable, "-m", "voice_skill", *map(str, arguments)],
            input=stdin,
            capture_output=True,
            cwd=home,
            env=os.environ | environment,
            timeout=120,
            check=False,
        )
        assert b"Traceback" not in done.stderr, done.stderr.decode()
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    return call
