"""A better voice: Piper, a neural one, from a file that the person has; the extra `piper` installs its engine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from voice_skill.edge.voice import Clips, for_the_ear, scaled
from voice_skill.errors import SettingsError, VoiceError
from voice_skill.messages import Clip, Delivery

OWN_PACE_WPM = 165  # taken as the pace of a voice that is neither hurried nor slowed
PREFIX = "piper:"


class PiperVoice:
    """Render with a Piper voice in this process; keeps the last clips."""

    def __init__(self, path: Path) -> None:
        for needed in (path, path.with_name(path.name + ".json")):
            if not needed.is_file():
                hint = "A Piper voice is two files, NAME.onnx and NAME.onnx.json, in one folder."
                raise SettingsError(f"There is no file {needed}.", hint)
        try:
            import piper
        except ImportError as exc:
            raise SettingsError("This voice needs Piper.", "Install it with: pip install 'voice-skill[piper]'") from exc
        self._piper: Any = piper
        try:
            self._voice = piper.PiperVoice.load(path)
        except Exception as exc:
            raise VoiceError(f"The voice {path.name} cannot be loaded.", "Get its two files again.") from exc
        self._clips = Clips(self._speak)

    def render(self, text: str, delivery: Delivery) -> Clip:
        """Speak text into a clip; VoiceError when the engine fails."""
        return self._clips.get(text, delivery)

    def _speak(self, text: str, delivery: Delivery) -> Clip:
        pace = self._piper.SynthesisConfig(length_scale=OWN_PACE_WPM / delivery.rate_wpm)
        try:
            chunks = list(self._voice.synthesize(for_the_ear(text), pace))
        except Exception as exc:
            raise VoiceError("The voice cannot speak.", "Choose another one: voice-skill listen --voice") from exc
        if not chunks:
            return Clip(b"", OWN_PACE_WPM * 100)
        pcm = np.concatenate([chunk.audio_int16_array for chunk in chunks]).astype("<i2").tobytes()
        return Clip(scaled(pcm, delivery.volume), int(chunks[0].sample_rate))

    def close(self) -> None:
        """Nothing is held outside this process."""
