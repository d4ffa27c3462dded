"""Timers as values."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice_skill import timers
from voice_skill.messages import Timer
from voice_skill.timerbook import TimerBook

KINDS = st.sampled_from(["ice", "heat", "rest", "again"])
MINUTES = st.floats(0.02, 20.0)


def started(kind="ice", minutes=15.0, now=0.0, name=""):
    """One running timer."""
    return timers.start((), timers.make(kind, minutes, now, name))


@pytest.mark.parametrize("kind", ["ice", "heat"])
def test_ice_and_heat_are_capped_at_twenty_minutes(kind):
    """Setting more is refused, adding more stops at the cap."""
    with pytest.raises(ValueError, match="21"):
        started(kind, 21)
    (timer,) = started(kind, 15)
    assert 20 * 60 == timers.extend(timer, 30, 0.0).due_at


@pytest.mark.parametrize("minutes", [0, -5])
def test_no_timer_without_length(minutes):
    """Zero and less are refused."""
    with pytest.raises(ValueError, match=str(minutes)):
        started("rest", minutes)


def test_the_skin_is_looked_at_once_after_five_minutes_and_the_end_follows():
    """Due things come in order."""
    running = started()
    assert 300 == timers.next_at(running)
    running, said = timers.due(running, 300.0)
    assert ["skin"] == [d.what for d in said]
    assert ((), 900) == (timers.due(running, 899.0)[1], timers.next_at(running))
    running, said = timers.due(running, 900.0)
    assert ["end"] == [d.what for d in said]


def test_it_rings_five_times_twenty_seconds_apart_and_then_is_gone():
    """Nobody answers; it gives up."""
    running, rung = started("rest", 1), []
    while (at := timers.next_at(running)) is not None:
        running, said = timers.due(running, at)
        rung += [at for _ in said]
    assert [60, 80, 100, 120, 140] == rung
    assert () == running


def test_what_was_due_while_nobody_listened_is_missed_once():
    """No look at the skin then, no repeats."""
    left, said = timers.due(started(), 5000.0)
    assert ((), ["missed"]) == (left, [d.what for d in said])


def test_a_rest_timer_has_no_skin_check_and_no_short_cap():
    """Rest may take an hour, and rings once."""
    assert 3610 == timers.next_at(started("rest", 60, 10.0))


def test_setting_anew_replaces_and_cancelling_leaves_nothing():
    """One timer of a kind and name; the others are left alone."""
    both = timers.start(started("rest", 60), timers.make("ice", 10, 0.0))
    named = timers.start(both, timers.make("rest", 5, 0.0, "pasta"))
    again = timers.start(named, timers.make("ice", 20, 5.0))
    assert 3 == len(again)
    assert (Timer("rest", 0.0, 3600.0),) == timers.cancel(timers.cancel(again, again[-1]), named[-1])
    assert () == timers.cancel(again, None)


def test_answering_ends_the_last_ringing_only():
    """The other one goes on."""
    two = timers.start(started("ice", 10), timers.make("rest", 10.1, 0.0))
    rings, _ = timers.due(two, 600.0)
    rings, _ = timers.due(rings, 606.0)
    assert ["ice"] == [t.kind for t in timers.hush(rings)]


@given(KINDS, MINUTES, st.lists(st.tuples(st.sampled_from("+-pr"), MINUTES, st.floats(0, 900)), max_size=12))
def test_never_past_the_cap_never_negative(kind, minutes, steps):
    """Whatever is added, taken off, paused and resumed."""
    (timer,), now = started(kind, minutes), 0.0
    for what, amount, passed in steps:
        now += passed
        match what:
            case "+":
                timer = timers.extend(timer, amount, now)
            case "-":
                timer = timers.shorten(timer, amount, now)
            case "p":
                timer = timers.pause(timer, now)
            case _:
                timer = timers.resume(timer, now)
        assert timers.length_s(timer) <= timers.most_min(kind) * 60 + 1e-6
        assert timers.length_s(timer) >= 0
        assert timers.left_s(timer, now) >= 0


@given(KINDS, MINUTES, st.floats(0, 1e6))
def test_set_then_cancel_leaves_nothing(kind, minutes, now):
    """And says nothing later."""
    running = started(kind, minutes, now)
    assert () == timers.cancel(running, running[0])
    assert None is timers.next_at(())


@given(st.lists(MINUTES, min_size=1, max_size=8))
def test_the_order_of_due_times_holds(lengths):
    """The shorter one rings first."""
    running = ()
    for n, minutes in enumerate(lengths):
        running = timers.start(running, timers.make("rest", minutes, 0.0, f"n{n}"))
    ended = []
    while (at := timers.next_at(running)) is not None:
        running, said = timers.due(running, at)
        ended += [d.timer.due_at for d in said if d.what == "end"]
    assert sorted(ended) == ended
    assert len(lengths) == len(ended)


def test_a_thousand_timers_ring_within_a_tenth_of_a_second(skill, tmp_path):
    """Over days, through the skill's own scheduling, while the wall's clock is set back and forth."""
    from voice_skill.testing import FakeClocks

    rng, clocks, late = random.Random(6), FakeClocks(), []
    skill.book = TimerBook(tmp_path, clocks)
    try:
        for n in range(1000):
            length_s = rng.uniform(1, 1200)
            timer = timers.make("rest", length_s / 60, clocks.steady_s, f"n{n}")
            skill.change(lambda s, t=timer: (type(s)(timers=(t,)), None))
            while clocks.steady_s < timer.due_at:
                wait = min(1.0, max(0.0, skill.next_due() - clocks.steady_s)) + rng.uniform(0, 0.01)
                if length_s > 60 and skill.next_due() - clocks.steady_s > 2:
                    wait = (skill.next_due() - clocks.steady_s) / 2
                clocks.pass_s(wait)
                if rng.random() < 0.1:
                    clocks.wall_s += rng.choice([-3600, 3600, -0.4, 0.4, 86400])
                if skill.due(clocks.steady_s):
                    late.append(clocks.steady_s - timer.due_at)
    finally:
        skill.book = None
    assert 1000 == len(late)
    assert 0 <= min(late)
    assert max(late) <= 0.1
