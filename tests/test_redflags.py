"""Red flags by sense: each sign, each hard case, over all readings, on every path."""

import pytest

from voice_skill import content
from voice_skill.messages import Hypothesis
from voice_skill.normalize import normalize
from voice_skill.redflags import RedFlags
from voice_skill.skill import shipped


@pytest.fixture(scope="module")
def redflags():
    """The rules of the shipped pack."""
    return RedFlags(content.load(shipped("intents") / "en").redflags)


def level(redflags, text):
    """The gravest level of a text by the rules alone."""
    flag = redflags.check([Hypothesis(normalize(text), 1.0)], {})
    return flag.level if flag else None


EMERGENCIES = [
    "I have chest pain",
    "there's a pressure in the middle of my chest",
    "the pain is going down into my arm",
    "it has spread up to my jaw",
    "I can't breathe",
    "I cannot breathe",
    "she is struggling to breathe",
    "I'm short of breath",
    "I coughed up blood",
    "it hurts sharply when I breathe in",
    "a sudden tearing pain in my back",
    "I fainted",
    "I think I'm about to pass out",
    "both my legs are weak",
    "my legs are tingling",
    "I can't feel my legs",
    "my groin is numb",
    "there's no feeling in my buttocks",
    "I can't pee",
    "I've lost control of my bladder",
    "I lost control of my bowels",
    "I fell off a ladder",
    "it started after a car crash",
    "I was hit hard in the back",
    "I've a fever and my back hurts",
    "my neck is stiff and I have a fever",
    "the rash does not fade",
    "the light hurts my eyes",
    "she had a seizure",
    "his face is drooping",
    "my arm suddenly went weak",
    "my speech is slurred",
    "I can hardly walk",
    "there's a throbbing in my belly and my back hurts",
    "I took too many pills",
    "can a spasm cause chest pain",
    "chess pain since this morning",
    "numb legs both",
    "what about ice and also I can't feel my feet",
    "I don't have chest pain but I can't feel my legs",
    "isn't chest pain normal with this",
    "the ice isn't helping my chest pain",
]
CALM = [
    "I don't have chest pain",
    "no numbness",
    "no chest pain or trouble breathing",
    "my legs are killing me",
    "this is a pain in the neck",
    "I'm dying to know",
    "is the muscle short on oxygen",
    "I haven't fallen or anything",
    "my chest is fine",
    "a chest of drawers",
    "I fell asleep on the sofa",
    "he crashed out",
    "I was numb with boredom",
    "she took my breath away",
    "I have cabin fever",
    "does ice help",
    "could it be stress",
    "the skin is numb under the ice",
]
URGENT = [
    "I've lost a lot of weight without trying",
    "the pain is worse at night",
    "rest doesn't ease it",
    "I had cancer once",
    "I have osteoporosis",
    "I have been on steroids for years",
    "my immune system is weak",
    "it's been six weeks and no better",
    "my left leg tingles now and then",
    "there's a lump on my back",
]


@pytest.mark.parametrize("text", EMERGENCIES)
def test_an_emergency_is_heard(redflags, text):
    """Each sign of the list, in plain words, inside longer sentences, and as a recognizer slips."""
    assert "emergency" == level(redflags, text)


@pytest.mark.parametrize("text", CALM)
def test_a_denied_or_idiomatic_sign_is_no_alarm(redflags, text):
    """Denials, sayings and other senses of the same words."""
    assert None is level(redflags, text)


@pytest.mark.parametrize("text", URGENT)
def test_what_should_be_seen_soon_is_heard(redflags, text):
    """Each sign of the second list."""
    assert "urgent" == level(redflags, text)


@pytest.mark.parametrize("text", ["I want to die", "I want to kill myself", "I don't want to be alive any more"])
def test_a_crisis_is_heard(redflags, text):
    """Wanting to die has a reply of its own."""
    assert "crisis" == level(redflags, text)


def test_dying_to_know_is_no_crisis_but_wanting_to_die_in_the_same_breath_is(redflags):
    """A saying does not hide the real thing behind it."""
    assert "crisis" == level(redflags, "I'm dying to know but honestly I want to die")


def test_a_lesser_reading_still_counts(redflags):
    """A sign in an alternative that carries enough weight is heard; in a hopeless one it is not."""
    likely = [Hypothesis("chest bane", 0.7), Hypothesis("chest pain", 0.3)]
    hopeless = [Hypothesis("test plane", 0.97), Hypothesis("chest pain", 0.03)]
    assert "emergency" == redflags.check(likely, {}).level
    assert None is redflags.check(hopeless, {})


def test_the_learned_weights_may_add_a_flag_and_never_take_one(redflags):
    """A second pair of ears."""
    assert "emergency" == redflags.check([Hypothesis("something odd", 1.0)], {"emergency": 0.9}).level
    assert "emergency" == redflags.check([Hypothesis("chest pain", 1.0)], {"none": 1.0}).level


def test_a_crisis_goes_before_an_emergency(redflags):
    """Of two flags the graver way of answering wins."""
    assert "crisis" == level(redflags, "I have chest pain and I want to die")
