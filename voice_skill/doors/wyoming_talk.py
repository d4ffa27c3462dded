"""One connection: events in, answers out; whatever goes wrong is said in an error event, and the connection ends."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from wyoming.asr import Transcribe, Transcript
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.error import Error
from wyoming.event import Event, async_write_event
from wyoming.handle import Handled, NotHandled
from wyoming.info import Describe
from wyoming.intent import Entity, Intent, NotRecognized, Recognize
from wyoming.ping import Ping, Pong
from wyoming.tts import Synthesize

from voice_skill.conversations import Answer, HouseTimer
from voice_skill.doors.ears import Utterance
from voice_skill.doors.house import Work
from voice_skill.doors.wyoming_wire import Limits, WireError, read_event
from voice_skill.edge.pcm import Converter
from voice_skill.errors import VoiceSkillError
from voice_skill.messages import Clip

LOG = logging.getLogger("voice_skill.serve")
CLIP_BYTES = 8192
NAME_LETTERS = 200
NUMBERS = itertools.count(1)  # an id() is given out again as soon as its connection is gone
T = TypeVar("T")


class Talk:
    """Serve one client until it leaves or misbehaves."""

    def __init__(
        self,
        work: Work,
        info: Event,
        limits: Limits,
        free_an_ear: Callable[[], None] = lambda: None,
        *,
        log_utterances: bool = False,
    ) -> None:
        self._work, self._info, self._limits = work, info, limits
        self._free_an_ear = free_an_ear
        self._log_utterances = log_utterances
        self._own_name = f"connection {next(NUMBERS)}"
        self._utterance: Utterance | None = None
        self._heard_s = self._begun_at = 0.0
        self._handling = False
        self.complained = False
        self.last_at = time.monotonic()

    @property
    def busy(self) -> bool:
        """Tell whether somebody waits for an answer."""
        return self._handling or self._utterance is not None

    @property
    def hearing(self) -> bool:
        """Tell whether an utterance is under way."""
        return self._utterance is not None and not self._handling

    @property
    def behind_s(self) -> float:
        """Give by how many seconds the sound is behind the clock; a room that speaks keeps up with it."""
        return time.monotonic() - self._begun_at - self._heard_s

    async def run(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take events until the end; never raises what a client may cause."""
        try:
            while True:
                idle_s = self._limits.speech_idle_s if self._utterance else self._limits.idle_s
                event = await read_event(reader, self._limits, idle_s)
                if event is None:
                    break
                self.last_at = time.monotonic()
                self._handling = True
                await self._handle(event, writer)
                self._handling = False
        except WireError as exc:
            LOG.info("refused: %s", exc.code)
            await self._complain(writer, exc.code, exc.text)
        except VoiceSkillError as exc:
            LOG.warning("failed: %s", type(exc).__name__)
            await self._complain(writer, "failed", exc.message)
        except (OSError, TimeoutError) as exc:
            LOG.info("client lost: %s", type(exc).__name__)
        except Exception:
            LOG.exception("a mistake in the server")
            await self._complain(writer, "failed", "Something went wrong here.")
        finally:
            self._handling = False
            self.let_go()

    async def _complain(self, writer: asyncio.StreamWriter, code: str, text: str) -> None:
        with contextlib.suppress(OSError, TimeoutError):
            await self._send(writer, Error(text, code).event())
        self.complained = True

    async def _send(self, writer: asyncio.StreamWriter, event: Event) -> None:
        async with asyncio.timeout(self._limits.send_s):
            await async_write_event(event, writer)

    async def _handle(self, event: Event, writer: asyncio.StreamWriter) -> None:
        kind = event.type
        if Describe.is_type(kind):
            await self._send(writer, self._info)
        elif Ping.is_type(kind):
            await self._send(writer, Pong(text=_read(Ping, event).text).event())
        elif Transcribe.is_type(kind):
            self.let_go()
        elif AudioStart.is_type(kind):
            await self._begin(_read(AudioStart, event))
        elif AudioChunk.is_type(kind):
            await self._hear(_read(AudioChunk, event))
        elif AudioStop.is_type(kind):
            await self._send(writer, await self._transcript())
        elif Transcript.is_type(kind):
            await self._send(writer, await self._answer(_read(Transcript, event)))
        elif Recognize.is_type(kind):
            await self._send(writer, await self._recognize(_read(Recognize, event)))
        elif Synthesize.is_type(kind):
            await self._speak(_read(Synthesize, event), writer)
        else:
            LOG.info("ignored an event of type %.40r", kind)

    async def _begin(self, start: AudioStart | AudioChunk) -> Utterance:
        """Wait a moment for a place, as one is often just being given back; then say that there is none."""
        self.let_go()
        converter = _converter(start)
        until = time.monotonic() + self._limits.ear_wait_s
        while (utterance := self._work.ears.take(converter)) is None:
            self._free_an_ear()
            if time.monotonic() > until:
                raise WireError("busy", f"{self._limits.rooms} rooms are speaking already. Please say it again.")
            await asyncio.sleep(0.02)
        self._utterance, self._begun_at = utterance, time.monotonic()
        return utterance

    async def _hear(self, chunk: AudioChunk) -> None:
        utterance = self._utterance or await self._begin(chunk)
        if utterance.converter.format != _format(chunk):
            raise WireError("bad-audio", "The format of the sound changed.")
        self._heard_s += chunk.seconds
        if self._heard_s > self._limits.utterance_s:
            raise WireError("too-long", f"One may speak for {self._limits.utterance_s:.0f} seconds at most.")
        utterance.feed(chunk.audio)

    async def _transcript(self) -> Event:
        if self._utterance is None:
            return Transcript("").event()
        started = time.monotonic()
        heard = await self._in_time(self._utterance.finish())
        spoken_s = self._heard_s
        self.let_go()
        text = self._work.understood(heard)
        LOG.info("heard %.1f s of sound, %.0f ms after its end", spoken_s, 1000 * (time.monotonic() - started))
        if self._log_utterances:
            LOG.info("heard: %s", text)
        return Transcript(text, language="en").event()

    async def _in_time(self, work: Future[T]) -> T:
        """Wait for work that others may be waiting for too, but not for ever."""
        try:
            async with asyncio.timeout(self._limits.answer_s):
                return await asyncio.wrap_future(work)
        except TimeoutError as exc:
            raise WireError("busy", "There is too much to do. Please say it again.") from exc

    async def _answer(self, transcript: Transcript) -> Event:
        context = transcript.context if isinstance(transcript.context, dict) else {}
        answer, context = await self._ask(transcript.text, context)
        if answer.timer is not None and isinstance(context.get("satellite_id"), str):
            return _start_timer(answer.timer)
        if answer.reply.kind == "none":
            return NotHandled(answer.reply.reply, context=context or None).event()
        return Handled(answer.reply.reply, context=context or None).event()

    async def _recognize(self, request: Recognize) -> Event:
        context = request.context if isinstance(request.context, dict) else {}
        answer, context = await self._ask(request.text, context)
        reply = answer.reply
        if reply.kind == "none":
            return NotRecognized(reply.reply, context=context or None).event()
        found = [Entity("kind", reply.kind), Entity("score", reply.score)]
        return Intent(reply.topic or reply.kind, found, text=reply.reply, context=context or None).event()

    async def _ask(self, text: Any, context: dict[str, Any]) -> tuple[Answer, dict[str, Any]]:
        self._check_text(text)
        names = (context.get(key) for key in ("conversation_id", "satellite_id", "device_id"))
        name = next((n for n in names if isinstance(n, str) and n), self._own_name)[:NAME_LETTERS]
        started = time.monotonic()
        answer = await self._in_time(self._work.answer(name, text))
        handled = "answered" if answer.reply.kind != "none" else "not handled"
        LOG.info("%s in %.0f ms", handled, 1000 * (time.monotonic() - started))
        if self._log_utterances:
            LOG.info("asked: %s; %s: %s", text, answer.reply.topic or answer.reply.kind, answer.reply.reply)
        return answer, context

    async def _speak(self, request: Synthesize, writer: asyncio.StreamWriter) -> None:
        self._check_text(request.text)
        if request.text_format == "ssml":
            raise WireError("ssml", "Send plain text, no SSML.")
        started = time.monotonic()
        speakable = any(c.isalnum() for c in request.text)  # the voice renders nothing for mere signs
        clip = await self._in_time(self._work.speak(request.text)) if speakable else Clip(b"", 22_050)
        rate_hz, pcm = clip.rate_hz, clip.pcm
        LOG.info("spoke %.1f s of sound in %.0f ms", len(pcm) / 2 / rate_hz, 1000 * (time.monotonic() - started))
        await self._send(writer, AudioStart(rate_hz, 2, 1).event())
        for at in range(0, len(pcm), CLIP_BYTES):
            await self._send(writer, AudioChunk(rate_hz, 2, 1, pcm[at : at + CLIP_BYTES]).event())
        await self._send(writer, AudioStop().event())

    def _check_text(self, text: Any) -> None:
        if not isinstance(text, str):
            raise WireError("bad-event", "The text of an event must be text.")
        if len(text) > self._limits.text_letters:
            raise WireError("too-large", f"A text may have {self._limits.text_letters} letters at most.")

    def let_go(self) -> None:
        """Give the ear back, whatever became of the utterance."""
        if self._utterance is not None:
            self._work.ears.give(self._utterance)
        self._utterance = None
        self._heard_s = 0.0


def _read(kind: Any, event: Event) -> Any:
    """Read an event's fields, which the library takes on trust."""
    try:
        return kind.from_event(event)
    except (KeyError, TypeError, ValueError, AttributeError) as exc:
        raise WireError("bad-event", "The event lacks a field, or has a wrong one.") from exc


def _format(sound: AudioStart | AudioChunk) -> tuple[int, int, int]:
    return sound.rate, sound.width, sound.channels


def _converter(start: AudioStart | AudioChunk) -> Converter:
    try:
        return Converter(*_format(start))
    except VoiceSkillError as exc:
        raise WireError("bad-audio", f"{exc.message} {exc.hint}") from exc


def _start_timer(timer: HouseTimer) -> Event:
    """Have Home Assistant set its own timer, which rings at the satellite that asked; it speaks the text."""
    seconds = round(timer.minutes * 60)
    parts = {"hours": seconds // 3600, "minutes": seconds // 60 % 60, "seconds": seconds % 60}
    entities = [Entity("name", timer.name), *(Entity(unit, n) for unit, n in parts.items() if n)]
    return Intent("HassStartTimer", entities, text=timer.text).event()
