"""The timers on disk: restarts, jumps of the clock, torn files, two processes, and sudden death."""

import json
import os
import random
import signal
import subprocess
import sys
import time

import pytest

from voice_skill import timers
from voice_skill.messages import Iced, State
from voice_skill.testing import FakeClocks
from voice_skill.timerbook import Kept, TimerBook

KILLS = int(os.environ.get("KILLS", "40"))

CHILD = """
import json, random, sys
from pathlib import Path
from voice_skill import timers
from voice_skill.timerbook import Kept, TimerBook
book, rng, n = TimerBook(Path(sys.argv[1])), random.Random(int(sys.argv[2])), 0
print("ready", flush=True)
while True:
    with book.locked():
        running, n = book.load().timers, n + 1
        now, what = book._read_clock().steady_s, rng.choice("sec")
        mine = [t for t in running if t.name != "kept"]
        if what == "s" or not mine:
            running = timers.start(running, timers.make("rest", rng.uniform(60, 600), now, f"n{n % 5}"))
        elif what == "e":
            running = timers.put(running, timers.extend(mine[0], 1, now))
        else:
            running = timers.cancel(running, mine[0])
        told = json.dumps(sorted([t.name, timers.length_s(t)] for t in running))
        print("will", told, flush=True)
        book.save(Kept(running))
        print("did", told, flush=True)
"""


@pytest.fixture
def clocks():
    """Two clocks."""
    return FakeClocks()


def kept(clocks, minutes=10):
    """One ice timer, set now."""
    return Kept(timers.start((), timers.make("ice", minutes, clocks.steady_s)), ice_cautioned=True)


def left(folder, clocks):
    """The seconds left that another process reads."""
    (timer,) = TimerBook(folder, clocks).load().timers
    return timers.left_s(timer, clocks.steady_s)


def test_a_timer_is_read_as_it_was_written(tmp_path, clocks):
    """With every field."""
    (timer,) = kept(clocks).timers
    full = timers.pause(timer, clocks.steady_s + 60)
    TimerBook(tmp_path, clocks).save(Kept((full,), ice_cautioned=True))
    (read,) = TimerBook(tmp_path, clocks).load().timers
    assert full == read


def test_the_ice_of_late_outlives_a_restart(tmp_path, clocks):
    """Counted by the wall; a file written before it was kept is read all the same."""
    book = TimerBook(tmp_path, clocks)
    book.save(Kept(iced=Iced(clocks.steady_s - 60, 1140.0)))
    clocks.restart(180)
    iced = TimerBook(tmp_path, clocks).load().iced
    assert (clocks.steady_s - 240, 1140.0) == pytest.approx((iced.off_at, iced.on_s), abs=0.01)
    whole = json.loads(book.path.read_text())
    del whole["iced"]
    book.path.write_text(json.dumps(whole))
    assert Kept() == book.load()


def test_a_clock_that_is_set_moves_no_timer(tmp_path, clocks):
    """An hour forward, a day back: ten minutes stay ten."""
    TimerBook(tmp_path, clocks).save(kept(clocks))
    for jump in (3600, -86400):
        clocks.wall_s += jump
        assert 600 == pytest.approx(left(tmp_path, clocks), abs=0.01)


def test_a_restart_of_the_machine_counts_by_the_wall(tmp_path, clocks):
    """Three minutes off are three minutes gone."""
    TimerBook(tmp_path, clocks).save(kept(clocks))
    clocks.restart(180)
    assert 420 == pytest.approx(left(tmp_path, clocks), abs=0.01)


@pytest.mark.parametrize(
    "torn",
    [b"", b"{", b"[]", b"null", b'{"version": 2}', b"\xff\xfe", b'{"version": 1, "timers": 3}', b"[" * 100_000],
)
def test_a_torn_or_foreign_file_is_put_aside(tmp_path, clocks, torn):
    """Nothing is dropped: its bytes are there under another name."""
    book = TimerBook(tmp_path, clocks)
    book.path.write_bytes(torn)
    assert Kept() == book.load()
    assert book.put_aside is not None
    assert torn == book.put_aside.read_bytes()
    assert not book.path.exists()


def test_no_number_of_a_file_is_trusted(tmp_path, clocks):
    """NaN, a kind nobody knows, an end before the start."""
    book = TimerBook(tmp_path, clocks)
    for key, value in (("due_at", float("nan")), ("kind", "oven"), ("due_at", 0), ("name", 3), ("set_at", None)):
        book.save(kept(clocks))
        whole = json.loads(book.path.read_text())
        whole["timers"][0][key] = value
        book.path.write_text(json.dumps(whole))
        assert () == book.load().timers


