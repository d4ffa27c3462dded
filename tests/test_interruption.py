"""What a person says over the skill's voice, by the real recognizer and detector."""

import numpy as np
import pytest

from voice_skill import assemble
from voice_skill.bench.live import pcm
from voice_skill.hearing import Command
from voice_skill.levels import level_dbfs
from voice_skill.ports import BLOCK_S, BLOCK_SAMPLES
from voice_skill.settings import Settings

VOICE = "espeak:en-gb"
SENTENCES = ("The article puts anxiety among the most common causes of a spasm.", "A short walk does no harm.")


@pytest.fixture(scope="module")
def ears(opened):
    """The real ears."""
    return assemble.hearing(Settings(), assemble.speech_model(Settings()), opened)


def said(word):
    """Give a word between silences, and where its sound begins and ends, in samples."""
    sound = np.concatenate([np.zeros(16000, "<i2"), np.frombuffer(pcm(word, VOICE), "<i2"), np.zeros(24000, "<i2")])
    loud = np.flatnonzero(np.abs(sound.astype(np.int32)) > 200)
    return sound, int(loud[0]), int(loud[-1])


def commands(ears, sound, next_at=None):
    """Give what is heard as a command, and after how many samples; `next_at` the second sentence begins."""
    ears.rest()
    ears.sentence(SENTENCES[0])
    found = []
    for at in range(0, len(sound) - BLOCK_SAMPLES, BLOCK_SAMPLES):
        if next_at is not None and next_at <= at < next_at + BLOCK_SAMPLES:
            ears.sentence(SENTENCES[1])
        block = sound[at : at + BLOCK_SAMPLES].tobytes()
        heard = ears.speaking(block, at / BLOCK_SAMPLES * BLOCK_S, level_dbfs(block))
        if isinstance(heard, Command):
            found.append((heard.heard.text, at + BLOCK_SAMPLES))
    return found


@pytest.mark.parametrize("word", ["stop", "wait", "louder", "slower", "next", "pause"])
def test_a_lone_command_is_heard(ears, word):
    """The moment of silence after it is as good as holding it."""
    assert [word] == [text for text, _ in commands(ears, said(word)[0])]


def test_stop_does_not_wait_for_the_decoder(ears):
    """It is known within 150 ms of sound after the word, wherever the decoder's chunks end."""
    for shift in range(0, 3200, 400):
        sound, _, end = said("stop")
        heard = commands(ears, np.concatenate([np.zeros(shift, "<i2"), sound]))
        assert heard[0][1] - shift - end < 0.15 * 16000


def test_a_word_may_be_said_across_two_sentences(ears):
    """The skill begins its next sentence while the person is saying "stop"."""
    sound, start, end = said("stop")
    for part in (0.3, 0.5, 0.7):
        heard = commands(ears, sound, int(start + part * (end - start)))
        assert ["stop"] == [text for text, _ in heard]


def test_other_words_are_no_command(ears):
    """Likenesses of the commands, and a question."""
    for words in ("neck", "what", "water", "why is that", "could it be stress"):
        assert [] == commands(ears, said(words)[0])


@pytest.mark.parametrize(("louder_db", "found"), [(0, ["stop"]), (9, ["stop"]), (15, [])])
def test_what_is_left_of_the_own_voice_is_no_command(ears, louder_db, found):
    """Where far more was taken out of the sound than is left of it, nobody spoke."""
    sound, _, _ = said("stop")
    ears.rest()
    ears.sentence(SENTENCES[0])
    blocks = [sound[at : at + BLOCK_SAMPLES].tobytes() for at in range(0, len(sound) - BLOCK_SAMPLES, BLOCK_SAMPLES)]
    levels = [level_dbfs(block) for block in blocks]
    heard = [
        ears.speaking(b, n * BLOCK_S, v, v + louder_db) for n, (b, v) in enumerate(zip(blocks, levels, strict=True))
    ]
    assert found == [h.heard.text for h in heard if isinstance(h, Command)]


def test_a_soft_person_is_heard_where_the_canceller_takes_out_nearly_all(opened):
    """Fifteen decibels softer than the voice, where thirty are taken out of it."""
    ears = assemble.hearing(Settings(), assemble.speech_model(Settings()), opened)
    sound, _, _ = said("stop")
    ears.sentence(SENTENCES[0])
    for n in range(300):
        ears.speaking(bytes(2 * BLOCK_SAMPLES), n * BLOCK_S, -60.0, -30.0)
    blocks = [sound[at : at + BLOCK_SAMPLES].tobytes() for at in range(0, len(sound) - BLOCK_SAMPLES, BLOCK_SAMPLES)]
    heard = [
        ears.speaking(block, (300 + n) * BLOCK_S, level_dbfs(block), max(level_dbfs(block) + 15, -30.0))
        for n, block in enumerate(blocks)
    ]
    assert ["stop"] == [h.heard.text for h in heard if isinstance(h, Command)]
