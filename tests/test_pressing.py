"""What may be pressed to talk: the space bar of a real (pseudo) terminal, a signal, keys and pins."""

import contextlib
import fcntl
import os
import pty
import queue
import signal
import subprocess
import sys
import termios
import time

import pytest

from voice_skill import assemble
from voice_skill.edge import buttons
from voice_skill.edge.keys import Signal
from voice_skill.errors import HardwareError, SettingsError
from voice_skill.messages import Press
from voice_skill.settings import ListenSettings, Settings

WATCHER = """
import os, signal, sys, time
from voice_skill.edge.keys import SpaceBar
signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
keys = SpaceBar()
try:
    keys.open(lambda event: print(type(event).__name__, flush=True))
    print("ready", flush=True)
    time.sleep(30)
finally:
    keys.close()
"""
SHELL = f"""
import os, signal, sys
signal.signal(signal.SIGTTOU, signal.SIG_IGN)  # as shells do
job = os.fork()
if job == 0:
    os.setpgid(0, 0)
    signal.signal(signal.SIGTTOU, signal.SIG_DFL)
    exec({WATCHER!r})
    sys.exit(0)
sys.stdin.readline()
os.tcsetpgrp(0, job)
os.kill(job, signal.SIGCONT)
print("fg", flush=True)
_, how = os.waitpid(job, os.WUNTRACED)
os.tcsetpgrp(0, os.getpgrp())
print("stopped" if os.WIFSTOPPED(how) else os.waitstatus_to_exitcode(how), flush=True)
"""


@contextlib.contextmanager
def terminal(code):
    """A program that controls a terminal of its own; gives it and the terminal's other end."""
    ours, its = pty.openpty()
    command = [sys.executable, "-c", code]
    control = lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0)  # noqa: E731
    program = subprocess.Popen(
        command, stdin=its, stdout=subprocess.PIPE, text=True, start_new_session=True, preexec_fn=control
    )
    try:
        yield program, ours, its
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(program.pid, signal.SIGKILL)
        program.wait()
        program.stdout.close()
        os.close(its)
        with contextlib.suppress(OSError):
            os.close(ours)


@pytest.mark.parametrize(("end", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, None)])
def test_a_space_is_a_press_and_the_terminal_is_left_as_it_was(end, code):
    """Whatever ends the program; other keys are nothing."""
    with terminal(WATCHER) as (program, ours, its):
        before = termios.tcgetattr(its)
        assert "ready\n" == program.stdout.readline()
        assert before != termios.tcgetattr(its)
        os.write(ours, b"x ")
        assert "Press\n" == program.stdout.readline()
        program.send_signal(end) if code else os.write(ours, b"\x03")
        found = program.wait(10)
        assert code is None or code == found
        assert before == termios.tcgetattr(its)


def test_a_job_in_the_background_leaves_the_terminal_alone():
    """It is not stopped, and hears the space bar once it is brought to the front."""
    with terminal(SHELL) as (program, ours, its):
        before = termios.tcgetattr(its)
        assert "ready\n" == program.stdout.readline()
        assert before == termios.tcgetattr(its)
        os.write(ours, b"\n")
        assert "fg\n" == program.stdout.readline()
        time.sleep(0.3)
        os.write(ours, b" ")
        assert "Press\n" == program.stdout.readline()
        os.write(ours, b"\x03")
        assert "-2\n" == program.stdout.readline()  # ended by Ctrl-C, not stopped
        assert before == termios.tcgetattr(its)


def test_a_terminal_that_is_closed_ends_nothing():
    """The window is closed: no traceback, it goes on by voice."""
    code = "import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN)\n" + WATCHER
    with terminal(code) as (program, ours, _):
        assert "ready\n" == program.stdout.readline()
        os.close(ours)
        time.sleep(0.5)
        assert program.poll() is None
        program.terminate()
        assert 143 == program.wait(10)


