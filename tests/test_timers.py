"""Timers as values."""

import pytest

from voice_skill import timers
from voice_skill.messages import Timer


def test_ice_is_capped_at_twenty_minutes():
    """Setting more is refused, adding more stops at the cap."""
    with pytest.raises(ValueError, match="21"):
        timers.start((), "ice", 21, 0.0)
    (timer,) = timers.start((), "ice", 15, 0.0)
    assert 20 * 60 == timers.extend(timer, 30).due_at


@pytest.mark.parametrize("minutes", [0, -5])
def test_no_timer_without_length(minutes):
    """Zero and less are refused."""
    with pytest.raises(ValueError, match=str(minutes)):
        timers.start((), "rest", minutes, 0.0)


def test_the_skin_is_looked_at_once_after_five_minutes_and_the_end_follows():
    """Due things come in order, each once."""
    running = timers.start((), "ice", 15, 0.0)
    assert 300 == timers.next_at(running)
    running, said = timers.due(running, 300.0)
    assert ["skin"] == [d.what for d in said]
    assert ((), 900) == (timers.due(running, 899.0)[1], timers.next_at(running))
    running, said = timers.due(running, 900.0)
    assert ((), ["end"]) == (running, [d.what for d in said])


def test_a_late_look_says_only_the_end():
    """When both are overdue, a look at the skin is pointless: the ice comes off."""
    _, said = timers.due(timers.start((), "ice", 15, 0.0), 5000.0)
    assert ["end"] == [d.what for d in said]


def test_a_rest_timer_has_no_skin_check_and_no_short_cap():
    """Rest may take an hour, and rings once."""
    running = timers.start((), "rest", 60, 10.0)
    assert 3610 == timers.next_at(running)


def test_setting_anew_replaces_and_cancelling_leaves_nothing():
    """One timer of a kind; the other kind is left alone."""
    both = timers.start(timers.start((), "rest", 60, 0.0), "ice", 10, 0.0)
    again = timers.start(both, "ice", 20, 5.0)
    assert 2 == len(again)
    assert (Timer("rest", 0.0, 3600.0),) == timers.cancel(again, "ice")
    assert () == timers.cancel(again, None)
