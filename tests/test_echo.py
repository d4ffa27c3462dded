"""The echo canceller: the own voice is taken out, a person's stays, times may jitter and blocks have any length."""

import threading

import numpy as np
import pytest

from voice_skill.edge.echo import EchoCanceller

RATE = 16_000


def speech(seed, seconds=4.0):
    """Noise in syllables, which is enough like speech."""
    rng = np.random.default_rng(seed)
    t = np.arange(int(seconds * RATE)) / RATE
    return (rng.standard_normal(len(t)) * 3000 * np.clip(np.sin(2 * np.pi * 3 * t + seed), 0, 1)).astype(np.int16)


def heard(own, person, block=800, late_s=0.0, delay_s=0.08):
    """What comes out when `own` is played from 1 s on and heard `delay_s` later, told `late_s` wrong."""
    canceller = EchoCanceller()
    microphone = person.copy()
    start = int((1 + delay_s) * RATE)
    microphone[start : start + len(own)] += own[: len(microphone) - start]
    canceller.played(own.tobytes(), 1 + delay_s + late_s)
    blocks = [microphone[at : at + block] for at in range(0, len(microphone), block)]
    out = [canceller.clean(b.tobytes(), i * block / RATE) for i, b in enumerate(blocks)]
    assert [len(b) * 2 for b in blocks] == [len(o) for o in out]
    return np.frombuffer(b"".join(out), np.int16), microphone


def loss_db(before, after):
    """Echo return loss."""
    power = [float((x[RATE * 2 : RATE * 4].astype(float) ** 2).mean()) + 1e-3 for x in (before, after)]
    return 10 * np.log10(power[0] / power[1])


@pytest.mark.parametrize("late_s", [-0.05, 0.0, 0.05])
def test_the_own_voice_is_taken_out(late_s):
    """At least 8 dB of it, from its second second on, with times that are 50 ms wrong."""
    out, microphone = heard(speech(1), np.zeros(RATE * 6, np.int16), late_s=late_s)
    assert loss_db(microphone, out) > 8


def test_a_person_stays():
    """A person who speaks with it keeps most of the loudness."""
    person = np.zeros(RATE * 6, np.int16)
    person[RATE * 3 : RATE * 4] = speech(2, 1.0)
    out, _ = heard(speech(1), person)
    second = slice(RATE * 3, RATE * 4)
    assert np.abs(out[second].astype(float)).mean() > 0.25 * np.abs(person[second].astype(float)).mean()


def test_blocks_of_any_length():
    """A block that is no multiple of 10 ms comes back as long as it went in, and is cancelled as well."""
    out, microphone = heard(speech(1), np.zeros(RATE * 6, np.int16), block=777)
    assert loss_db(microphone, out) > 8


def test_nothing_played_changes_nothing():
    """While the skill is silent the microphone passes through."""
    block = speech(3, 0.05).tobytes()
    assert block == EchoCanceller().clean(block, 5.0)


def test_an_empty_block_is_empty():
    """Nothing in, nothing out."""
    assert b"" == EchoCanceller().clean(b"", 0.0)


def test_two_threads_may_use_it():
    """The player's thread tells while the loop's thread cleans."""
    canceller, own = EchoCanceller(), speech(1)
    player = threading.Thread(
        target=lambda: [canceller.played(own[a : a + 160].tobytes(), a / RATE) for a in range(0, len(own), 160)]
    )
    player.start()
    out = [canceller.clean(own[a : a + 320].tobytes(), a / RATE) for a in range(0, len(own), 320)]
    player.join()
    assert len(own) * 2 == sum(map(len, out))


def test_an_answer_that_comes_another_way_is_taken_out():
    """A sound server answers 30 ms later than at the answer before: from the second half second on 6 dB less."""
    own, delays = speech(4, 3.0), (0.05, 0.08)
    starts = [int((1 + 6 * n) * RATE) for n in range(2)]
    microphone = np.zeros(RATE * 12, np.int16)
    canceller = EchoCanceller()
    for start, delay_s in zip(starts, delays, strict=True):
        at = start + int(delay_s * RATE)
        microphone[at : at + len(own)] = own
        canceller.played(own.tobytes(), start / RATE)
    out = [canceller.clean(microphone[at : at + 800].tobytes(), at / RATE) for at in range(0, len(microphone), 800)]
    later = slice(starts[1] + RATE // 2, starts[1] + RATE * 3)
    before, after = (x[later].astype(float) for x in (microphone, np.frombuffer(b"".join(out), np.int16)))
    assert 10 * np.log10((before**2).mean() / (after**2).mean()) > 6


def test_a_clip_soon_after_another_has_its_own_time():
    """Two sentences 40 ms apart: the second is where it was played, not at the first one's end."""
    own = speech(5, 3.0)
    first, second = own[:RATE], own[RATE:]
    canceller = EchoCanceller()
    canceller.played(first.tobytes(), 1.0)
    canceller.played(second.tobytes(), 2.04)
    microphone = np.zeros(RATE * 5, np.int16)
    for at, clip in ((1.05, first), (2.09, second)):
        microphone[int(at * RATE) : int(at * RATE) + len(clip)] = clip
    out = [canceller.clean(microphone[at : at + 800].tobytes(), at / RATE) for at in range(0, len(microphone), 800)]
    later = slice(int(2.2 * RATE), int(4 * RATE))
    before, after = (x[later].astype(float) for x in (microphone, np.frombuffer(b"".join(out), np.int16)))
    assert 10 * np.log10((before**2).mean() / (after**2).mean()) > 10
