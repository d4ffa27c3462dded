"""The ladder, rung by rung, through the shipped skill."""

import pytest

from voice_skill.messages import Then
from voice_skill.testing import heard, talk


def test_a_question_is_answered_with_its_source_and_more(skill):
    """The answer, one supporting sentence, the safety line once, and the offer of more."""
    first, second = talk(skill, "does ice help", "is heat any good for it")
    assert ("answer", "relief.ice", "the article", True) == (first.kind, first.topic, first.source, first.more)
    assert first.reply.startswith("Ice:")
    assert first.reply.endswith("Want more?")
    assert "I am no doctor" in first.reply
    assert "I am no doctor" not in second.reply


def test_more_goes_deeper_and_then_says_that_it_is_all(skill):
    """Three layers, no fourth."""
    _, more, end = talk(skill, "does ice help", "tell me more", "tell me more")
    assert ("control", "more") == (more.kind, more.topic)
    assert "NHS" in more.reply
    assert not end.more
    assert "all the article has" in end.reply


def test_next_reads_a_list_one_by_one_to_its_end(skill):
    """Each item with its place; the last one says so."""
    replies = talk(skill, "how do i stop it coming back", "next", "next", "next", "next")
    assert [f"{o} of four" for o in ("First", "Second", "Third", "Fourth")] == [
        " ".join(r.reply.split()[:3]).rstrip(".") for r in replies[1:]
    ]
    assert "last one" in replies[-1].reply


def test_a_red_flag_drops_topic_and_question_and_keeps_timers(skill):
    """On every path, whatever was open; nothing of the article in the reply."""
    talk(skill, "set the ice for ten minutes", "does ice help")
    (reply,) = talk(skill, "yes but i can't feel my legs")
    assert ("emergency", None, False, ()) == (reply.kind, reply.topic, reply.more, reply.options)
    assert reply.reply.startswith("Call 112 now.")
    assert "article" not in reply.reply
    assert (None, None, 1) == (skill.state.topic, skill.state.question, len(skill.state.timers))


@pytest.mark.parametrize(
    "before", [(), ("does ice help",), ("set the ice for half an hour",), ("what causes it", "next")]
)
def test_no_path_goes_round_the_red_flags(skill, before):
    """From the start, after an answer, into an open question, within a list."""
    assert "emergency" == talk(skill, *before, "stop my chest hurts")[-1].kind
    assert "crisis" == talk(skill, *before, "no i want to die")[-1].kind


def test_a_red_flag_in_a_lesser_reading_is_heard(skill):
    """The recognizer's first guess does not hide it."""
    assert "emergency" == skill.hear(heard("i have chess bane", "i have chest pain"), 0.0).kind


def test_stop_says_nothing_and_closes_the_question(skill):
    """Stop stops."""
    _, stop = talk(skill, "does ice help", "stop")
    assert ("control", "stop", "", Then.SILENCE) == (stop.kind, stop.topic, stop.reply, stop.then)
    assert None is skill.state.question


def test_repeat_says_the_last_reply_again_even_an_emergency(skill):
    """What was missed is said again."""
    emergency, again = talk(skill, "i have chest pain", "say that again")
    assert emergency.reply == again.reply
    assert skill.state.last is not None


def test_faster_and_slower_louder_and_quieter_have_ends(skill):
    """Steps up to a bound, and the bound is said."""
    replies = talk(skill, *["slower"] * 6)
    assert "cannot speak any slower" in replies[-1].reply
    assert 90 == skill.state.delivery.rate_wpm
    replies = talk(skill, *["quieter please everyone's asleep"] * 6)
    assert "cannot speak any softer" in replies[-1].reply


def test_three_misses_are_answered_ever_more_helpfully_and_then_it_goes_quiet(skill):
    """Other examples each time; after the third only "help" is offered."""
    replies = talk(skill, "what's the weather doing tomorrow", "play some jazz", "turn the lights off in the kitchen")
    assert ["none"] * 3 == [r.kind for r in replies]
    assert 3 == len({r.reply for r in replies})
    assert "help" in replies[2].reply
    assert Then.SILENCE is replies[2].then


def test_a_named_drug_gets_no_drug_advice(skill):
    """The article names none."""
    (reply,) = talk(skill, "how much ibuprofen can i take")
    assert "names no drug and no dose" in reply.reply


def test_burning_skin_is_told_to_take_the_ice_off(skill):
    """The words decide which advice comes first."""
    (reply,) = talk(skill, "the ice is burning my skin")
    assert "take the ice off now" in reply.reply


def test_where_it_comes_from_is_said(skill):
    """Article, NHS, or common medical advice."""
    assert "one article" in talk(skill, "does ice help", "says who")[-1].reply
    assert "NHS" in talk(skill, "how long should i ice it", "says who")[-1].reply


def test_silence_is_not_a_question(skill):
    """Nothing heard, nothing changed."""
    before = skill.state
    assert "none" == skill.hear(heard("the"), 0.0).kind
    assert before == skill.state


def test_padding_words_are_not_taken_for_a_topic(skill):
    """No guess from "can you tell me about it"."""
    assert {"none"} == {talk(skill, t)[0].kind for t in ("can you tell me about it", "i was just wondering")}


def two_close(skill):
    """Open the question between ice and heat, as after an unclear utterance."""
    skill.state, reply = skill.conversation.replies.choice(skill.state, ("relief.ice", "relief.heat"), "put it on", 30)
    return reply


@pytest.mark.parametrize(
    ("words", "topic"),
    [
        ("the second one", "relief.heat"),
        ("ice", "relief.ice"),
        ("the hot water bottle", "relief.heat"),
        ("both", "relief.ice"),
    ],
)
def test_which_is_asked_and_the_answer_chooses(skill, words, topic):
    """By place, by name, by other words for it."""
    asked = two_close(skill)
    assert ("choice", None, "Did you mean ice, or heat?") == (asked.kind, asked.topic, asked.reply)
    assert Then.QUESTION is asked.then
    (reply,) = talk(skill, words)
    assert ("answer", topic) == (reply.kind, reply.topic)


@pytest.mark.parametrize("words", ["neither", "no", "something else"])
def test_neither_closes_the_question(skill, words):
    """And says how to go on."""
    two_close(skill)
    (reply,) = talk(skill, words)
    assert "Ask again in other words" in reply.reply
    assert None is skill.state.question


def test_a_strong_other_question_closes_the_open_one(skill):
    """Nobody has to answer before asking something else."""
    two_close(skill)
    (reply,) = talk(skill, "would physiotherapy help with the spasm")
    assert "treatment.physical_therapy" == reply.topic
