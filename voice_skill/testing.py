"""Public fakes: a room in which time passes by a script, with ears, a voice, devices and a screen."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence

from voice_skill.clock import Reading
from voice_skill.endpoint import Understood
from voice_skill.errors import MicrophoneError, SpeakerError, VoiceSkillError
from voice_skill.gate import Gate
from voice_skill.hearing import Hearing
from voice_skill.interruption import Commands, Interruption
from voice_skill.messages import (
    AudioFrame,
    Began,
    Clip,
    Delivery,
    Event,
    Heard,
    Hypothesis,
    Notice,
    Played,
    Quit,
    Reply,
    Status,
)
from voice_skill.ports import BLOCK_S, BLOCK_SAMPLES, RATE_HZ
from voice_skill.redflags import RedFlags
from voice_skill.skill import Skill
from voice_skill.wakeword import WakeWord

HUSH = b"\x01\x00" * BLOCK_SAMPLES  # the noise of a quiet room
Understand = Callable[[str], Understood]
VOICE_S = 0.05  # the fake voice takes so long for a letter


def heard(*texts: str) -> Heard:
    """Give an utterance with these readings, each half as likely as the one before."""
    weights = [0.5**n for n in range(len(texts))]
    return Heard(tuple(Hypothesis(t, w / sum(weights)) for t, w in zip(texts, weights, strict=True)))


def talk(skill: Skill, *turns: str) -> list[Reply]:
    """Say the turns, give the replies; a minute passes between two."""
    return [skill.ask(turn, now=60.0 * n) for n, turn in enumerate(turns)]


class FakeClocks:
    """Tell steady and wall time as they were set; the wall's clock may jump, and the machine may start anew."""

    def __init__(self, steady_s: float = 1000.0, wall_s: float = 1.8e9, boot: str = "first") -> None:
        self.steady_s, self.wall_s, self.boot = steady_s, wall_s, boot

    def __call__(self) -> Reading:
        """Give both clocks."""
        return Reading(self.steady_s, self.wall_s, self.boot)

    def pass_s(self, seconds: float) -> None:
        """Let time pass on both."""
        self.steady_s += seconds
        self.wall_s += seconds

    def restart(self, off_s: float) -> None:
        """Switch the machine off and on: the steady clock starts anew."""
        self.wall_s += off_s
        self.steady_s, self.boot = 5.0, self.boot + "'"


class FakeRoom:
    """Be inbox, clock, microphone and loudspeaker at once.

    The script holds what is said (text, two blocks a word), seconds of quiet (numbers), and events. After the script
    the room waits until the loudspeaker is silent, then quits.
    """

    def __init__(self, script: Iterable[Event | str | float]) -> None:
        self._script = self._play(script)
        self._events: deque[Event] = deque()
        self._playing: tuple[float, int] | None = None
        self.now = 0.0
        self.dropped = 0
        self.played: list[str] = []
        self.volumes: list[int] = []
        self.stopped: list[float] = []
        self.opened = 0
        self.broken: set[str] = set()  # devices that are not there: "microphone", "speaker"

    def __call__(self) -> float:
        """Tell the time, in seconds."""
        return self.now

    def put(self, event: Event) -> None:
        """Take an event."""
        self._events.append(event)

    def get(self, timeout_s: float) -> Event | None:  # noqa: ARG002 - the port's own signature
        """Give the next event; a block of sound takes its time."""
        if self._events:
            return self._events.popleft()
        if self._playing is not None and self._playing[0] <= self.now:
            token, self._playing = self._playing[1], None
            return Played(token)
        event = next(self._script, None)
        if event is None:
            if self._playing is None:
                return Quit()
            event = AudioFrame(HUSH, self.now)
        if isinstance(event, AudioFrame):
            event = AudioFrame(event.pcm, self.now)
            self.now += BLOCK_S
            if "microphone" in self.broken:
                return None
        return event

    def _play(self, script: Iterable[Event | str | float]) -> Iterator[Event]:
        for part in script:
            if isinstance(part, str):
                yield from (AudioFrame(pcm) for word in part.split() for pcm in (_block(word), _block("~")))
            elif isinstance(part, int | float):
                yield from (AudioFrame(HUSH) for _ in range(round(part / BLOCK_S)))
            else:
                yield part

    # ---- both devices

    def open(self, deliver: Callable[[Event], None]) -> str:  # noqa: ARG002 - the port's own signature
        """Open the microphone; MicrophoneError while it is broken."""
        if "microphone" in self.broken:
            raise MicrophoneError("There is no microphone.", "Plug one in.")
        self.opened += 1
        return "fake microphone"

    def close(self) -> None:
        """Close the microphone."""
        self.opened = 0

    @property
    def speaker(self) -> FakeSpeaker:
        """Give the loudspeaker."""
        return FakeSpeaker(self)

    def sound(self, clip: Clip, token: int) -> None:
        """Play a clip in the room."""
        self.played.append(clip.pcm.rstrip(b"\0").decode(errors="replace") if clip.rate_hz == RATE_HZ else "beep")
        self._events.append(Began(token, self.now))
        self._playing = (self.now + len(clip.pcm) / 2 / clip.rate_hz, token)

    def silence(self) -> None:
        """End what is playing."""
        if self._playing is not None:
            self.stopped.append(self.now)
        self._playing = None


