"""Put replies together from the pack's words: the layers of a topic, the lines around them, and what comes next."""

from __future__ import annotations

from dataclasses import replace

from voice_skill import numerals
from voice_skill.content import Pack, Topic
from voice_skill.messages import Flag, Question, Reply, State, Then, TimerNote

ORDINALS = ("First", "Second", "Third", "Fourth", "Fifth", "Sixth", "Seventh", "Eighth", "Ninth")


class Replies:
    """Build replies from a pack; the emergency number is spoken as it is set."""

    def __init__(self, pack: Pack, emergency_number: str) -> None:
        self._pack = pack
        self._number = emergency_number
        self._known = tuple(pack.topics)
        self._texts = {**pack.lines, **pack.controls, **pack.timers, **pack.flags}

    def line(self, name: str, state: State, **values: str) -> str:
        """Fill one of the pack's lines; {first} and {second} are two examples, other ones after each miss."""
        examples = self._pack.examples
        first = examples[2 * state.misses % len(examples)]
        second = examples[(2 * state.misses + 1) % len(examples)]
        return self._texts[name].format_map({"number": self._number, "first": first, "second": second} | values)

    def knows(self, name: str) -> bool:
        """Tell whether the pack has a line of that name."""
        return name in self._texts

    def answer(self, state: State, topic_id: str, heard: str, score: int) -> tuple[State, Reply]:
        """Answer with the first layer of a topic, which becomes the topic of the conversation."""
        topic = self._pack.topics[topic_id]
        variant = next((v for v in topic.variants if any(f" {w} " in f" {heard} " for w in v.words)), None)
        parts = [variant.answer, variant.support] if variant else [topic.answer, topic.support]
        if topic.doctor_tail:
            parts.append(self.line("doctor_tail", state))
        if not state.safety_said:
            parts.append(self.line("safety", state))
        if topic.more:
            parts.append(topic.ask or self.line("want_more", state))
        reply = self._of_topic(heard, topic_id, " ".join(filter(None, parts)), score, more=bool(topic.more))
        question = Question() if topic.more else None
        state = replace(state, topic=topic_id, layer=0, item=-1, question=question, misses=0, safety_said=True)
        return replace(state, last=reply), reply

    def deeper(self, state: State, heard: str, score: int) -> tuple[State, Reply]:
        """Answer a follow-up on the current topic with its next layer, or with its first again."""
        topic_id = state.topic or self._known[0]
        topic = self._pack.topics[topic_id]
        if state.layer == 0 and topic.more:
            parts = [topic.more, self.line("read_all", state) if topic.items else ""]
            layer = 1
        else:
            parts = [topic.answer, topic.support]
            layer = state.layer
        reply = self._of_topic(heard, topic_id, " ".join(filter(None, parts)), score, more=False)
        question = Question() if layer == 1 and topic.items else None
        state = replace(state, layer=layer, question=question, misses=0, last=reply)
        return state, reply

    def item(self, state: State, number: int, heard: str, score: int) -> tuple[State, Reply]:
        """Read item `number` (from 0) of the current topic's list, which stays the topic."""
        topic = self._pack.topics[state.topic or self._known[0]]
        entry = self._pack.topics[topic.items[number]]
        last = number + 1 == len(topic.items)
        place = self.line(
            "list_place", state, ordinal=ORDINALS[number], total=numerals.words(len(topic.items)), text=entry.answer
        )
        text = f"{place} {self.line('list_end', state)}" if last else place
        reply = self._of_topic(heard, state.topic or "", text, score, more=not last)
        return replace(state, item=number, question=None if last else Question(), last=reply, misses=0), reply

    def flag(self, state: State, flag: Flag, heard: str) -> tuple[State, Reply]:
        """Answer a red flag: topic and question are dropped, timers run on."""
        text = self.line(flag.level, state)
        reply = Reply(heard, flag.level, None, text, score=100, source=self._pack.sources["medical"])
        return replace(state, topic=None, layer=0, item=-1, question=None, misses=0, last=reply), reply

    def choice(self, state: State, options: tuple[str, ...], heard: str, score: int) -> tuple[State, Reply]:
        """Ask which of two topics was meant."""
        first, second = (self._pack.topics[o].name for o in options[:2])
        text = self.line("choice", state, first=first, second=second)
        reply = Reply(heard, "choice", None, text, options, score, then=Then.QUESTION)
        return replace(state, question=Question(options), misses=0, last=reply), reply

    def none(self, state: State, heard: str, line: str, score: int = 0) -> tuple[State, Reply]:
        """Say honestly that there is no answer: differently on the second miss, and go quiet after the third."""
        misses = state.misses + 1
        then = Then.LISTEN
        if misses == 2:
            line = "second_miss"
        elif misses >= 3:
            line, then = "third_miss", Then.SILENCE
        reply = Reply(heard, "none", None, self.line(line, state), score=score, then=then)
        return replace(state, question=None, misses=misses, last=reply), reply

    def control(self, state: State, name: str, heard: str, text: str, score: int = 100) -> tuple[State, Reply]:
        """Answer a control; it leaves the topic as it is."""
        then = Then.QUESTION if state.question is not None else Then.LISTEN
        source = state.last.source if state.last and name in ("repeat", "source") else None
        reply = Reply(heard, "control", name, text, score=score, more=self.has_more(state), source=source, then=then)
        return replace(state, misses=0), reply

    def topic(self, topic_id: str) -> Topic:
        """Give the topic itself."""
        return self._pack.topics[topic_id]

    def has_more(self, state: State) -> bool:
        """Tell whether "more" has something on the current topic."""
        if state.topic is None:
            return False
        topic = self._pack.topics[state.topic]
        return bool(state.layer == 0 and topic.more) or (bool(topic.items) and state.item + 1 < len(topic.items))

    def source_line(self, state: State) -> str:
        """Say where the last reply came from."""
        if state.topic is not None:
            return self.line(f"source_{self._pack.topics[state.topic].source}", state)
        if state.last is not None and state.last.kind in ("emergency", "urgent", "crisis"):
            return self.line("source_medical", state)
        return self.line("source_article", state)

    def _of_topic(self, heard: str, topic_id: str, text: str, score: int, *, more: bool) -> Reply:
        source = self._pack.sources[self._pack.topics[topic_id].source]
        then = Then.QUESTION if more else Then.LISTEN
        return Reply(heard, "answer", topic_id, text, score=score, more=more, source=source, then=then)


def as_object(reply: Reply) -> dict[str, object]:
    """Give a reply under its stable JSON keys."""
    return {
        "heard": reply.heard,
        "kind": reply.kind,
        "topic": reply.topic,
        "options": list(reply.options),
        "score": reply.score,
        "reply": reply.reply,
        "more": reply.more,
        "source": reply.source,
        "timer": timer_object(reply.timer) if reply.timer else None,
    }


def timer_object(note: TimerNote) -> dict[str, object]:
    """Give what was done to a timer under its stable JSON keys."""
    return {"action": note.action, "kind": note.kind, "duration_s": note.duration_s, "left_s": note.left_s}
