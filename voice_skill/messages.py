"""The nouns that travel between the rooms: frozen values without behaviour."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Literal

from voice_skill.errors import VoiceSkillError

Kind = Literal["answer", "choice", "control", "emergency", "urgent", "crisis", "none"]
TimerKind = Literal["ice", "heat", "rest", "again"]


@dataclass(frozen=True, slots=True)
class AudioFrame:
    """Hold one block of mono 16-bit little-endian PCM at 16 kHz, and when its first sample was heard, in seconds."""

    pcm: bytes
    at_s: float = 0.0


@dataclass(frozen=True, slots=True)
class MicrophoneLost:
    """Say that the microphone stopped delivering, and why."""

    reason: str


@dataclass(frozen=True, slots=True)
class Quit:
    """Ask the loop to end."""


@dataclass(frozen=True, slots=True)
class Press:
    """Say that the push-to-talk key or button was pressed."""


@dataclass(frozen=True, slots=True)
class Began:
    """Say that the first sample of a clip is heard at `at_s`, in seconds on the clock of the frames."""

    token: int
    at_s: float


@dataclass(frozen=True, slots=True)
class Played:
    """Say that a clip has been heard to its end (or was stopped), or why it could not be; `token` names the clip."""

    token: int
    error: VoiceSkillError | None = None


Event = AudioFrame | MicrophoneLost | Press | Began | Played | Quit

NoticeName = Literal[
    "ready",  # wake (the phrases), microphone, speaker
    "wake",  # by: "voice" or "press", phrase
    "partial",  # text
    "heard",  # text, closed
    "reply",  # the keys of `ask --json`
    "speaking",  # text (of one sentence)
    "spoken",  # text
    "interrupted",  # by (what was said or pressed)
    "timer",  # what was said about a timer: text
    "device_lost",  # device: "microphone" or "speaker", reason
    "device_back",  # device, name
    "error",  # message, hint
    "asleep",  # nothing: the attention window closed
]


@dataclass(frozen=True, slots=True)
class Notice:
    """Hold one thing that happened while listening; `t_s` is in seconds since the start, on one clock."""

    event: NoticeName
    t_s: float
    details: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Status:
    """Hold what a status line shows: the state, the microphone's level, the words being heard, seconds left."""

    doing: Literal["asleep", "listening", "thinking", "speaking", "paused", "deaf"]
    level_dbfs: float = -90.0
    partial: str = ""
    answer: str = ""
    timers: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """Hold one reading of an utterance; weights of one utterance add up to 1."""

    text: str
    weight: float


@dataclass(frozen=True, slots=True)
class Heard:
    """Hold what the recognizer made of one utterance: free readings, best first, and the grammars' readings or "".

    `closed` is by the grammar of the closed phrases, `length` by that of lengths of time.
    """

    alternatives: tuple[Hypothesis, ...] = ()
    closed: str = ""
    length: str = ""

    @property
    def text(self) -> str:
        """Give the best reading, "" when nothing was said."""
        return self.alternatives[0].text if self.alternatives else ""


@dataclass(frozen=True, slots=True)
class Partial:
    """Hold the unfinished reading of an utterance that is still being spoken."""

    text: str


@dataclass(frozen=True, slots=True)
class Match:
    """Hold one label with its score (0 to 100, calibrated: the share of such matches that is right)."""

    label: str
    score: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """Hold the matcher's ranked matches, and the words that no topic knows."""

    matches: tuple[Match, ...]
    strange: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Flag:
    """Hold a red flag: its level and the sign that was recognised."""

    level: Literal["emergency", "urgent", "crisis"]
    sign: str


@dataclass(frozen=True, slots=True, order=True)
class Timer:
    """Hold one timer; times are steady seconds (see `clock.py`), and kind and name together tell it from others.

    Kind "again" is the reminder that ice may go on again. A ringing timer has `rung` > 0: how often it was said,
    last at `rang_at`. A paused one has the time it was paused at.
    """

    kind: TimerKind
    set_at: float
    due_at: float
    skin_checked: bool = False
    name: str = ""
    paused_at: float | None = None
    rung: int = 0
    rang_at: float = 0.0


@dataclass(frozen=True, slots=True)
class TimerNote:
    """Say what a reply did to a timer: set, add, shorten, pause, resume, cancel, query or ring; lengths in seconds."""

    action: str
    kind: str
    duration_s: int
    left_s: int
    name: str = ""


class Then(Enum):
    """Name what happens after a reply."""

    LISTEN = "listen"
    QUESTION = "question"
    SILENCE = "silence"
    LEAVE = "leave"


@dataclass(frozen=True, slots=True)
class Reply:
    """Hold the answer to one utterance; `reply` is what is spoken, `more` says that "more" has something."""

    heard: str
    kind: Kind
    topic: str | None
    reply: str
    options: tuple[str, ...] = ()
    score: int = 0
    more: bool = False
    source: str | None = None
    then: Then = Then.LISTEN
    sound: str = ""  # "ring": the timer's own sound goes before the words
    timer: TimerNote | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """Hold how to speak: words per minute, and loudness from 0 to 1."""

    rate_wpm: int = 165
    volume: float = 1.0


@dataclass(frozen=True, slots=True)
class Question:
    """Hold an open question: the topics it offers, a timer it offers, or a command that lacks its timer."""

    options: tuple[str, ...] = ()
    minutes: float | None = None
    kind: TimerKind = "ice"
    name: str = ""
    command: str = ""  # "timer_extend": asked which timer
    words: str = ""  # what was said with the command


@dataclass(frozen=True, slots=True)
class Iced:
    """Hold how long ice was on of late, in seconds, and when it came off last, in steady seconds."""

    off_at: float
    on_s: float


@dataclass(frozen=True, slots=True)
class State:
    """Hold everything a conversation remembers between two utterances."""

    topic: str | None = None
    layer: int = 0
    item: int = -1
    question: Question | None = None
    last: Reply | None = None
    misses: int = 0
    safety_said: bool = False
    delivery: Delivery = field(default_factory=Delivery)
    timers: tuple[Timer, ...] = ()
    unsaid: str = ""  # of an answer that was broken off: "go on" says it
    ice_cautioned: bool = False  # the first-use caution was said, once for ever
    iced: Iced | None = None  # the ice of the last two hours, without that of a running timer
    no_ice_at: float | None = None  # when a reason against ice was last said (numb skin, an open wound)


@dataclass(frozen=True, slots=True)
class Clip:
    """Hold rendered speech: mono 16-bit little-endian PCM."""

    pcm: bytes
    rate_hz: int
