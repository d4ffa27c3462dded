"""Timers as a person talks of them, through the shipped skill."""

import pytest

from voice_skill.testing import heard, talk


def test_half_an_hour_of_ice_is_refused_with_the_reason_and_twenty_is_offered(skill):
    """Yes takes the offer."""
    refused, set_ = talk(skill, "time my ice for half an hour", "yes")
    assert "Twenty minutes is the most, says NHS physiotherapy advice" in refused.reply
    assert () == () and 20 * 60 == skill.state.timers[0].due_at - 60.0  # noqa: PT018
    assert "twenty minutes" in set_.reply


def test_adding_never_passes_twenty_minutes_of_ice(skill):
    """It says where it stops, and why."""
    (_, added) = talk(skill, "set the ice for fifteen minutes", "add ten minutes")
    assert "the most by NHS" in added.reply
    assert 20 * 60 == skill.state.timers[0].due_at


def test_a_timer_can_be_asked_and_cancelled(skill):
    """Time left in words; afterwards none runs."""
    replies = talk(skill, "set the ice for ten minutes", "how long left", "cancel the timer", "how long left")
    assert "nine minutes left" in replies[1].reply
    assert "No timer is running" in replies[3].reply


def test_a_due_timer_speaks_by_itself(skill):
    """A look at the skin, then the end with the two hours."""
    talk(skill, "set the ice for ten minutes")
    (skin,) = skill.due(300.0)
    (end,) = skill.due(600.0)
    assert "Look at your skin" in skin.reply
    assert "about two hours" in end.reply
    assert "remind you in two hours" in skill.ask("okay", now=610.0).reply
    assert () == skill.state.timers
    assert "two hours" in skill.ask("yes", now=612.0).reply
    assert ["again"] == [t.kind for t in skill.state.timers]


def test_a_reason_against_ice_keeps_its_timer_from_starting(skill):
    """Until it is taken back."""
    _, refused, _, started = talk(skill, "my skin is numb", "start the ice timer", "my skin is not numb", "start icing")
    assert "No ice with" in refused.reply
    assert "NHS physiotherapy advice" in refused.reply
    assert None is refused.timer
    assert "fifteen minutes, starting now" in started.reply


def test_a_reason_against_ice_lets_no_ice_go_on_longer(skill):
    """Neither more time nor a paused timer's rest; taking off is as ever, and rest is no ice."""
    talk(skill, "set the ice for ten minutes", "set a rest timer for half an hour", "my skin is numb")
    (more,) = talk(skill, "add five minutes to the ice timer")
    talk(skill, "pause the ice timer")
    resumed, shorter, rest = talk(
        skill, "resume the ice timer", "make the ice five minutes shorter", "add five minutes to the rest timer"
    )
    assert ["No ice with" in r.reply for r in (more, resumed, shorter, rest)] == [True, True, False, False]
    ice = next(t for t in skill.state.timers if t.kind == "ice")
    assert ice.paused_at is not None
    assert ice.due_at - ice.set_at <= 600


def test_which_timer_is_asked_when_two_run(skill):
    """Naming it carries the command out; "both" takes both."""
    replies = talk(
        skill,
        "set the ice for ten",
        "rest timer for an hour",
        "add five minutes",
        "the ice",
        "cancel the timer",
        "both",
    )
    assert "Which one" in replies[2].reply
    assert "Ice timer: fifteen minutes" not in replies[2].reply
    assert ("add", "ice") == (replies[3].timer.action, replies[3].timer.kind)
    assert "All timers stopped." == replies[5].reply
    assert () == skill.state.timers


def test_stop_ends_what_rings_and_not_the_other(skill):
    """The rest timer runs on."""
    talk(skill, "set the ice for ten", "rest timer for an hour")
    skill.due(600.0)
    skill.ask("stop", now=601.0)
    assert ["rest"] == [t.kind for t in skill.state.timers]


def test_fifteen_where_fifty_was_heard_too_is_said_back(skill):
    """For rest both are possible; for ice only fifteen is, and is asked."""
    rest = skill.hear(heard("rest timer for fifteen minutes", "rest timer for fifty minutes"), 0.0)
    assert "I heard fifteen minutes, not fifty minutes." in rest.reply
    ice = skill.hear(heard("set the ice for fifty minutes", "set the ice for fifteen minutes"), 0.0)
    assert "Did you say fifteen minutes?" == ice.reply
    assert 900 == skill.ask("yes", now=0.0).timer.duration_s


def test_a_named_timer_is_asked_for_by_its_name(skill):
    """Though no topic knows the word."""
    replies = talk(skill, "set a timer called pasta for eight minutes", "how long left on the pasta")
    assert "Pasta timer: seven minutes left." == replies[1].reply
    assert "Time is up. Pasta timer has ended." == skill.due(480.0)[0].reply


def test_ice_set_anew_counts_what_has_passed(skill):
    """Ten minutes on ice leave ten."""
    skill.ask("set the ice for twenty", now=0.0)
    assert "ten minutes left" in skill.ask("set the ice for twenty", now=600.0).reply


SOON = "Twenty minutes is the most, and then about two hours without"


@pytest.mark.parametrize(
    ("end", "again_s", "cautioned"),
    [("cancel", 1150, True), ("cancel", 1140 + 7199, True), ("cancel", 1140 + 7201, False), ("okay", 1900, True)],
)
def test_ice_again_within_two_hours_is_cautioned(skill, end, again_s, cautioned):
    """Nineteen minutes and then fifteen are no twenty, whether the first was cancelled or rang to its end."""
    first = skill.ask("set the ice for twenty", now=0.0).reply
    skill.due(300.0)
    if end == "cancel":
        skill.ask("cancel the timer", now=1140.0)
    else:
        skill.due(1200.0)
        skill.ask("okay", now=1201.0)
    again = skill.ask("start icing", now=float(again_s))
    assert SOON not in first
    assert cautioned == (SOON in again.reply)
    assert ("set", "ice", 900) == (again.timer.action, again.timer.kind, again.timer.duration_s)


def test_a_short_ice_cancelled_and_set_again_is_not_cautioned(skill):
    """Five minutes and ten are fifteen; ten more are too many."""
    skill.ask("set the ice for ten", now=0.0)
    skill.ask("cancel the timer", now=300.0)
    assert SOON not in skill.ask("set the ice for ten", now=360.0).reply
    skill.ask("cancel the timer", now=960.0)
    assert "You had ice for fifteen minutes" in skill.ask("set the ice for ten", now=970.0).reply


def test_a_time_of_day_alone_is_no_ice(skill):
    """Nobody means hours of ice."""
    reply = skill.ask("set a timer until half past eight", 0.0)
    assert ("timer_set", "rest") == (reply.topic, reply.timer.kind)
