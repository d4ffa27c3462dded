"""PortAudio by way of sounddevice: imported late, its errors translated, devices found by name."""

from __future__ import annotations

import contextlib
from typing import Any, Literal

from voice_skill.errors import HardwareError, MicrophoneError, SpeakerError

_INSTALL = "Install it with: sudo apt-get install libportaudio2"


def library() -> Any:
    """Import sounddevice; HardwareError when PortAudio is missing."""
    try:
        import sounddevice
    except OSError as exc:
        raise HardwareError("PortAudio, which reaches the sound hardware, is not installed.", _INSTALL) from exc
    return sounddevice


def find(name: str, kind: Literal["input", "output"]) -> Any:
    """Give sounddevice's description of a device by a part of its name, "" for the system's own choice."""
    sounddevice = library()
    error = MicrophoneError if kind == "input" else SpeakerError
    noun = "microphone" if kind == "input" else "loudspeaker"
    try:
        return sounddevice.query_devices(name or None, kind)
    except (sounddevice.PortAudioError, ValueError) as exc:
        if not name:
            hint = "Plug one in, or ask a recording: voice-skill ask --audio FILE.wav"
            hint = hint if kind == "input" else "Plug one in, or read the answers on the screen."
            raise error(f"There is no {noun}.", hint) from exc
        raise error(f"No {noun} is called {name!r}, or several are.", "voice-skill doctor lists the names.") from exc


def close(stream: Any) -> None:
    """End a stream whatever state it is in; None is no stream."""
    if stream is not None:
        with contextlib.suppress(Exception):
            stream.abort(ignore_errors=True)
            stream.close(ignore_errors=True)
