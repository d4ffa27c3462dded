"""How loud the microphone is."""

import numpy as np

from voice_skill.levels import SILENT_DBFS, Levels, level_dbfs
from voice_skill.ports import BLOCK_S, BLOCK_SAMPLES

ZERO = bytes(BLOCK_SAMPLES * 2)
NOISE = (np.random.default_rng(1).standard_normal(BLOCK_SAMPLES) * 30).astype("<i2").tobytes()
SPEECH = (np.random.default_rng(2).standard_normal(BLOCK_SAMPLES) * 3000).astype("<i2").tobytes()
CLIPPED = (np.sign(np.random.default_rng(3).standard_normal(BLOCK_SAMPLES)) * 32767).astype("<i2").tobytes()


def watch(*parts):
    """Feed (block, seconds, speech); give what was news, with the second."""
    levels, news, blocks = Levels(), [], 0
    for pcm, seconds, speech in parts:
        for _ in range(round(seconds / BLOCK_S)):
            blocks += 1
            found = levels.take(level_dbfs(pcm), pcm, speech=speech)
            if found:
                news.append((found, round(blocks * BLOCK_S, 1)))
    return news, levels


def test_the_level_is_in_db_below_full_scale():
    """Full scale square wave is 0, zeros are silence."""
    assert abs(level_dbfs(CLIPPED)) < 0.01
    assert SILENT_DBFS == level_dbfs(ZERO) == level_dbfs(b"")


def test_a_microphone_that_is_muted_is_noticed_within_three_seconds():
    """At the start, and after a room was heard; it is told once, and that it is over."""
    news, _ = watch((NOISE, 5, False), (ZERO, 10, False), (NOISE, 1, False))
    assert [("muted", 7.5), ("unmuted", 15.0)] == news
    assert [("muted", 2.5)] == watch((ZERO, 20, False))[0]


def test_a_noise_gate_is_not_taken_for_a_muted_microphone():
    """Speech straight out of zeros and back into them: zeros mean nothing there."""
    assert [] == watch((ZERO, 1, False), (SPEECH, 2, True), (ZERO, 20, False))[0]
    assert [] == watch((NOISE, 0.1, False), (SPEECH, 2, True), (ZERO, 0.5, True), (ZERO, 20, False))[0]


def test_clipped_speech_is_told_once():
    """At the end of the utterance; clean speech is not."""
    _, levels = watch((CLIPPED, 1, True))
    assert (True, False) == (levels.too_loud(), levels.too_loud())
    assert not watch((SPEECH, 1, True))[1].too_loud()