def two(opened, tmp_path, clocks):
    """Two skills over one file, as two processes would be."""
    from voice_skill import weights
    from voice_skill.settings import Settings
    from voice_skill.skill import Skill, pack_folder

    learned = weights.load(pack_folder(Settings()) / weights.FILE)
    return [Skill(opened.pack, learned, Settings(), TimerBook(tmp_path, clocks), clocks) for _ in range(2)]


def test_two_processes_do_not_ring_twice(opened, tmp_path, clocks):
    """One says it; the other sees that it was said."""
    one, other = two(opened, tmp_path, clocks)
    one.ask("set the ice for ten minutes")
    assert other.refresh()
    clocks.pass_s(600)
    assert [1, 0] == [len(s.due(clocks.steady_s)) for s in (other, one)]


def test_a_change_of_another_process_is_taken_over(opened, tmp_path, clocks):
    """Set here, cancelled there."""
    one, other = two(opened, tmp_path, clocks)
    one.ask("set the ice for ten minutes")
    assert "ten minutes left" in other.ask("how long left").reply
    other.ask("cancel the timer")
    assert one.refresh()
    assert () == one.state.timers


def test_a_torn_file_is_said_once(opened, tmp_path, clocks):
    """Aloud, before anything rings."""
    one, _ = two(opened, tmp_path, clocks)
    one.book.path.write_bytes(b"{")
    assert ["put it aside" in r.reply for r in one.due(clocks.steady_s)] == [True]
    assert () == one.due(clocks.steady_s)


def test_what_fell_due_while_the_machine_was_off_is_missed(opened, tmp_path, clocks):
    """It says how long ago, once."""
    one, other = two(opened, tmp_path, clocks)
    one.ask("set the ice for ten minutes")
    clocks.restart(3600)
    (missed,) = other.due(clocks.steady_s)
    assert "fifty minutes ago" in missed.reply
    assert () == other.due(clocks.steady_s + 30)


def test_a_place_that_cannot_be_written_is_said_and_the_timer_runs(opened, tmp_path, clocks):
    """In memory, until the skill ends."""
    (tmp_path / "file").write_text("")
    one, _ = two(opened, tmp_path / "file", clocks)
    assert "cannot keep this timer on disk" in one.ask("set the ice for ten minutes").reply
    assert 1 == len(one.state.timers)


def on_disk(book):
    """Names and lengths, as they are read anew."""
    return sorted([t.name, timers.length_s(t)] for t in book.load().timers)


def alike(one, other):
    """The same names, the same lengths but for what is rounded on disk."""
    return [n for n, _ in one] == [n for n, _ in other] and all(
        abs(a - b) < 0.01 for (_, a), (_, b) in zip(one, other, strict=True)
    )


def test_no_timer_is_lost_by_sudden_death(tmp_path):
    """A child changes timers until it is killed: on disk is what it did last, or was doing (KILLS=1000 for more)."""
    rng, book = random.Random(9), TimerBook(tmp_path)
    book.save(Kept(timers.start((), timers.make("rest", 600, book._read_clock().steady_s, "kept"))))
    for number in range(KILLS):
        before = on_disk(book)
        child = subprocess.Popen(
            [sys.executable, "-c", CHILD, str(tmp_path), str(number)], stdout=subprocess.PIPE, text=True
        )
        assert child.stdout is not None
        assert "ready\n" == child.stdout.readline()
        time.sleep(rng.uniform(0, 0.02))
        child.send_signal(signal.SIGKILL)
        lines = child.stdout.read().splitlines(keepends=True)
        said = [line.split(" ", 1) for line in lines if line.endswith("\n")]  # the last may be torn
        child.wait()
        child.stdout.close()
        after = on_disk(book)
        assert book.put_aside is None
        assert "kept" in [name for name, _ in after]
        done = [json.loads(told) for what, told in said if what == "did"]
        begun = [json.loads(told) for what, told in said[-1:] if what == "will"]
        assert any(alike(after, known) for known in (done or [before])[-1:] + begun)


def test_a_state_without_a_book_stays_in_memory(skill):
    """`Skill.open()` alone touches no disk."""
    skill.ask("set the ice for ten minutes", now=0.0)
    assert skill.book is None
    skill.forget()
    assert State().timers == skill.state.timers
