"""A microphone that refuses 16 kHz, and one that is not there."""

import sys
import types

import numpy as np
import pytest

from voice_skill.edge.microphone import PortAudioMicrophone
from voice_skill.errors import MicrophoneError
from voice_skill.inbox import MOST_FRAMES, Inbox
from voice_skill.messages import AudioFrame, MicrophoneLost, Press
from voice_skill.ports import BLOCK_SAMPLES


class StubbornDevice(types.ModuleType):
    """A sounddevice of one microphone that takes only some rates and channel counts."""

    class PortAudioError(Exception):
        """What sounddevice raises."""

    def __init__(self, rates, channels):
        super().__init__("sounddevice")
        self._rates, self._channels = rates, channels
        self.stream = None

    def query_devices(self, *_):
        """One device, 44.1 kHz by itself."""
        return {"name": "Stubborn", "default_samplerate": 44100.0, "index": 0}

    def RawInputStream(self, **options):  # noqa: N802 - sounddevice's own name
        """Open, or refuse as PortAudio does."""
        if options["samplerate"] not in self._rates or options["channels"] not in self._channels:
            raise self.PortAudioError("Invalid sample rate [PaErrorCode -9997]")
        self.stream = types.SimpleNamespace(
            start=lambda: None, abort=lambda **_: None, close=lambda **_: None, **options
        )
        return self.stream


def opened(monkeypatch, rates, channels):
    """A microphone on such a device."""
    device = StubbornDevice(rates, channels)
    monkeypatch.setitem(sys.modules, "sounddevice", device)
    microphone, inbox = PortAudioMicrophone(), Inbox()
    assert "Stubborn" == microphone.open(inbox.put)
    return microphone, device, inbox


def test_a_microphone_that_refuses_16_khz_is_resampled(monkeypatch):
    """A second of its own rate, in stereo, becomes a second at 16 kHz, mono, of the same pitch."""
    microphone, device, inbox = opened(monkeypatch, {44100}, {2})
    tone = (np.sin(2 * np.pi * 440 * np.arange(44100) / 44100) * 8000).astype("<i2")
    stereo = np.column_stack([tone, tone]).tobytes()
    for at in range(0, len(stereo), device.stream.blocksize * 4):
        device.stream.callback(stereo[at : at + device.stream.blocksize * 4], 0, None, None)
    frames = [f for f in iter(lambda: inbox.get(0.0), None) if isinstance(f, AudioFrame)]
    assert {BLOCK_SAMPLES * 2} == {len(f.pcm) for f in frames}
    pcm = b"".join(f.pcm for f in frames)
    heard = np.frombuffer(pcm, dtype="<i2").astype(float)
    assert 15_000 < len(heard) <= 16_000
    assert abs(np.argmax(np.abs(np.fft.rfft(heard))) * 16_000 / len(heard) - 440) < 5
    microphone.close()


def test_a_microphone_that_takes_nothing_is_named(monkeypatch):
    """With a hint."""
    with pytest.raises(MicrophoneError, match="'Stubborn' cannot be opened") as caught:
        opened(monkeypatch, set(), set())
    assert caught.value.hint


def test_a_full_inbox_drops_the_oldest_sound_and_counts():
    """A slow moment loses old sound, not new, and nothing else."""
    inbox = Inbox()
    inbox.put(Press())
    for number in range(MOST_FRAMES + 50):
        inbox.put(AudioFrame(b"", float(number)))
    assert 50 == inbox.dropped
    assert (Press(), AudioFrame(b"", 50.0)) == (inbox.get(0.0), inbox.get(0.0))


def test_a_stream_that_ends_by_itself_is_a_lost_microphone(monkeypatch):
    """PortAudio says it only by the callback that it has finished."""
    _, device, inbox = opened(monkeypatch, {16000}, {1})
    device.stream.finished_callback()
    assert isinstance(inbox.get(0.0), MicrophoneLost)
