"""One tree of errors; each carries a hint for the person and the exit code of the command line.

VoiceSkillError
├── SettingsError         2   an option, a setting or an input file that cannot be used
│   └── RecordingError    2   a recording that cannot be asked
├── ContentError          3   a mistake in the pack, with file and line
│   ├── TemplateTooLarge  3
│   └── WeightsError      3   learned weights missing, stale or torn
├── ModelError            4   the speech model is missing or torn
├── HardwareError         5
│   ├── MicrophoneError   5
│   └── SpeakerError      5
├── VoiceError            6   no speech could be rendered
└── FileWriteError        7   a file could not be written
"""

from __future__ import annotations

from pathlib import Path


class VoiceSkillError(Exception):
    """Say in one sentence what went wrong, and in a hint what the person can do."""

    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class SettingsError(VoiceSkillError):
    """Report an option, a setting or an input that cannot be used."""

    exit_code = 2


class RecordingError(SettingsError):
    """Report a recording that cannot be asked."""


class ContentError(VoiceSkillError):
    """Report a mistake in the pack, with its file and line (counted from 1)."""

    exit_code = 3

    def __init__(self, message: str, path: Path | str, line: int = 0, hint: str = "") -> None:
        place = f"{path}:{line}" if line else str(path)
        super().__init__(f"{place}: {message}", hint or "Correct this line, then run: voice-skill pack check")
        self.path = Path(path)
        self.line = line


class TemplateTooLarge(ContentError):
    """Report a template that expands to too many phrases."""


class WeightsError(ContentError):
    """Report learned weights that are missing, stale or torn."""


class ModelError(VoiceSkillError):
    """Report a speech model that is missing or torn."""

    exit_code = 4


class HardwareError(VoiceSkillError):
    """Report sound hardware that cannot be used."""

    exit_code = 5


class MicrophoneError(HardwareError):
    """Report a microphone that cannot be used."""


class SpeakerError(HardwareError):
    """Report a loudspeaker that cannot be used."""


class VoiceError(VoiceSkillError):
    """Report that no speech could be rendered."""

    exit_code = 6


class FileWriteError(VoiceSkillError):
    """Report a file that could not be written."""

    exit_code = 7