class FakeSpeaker:
    """Play into a fake room."""

    def __init__(self, room: FakeRoom) -> None:
        self._room = room

    def open(self, deliver: Callable[[Event], None]) -> str:  # noqa: ARG002 - the port's own signature
        """Give the device's name; SpeakerError while it is broken."""
        if "speaker" in self._room.broken:
            raise SpeakerError("There is no loudspeaker.", "Plug one in.")
        return "fake speaker"

    def start(self, clip: Clip, token: int) -> None:
        """Play."""
        self.open(self._room.put)
        self._room.sound(clip, token)

    def warm(self) -> None:
        """Do nothing."""

    def stop(self) -> None:
        """Be silent."""
        self._room.silence()

    def close(self) -> None:
        """Be silent."""
        self._room.silence()


def _block(word: str) -> bytes:
    return word.encode().ljust(BLOCK_SAMPLES * 2, b" ")


def _words(pcm: bytes) -> list[str]:
    return [w for w in pcm.replace(b"\x01\x00", b" ").decode(errors="ignore").split() if w != "~"]


class FakeDetector:
    """Know text from hush."""

    def speech(self, pcm: bytes, level: float) -> float:  # noqa: ARG002 - the port's own signature
        """Give 1 for text."""
        return 0.0 if pcm == HUSH else 1.0

    def reset(self) -> None:
        """Do nothing."""


class FakeRecognizer:
    """Understand blocks that hold text."""

    def __init__(self) -> None:
        self._heard: list[str] = []

    def accept(self, pcm: bytes) -> str:
        """Give the words so far."""
        self._heard += _words(pcm)
        return " ".join(self._heard)

    def finish(self) -> Heard:
        """Give the words of the utterance."""
        text = " ".join(self._heard)
        self._heard = []
        return heard(text) if text else Heard()

    def reset(self) -> None:
        """Forget."""
        self._heard = []


class FakeSpotter:
    """Hear the words of some phrases, "[unk]" for others."""

    def __init__(self, phrases: Sequence[str]) -> None:
        self._known = {word for phrase in phrases for word in phrase.split()}
        self._blocks: list[bytes] = []

    def accept(self, pcm: bytes) -> str:
        """Give the words so far."""
        size = BLOCK_SAMPLES * 2
        self._blocks += [pcm[at : at + size] for at in range(0, len(pcm), size)]
        return " ".join(w if w in self._known else "[unk]" for block in self._blocks for w in _words(block))

    def finish(self) -> tuple[str, float]:
        """Give the words, and when the last known one ended."""
        text = self.accept(b"")
        last = max((n for n, b in enumerate(self._blocks) if set(_words(b)) & self._known), default=-1)
        self._blocks = []
        return text, (last + 1) * BLOCK_S

    def reset(self) -> None:
        """Forget."""
        self._blocks = []


def hearing(wake: Sequence[str], commands: Commands, redflags: RedFlags, understand: Understand) -> Hearing:
    """Put real ears together from fake engines."""
    recognizer = FakeRecognizer()
    over = Interruption(commands, redflags, FakeSpotter, recognizer)
    return Hearing(Gate(FakeDetector()), recognizer, WakeWord(FakeSpotter(wake), wake), over, understand)


class FakeVoice:
    """Render text as its own bytes, VOICE_S a letter, or fail with a given error."""

    def __init__(self, error: VoiceSkillError | None = None) -> None:
        self._error = error
        self.volumes: list[float] = []

    def render(self, text: str, delivery: Delivery) -> Clip:
        """Give the text as PCM."""
        if self._error:
            raise self._error
        self.volumes.append(delivery.volume)
        data = text.encode()
        return Clip(data.ljust(int(len(text) * VOICE_S * RATE_HZ) * 2, b"\0"), RATE_HZ)

    def close(self) -> None:
        """Do nothing."""


class FakeScreen:
    """Keep what was shown."""

    def __init__(self) -> None:
        self.notices: list[Notice] = []
        self.statuses: list[Status] = []
        self.closed = False

    def show(self, notice: Notice) -> None:
        """Keep."""
        self.notices.append(notice)

    def status(self, status: Status) -> None:
        """Keep."""
        self.statuses.append(status)

    def close(self) -> None:
        """Keep."""
        self.closed = True

    def of(self, event: str, key: str) -> list[object]:
        """Give one detail of every notice of a kind."""
        return [n.details.get(key) for n in self.notices if n.event == event]
