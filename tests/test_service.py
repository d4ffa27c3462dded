"""The service: its unit, as systemd itself judges it, and the commands, with a systemctl that takes notes."""

import os
import shutil
import subprocess

import pytest

from voice_skill import unitfile


@pytest.fixture
def told(tmp_path, monkeypatch):
    """A systemctl and a journalctl that only note their arguments; the file they note them in."""
    notes = tmp_path / "told"
    for name in ("systemctl", "journalctl"):
        program = tmp_path / "bin" / name
        program.parent.mkdir(exist_ok=True)
        program.write_text(f'#!/bin/sh\necho {name} "$@" >> {notes}\nexit ${{FAIL:-0}}\n')
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))
    return notes


def test_a_service_comes_and_goes(run, told, tmp_path):
    """Install, status, logs, uninstall: the unit is there, then gone, and systemd is told."""
    code, said, _ = run("service", "install", "serve", "--", "--port", "10331", "--log-level", "warning")
    unit = tmp_path / "xdg" / "systemd" / "user" / "voice-skill-serve.service"
    assert 0 == code
    assert "-m voice_skill serve --port 10331 --log-level warning\n" in unit.read_text()
    assert "enable-linger" in said
    assert 0 == run("service", "status", "serve")[0]
    assert 0 == run("service", "logs", "serve", "--lines", "5")[0]
    assert 0 == run("service", "uninstall", "serve")[0]
    assert not unit.exists()
    name = "voice-skill-serve.service"
    assert [
        "systemctl --user daemon-reload",
        f"systemctl --user enable --now {name}",
        f"systemctl --user status --no-pager {name}",
        f"journalctl --user --no-pager --unit {name} --lines 5",
        f"systemctl --user disable --now {name}",
        "systemctl --user daemon-reload",
    ] == told.read_text().splitlines()


def test_what_cannot_be_done_is_one_sentence(run, told, tmp_path):
    """Options that are none, a service that is not there, a systemd that refuses, a machine without one."""
    code, _, error = run("service", "install", "serve", "--", "--loud")
    assert (2, True) == (code, "--loud" in error)
    code, _, error = run("service", "uninstall", "listen")
    assert (2, True) == (code, "not installed" in error)
    code, _, error = run("service", "install", "listen", FAIL="1")
    assert (2, True) == (code, "systemctl --user daemon-reload failed" in error)
    code, _, error = run("service", "status", PATH=str(tmp_path))
    assert (2, True) == (code, "no systemctl" in error)
    assert told


@pytest.mark.parametrize("what", ["listen", "serve"])
def test_systemd_finds_no_fault_with_the_unit(tmp_path, what):
    """`systemd-analyze verify` is silent, and finds little to fear."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("no systemd-analyze on this machine")
    unit = tmp_path / f"voice-skill-{what}.service"
    unit.write_text(unitfile.text(what, ["/bin/true", what], [str(tmp_path), "/nonexistent folder"]))
    command = ["systemd-analyze", "--user", "verify", str(unit)]
    environment = os.environ | {"XDG_RUNTIME_DIR": str(tmp_path)}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    about_it = [line for line in (done.stdout + done.stderr).splitlines() if unit.name in line]
    assert [] == about_it


def test_listen_has_no_network_and_both_have_a_watchdog():
    """What they may do differs."""
    listen, serve = (unitfile.text(what, ["x"], []) for what in ("listen", "serve"))
    assert "RestrictAddressFamilies=AF_UNIX AF_NETLINK\n" in listen
    assert all("Type=notify\n" in unit for unit in (listen, serve))
    assert "WatchdogSec=60\n" in listen
    assert "WatchdogSec=30\n" in serve
    for unit in (listen, serve):
        assert all(f"{x}\n" in unit for x in ("NoNewPrivileges=yes", "ProtectSystem=strict", "PrivateTmp=yes"))
        assert "Restart=on-failure\n" in unit


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("plain", "plain"),
        ("two words", '"two words"'),
        ("", '""'),
        ("100%", "100%%"),
        ("$HOME", "$$HOME"),
        ('a"b', '"a\\"b"'),
        ("a\nb", '"a\\\\nb"'),
    ],
)
def test_words_reach_the_program_as_they_are(word, expected):
    """Neither a blank nor a percent sign changes the command."""
    assert expected.replace("\\\\n", "\\n") == unitfile.quoted(word)