def test_sigusr1_is_a_press_and_given_back():
    """From `kill -USR1`."""
    before = signal.getsignal(signal.SIGUSR1)
    presses = []
    trigger = Signal()
    trigger.open(presses.append)
    os.kill(os.getpid(), signal.SIGUSR1)
    trigger.close()
    assert [Press()] == presses
    assert before == signal.getsignal(signal.SIGUSR1)


class FakeKeyboards:
    """Keyboards that are pipes: a byte is a press, end of file is unplugged."""

    def __init__(self, *plugged):
        self.opened = 0
        self.ends = {}
        for path in plugged:
            self.plug(path)

    def __call__(self, _name):
        """The keyboards that have a key."""
        return self

    def plug(self, path):
        """Plug one in."""
        self.ends[path] = os.pipe()

    def unplug(self, path):
        """Pull one out."""
        os.close(self.ends.pop(path)[1])

    def press(self, path):
        """Press its key."""
        os.write(self.ends[path][1], b".")

    def paths(self):
        """List them, and one that may not be read yet."""
        return [*self.ends, "/dev/input/forbidden"]

    def open(self, path):
        """Open one."""
        if path not in self.ends:
            raise PermissionError(path)
        self.opened += 1
        return os.fdopen(self.ends[path][0], "rb", buffering=0)

    def presses(self, device):
        """Count."""
        data = device.read(16)
        if not data:
            raise OSError("No such device")
        return len(data)


def test_a_key_is_heard_on_every_keyboard_that_has_it():
    """Also on one that is unplugged and plugged in again; afterwards nothing is left open."""
    boards = FakeKeyboards("a", "b")
    presses = queue.Queue()
    key = buttons.EvdevKey("KEY_F13", boards, again_s=0.05)
    key.open(presses.put)
    for path in ("a", "b", "a"):
        boards.press(path)
        assert Press() == presses.get(timeout=5)
    boards.unplug("b")
    boards.press("a")
    assert Press() == presses.get(timeout=5)
    for _ in range(3):
        boards.plug("b")
        boards.press("b")
        assert Press() == presses.get(timeout=5)
        boards.unplug("b")
    key.close()
    boards.unplug("a")
    assert presses.empty()
    assert 5 == boards.opened


def test_no_keyboard_is_said_with_the_group_to_join():
    """The hint is what helps."""
    boards = FakeKeyboards()
    boards.paths = list
    with pytest.raises(HardwareError) as caught:
        buttons.EvdevKey("KEY_F13", boards).open(print)
    assert "sudo usermod -aG input $USER" in caught.value.hint


def test_a_key_that_evdev_does_not_know_is_refused():
    """By name, with examples."""
    pytest.importorskip("evdev")
    for name in ("KEY_NOSUCH", "REL_X"):
        with pytest.raises(SettingsError, match=name):
            buttons.Keyboards(name)
    buttons.Keyboards("KEY_F13")


def test_a_button_on_a_pin():
    """Pressed is low: the button lies between pin and ground."""
    gpiozero = pytest.importorskip("gpiozero")
    from gpiozero.pins.mock import MockFactory

    before = gpiozero.Device.pin_factory
    gpiozero.Device.pin_factory = MockFactory()
    presses = queue.Queue()
    button = buttons.GpioButton(17)
    try:
        pin = gpiozero.Device.pin_factory.pin(17)
        button.open(presses.put)
        for _ in range(2):
            pin.drive_low()
            assert Press() == presses.get(timeout=5)
            time.sleep(2 * buttons.BOUNCE_S)
            pin.drive_high()
            time.sleep(2 * buttons.BOUNCE_S)
        assert presses.empty()
    finally:
        button.close()
        gpiozero.Device.pin_factory = before


@pytest.mark.parametrize("wrong", ["F13", "key:", "gpio:", "gpio:x", "usb:1"])
def test_a_setting_that_names_no_button_is_refused(wrong):
    """With both ways to write it."""
    with pytest.raises(SettingsError) as caught:
        assemble.triggers(Settings(listen=ListenSettings(button=wrong)))
    assert "key:KEY_F13" in caught.value.hint
    assert "gpio:17" in caught.value.hint
