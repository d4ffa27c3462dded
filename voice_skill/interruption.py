"""What a person says while the skill speaks: closed commands and red flags, never the skill's own words."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from voice_skill.barge_in import Guard, Saying
from voice_skill.gate import Sound
from voice_skill.messages import Heard, Hypothesis
from voice_skill.ports import BLOCK_S, RATE_HZ, Recognizer, Spotter
from voice_skill.redflags import RedFlags

REST_S = 0.5  # of silence after which what was said is looked at as a whole
TALK_MOST_S = 4.0  # the own voice may go on without a pause: what was said into it is looked at this often
WORD_END_S = 0.03  # of silence after a short stretch: "stop" is whole, and need not wait for the decoder's next chunk
ALONE_S = 0.3  # of silence after which a stretch that is nothing but a command is one, and need not be held
WORD_S = 1.0  # of sound: a command and the decoder's delay, over which what is left is compared with the own voice
# A command is what the canceller left of the own voice where the loudest block was softened by more than this, and
# by hardly less than usual. Commands heard in leftovers were at -15 to -24 dB where -19 is usual, a person's as loud as
# the voice at -11 dB and more; where -28 is usual, a person may be 20 dB softer than the voice.
LEFT_DB = -12.0
ABOVE_USUAL_DB = 8.0
FALL, RISE = 0.02, 0.002  # of what is usual, a block: it is the leftover's, not the person's
LOUD_DBFS = -50.0  # softer blocks tell nothing of the canceller
SHORT_S = 1.5  # of sound: what is kept of a stretch, and how long one with a lone command may be


@dataclass(frozen=True, slots=True)
class Commands:
    """Hold what is heard over the voice: acted on at once, or after a moment; and what sounds like it but is not."""

    at_once: tuple[str, ...]
    held: tuple[str, ...]
    decoys: tuple[str, ...] = ()


class Interruption:
    """Listen to what the gate lets through while the skill speaks.

    The grammar alone takes "why" for "wait": so it knows lookalikes too, and what it hears must be all that was said,
    or be heard by free decoding as well. Of 56 commands by four voices 55 are heard; of 100 lookalikes 4 pass.
    """

    def __init__(
        self, commands: Commands, redflags: RedFlags, spot: Callable[[Sequence[str]], Spotter], recognizer: Recognizer
    ) -> None:
        self._at_once = commands.at_once
        self._decoys = commands.decoys
        self._guard = Guard(commands.held, commands.at_once, redflags)
        self._spot = spot
        self._recognizer = recognizer
        self._saying = Saying("")
        self._spotter: Spotter | None = None
        self._heard_s = self._taken_s = 0.0
        self._kept = bytearray()
        self._levels: deque[tuple[float, float]] = deque(maxlen=round(WORD_S / BLOCK_S))
        self._left_db = self._usual_db = 0.0  # of the loudest block, after cancelling
        self._said: Heard | None = None  # in this stretch of speech: it is told once

    def sentence(self, text: str) -> None:
        """Learn which sentence is being said now, "" for none; the one before may still be echoing."""
        if not text:
            return
        self._saying = Saying(text, self._saying.text)
        self._spotter = self._spot((*self._guard.say(self._saying), *self._decoys))
        self._spotter.accept(bytes(self._kept))  # a word may be half said when a sentence begins

    def levels(self, level: float, raw_level: float) -> None:
        """Learn how loud a block is, and was before the own voice was taken out (dBFS)."""
        self._levels.append((level, raw_level))
        loudest, loudest_raw = (max(levels) for levels in zip(*self._levels, strict=True))
        self._left_db = loudest - loudest_raw
        if loudest_raw > LOUD_DBFS:
            rate = FALL if self._left_db < self._usual_db else RISE
            self._usual_db += rate * (self._left_db - self._usual_db)

    def take(self, sound: Sound) -> Heard | None:
        """Take one block; give what a person said as soon as it is sure."""
        if not sound.pcm or self._spotter is None:
            return None
        if sound.onset:
            self.reset()
        self._heard_s += BLOCK_S
        self._taken_s += BLOCK_S
        self._keep(sound.pcm)
        command, closed = self._command(sound) if self._said is None else (None, "")
        # what acts at once does not wait for the slower ear
        free = self._recognizer.accept(sound.pcm) if command not in self._at_once else ""
        if command and self._agreed(command, closed, free):
            self._said = Heard((Hypothesis(command, 1.0),), command)
            return self._said
        if self._said is not None and not self._said.closed:
            return None  # nothing is graver than a red flag
        if sound.silence_s >= REST_S or self._taken_s >= TALK_MOST_S:
            return self._whole()
        return None

    def _command(self, sound: Sound) -> tuple[str | None, str]:
        """Give the command that stands in this block, and all that the grammar heard."""
        assert self._spotter is not None
        closed = self._spotter.accept(sound.pcm)
        command = self._guard.command(closed, self._heard_s)
        if command is not None or self._taken_s > SHORT_S:
            return command, closed
        whole = next((s for s in (WORD_END_S, ALONE_S) if s <= sound.silence_s < s + BLOCK_S), None)
        if whole is None:
            return None, closed
        closed, _ = self._spotter.finish()
        self._spotter.accept(bytes(self._kept))
        command = self._guard.alone(closed)
        return command if command in self._at_once or whole == ALONE_S else None, closed

    def _keep(self, pcm: bytes) -> None:
        self._kept += pcm
        del self._kept[: -int(SHORT_S * RATE_HZ) * 2]

    def _echo(self) -> bool:
        """Tell whether what was heard last is what the canceller left of the own voice."""
        return self._left_db < min(self._usual_db + ABOVE_USUAL_DB, LEFT_DB)

    def _agreed(self, command: str, closed: str, free: str) -> bool:
        if self._echo():
            return False
        if command in self._at_once or f" {command} " in f" {free} ":
            return True
        return closed == command and len(free.split()) <= len(command.split()) + 1

    def _whole(self) -> Heard | None:
        """Look for a red flag in all readings of what was said."""
        heard = self._recognizer.finish()
        flag = self._guard.flag(heard.alternatives)
        self._taken_s = 0.0
        if flag is None:
            return None
        self._said = Heard(tuple(Hypothesis(self._guard.rest(r.text), r.weight) for r in heard.alternatives))
        return self._said

    def reset(self) -> None:
        """Forget what was heard."""
        self._recognizer.reset()
        if self._spotter is not None:
            self._spotter.reset()
        self._taken_s, self._said = 0.0, None
        self._kept.clear()
