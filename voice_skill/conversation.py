"""The conversation: (state, what was heard, now) -> (state, reply), without any engine.

The ladder, first rung that holds:
1. a red flag: urgent reply, topic and question are dropped, timers run on
2. a closed command to the letter: stop, repeat, slower, timers, time left; "okay" and "stop" end what rings
3. an open question, if the words choose one of its options
4. a follow-up inside the current topic ("why", "the second one", "what would they do")
5. all topics and controls by learned weights: a clear winner answers and becomes the topic
6. two close topics: ask which
7. none: say honestly that there is no answer, and what can be asked; words that say nothing ("can you tell me
   about it") are asked what they are about
"""

from __future__ import annotations

from dataclasses import replace

from voice_skill import clock, durations, timers
from voice_skill.content import Pack
from voice_skill.controls import Controls
from voice_skill.matcher import Evidence, Matcher
from voice_skill.messages import Heard, Hypothesis, Reply, State, Verdict
from voice_skill.normalize import is_noise, normalize
from voice_skill.redflags import RedFlags
from voice_skill.replies import Replies
from voice_skill.timercontrols import LocalTime

# Chosen by cross-validation (`bench understand`), see HACKING.md.
ANSWER_FROM = 45.0  # scores from here are answered
CONTROL_FROM = 50.0
CHOICE_FROM = 50.0  # two topics that reach this together are asked about ...
CHOICE_RATIO = 0.65  # ... when the second has this share of the first
NOT_UNDERSTOOD_BELOW = 30.0  # no label reaches this: the words themselves were not understood
OPTION_SHARE = 0.25  # of a topic's probability that an offered option needs to be chosen

KEEPS_UNSAID = ("stop", "pause", "timer_set", "timer_query", "timer_cancel", "timer_extend")

_ORDINALS = {"follow:1": 0, "follow:2": 1, "follow:3": 2, "follow:4": 3, "follow:last": -1}


class Conversation:
    """Decide what to reply; holds the pack and the matcher, never the state."""

    def __init__(
        self,
        pack: Pack,
        matcher: Matcher,
        redflags: RedFlags,
        emergency_number: str,
        local: LocalTime = lambda _: clock.read().local(),
    ) -> None:
        self._pack = pack
        self._matcher = matcher
        self._redflags = redflags
        self.replies = Replies(pack, emergency_number)
        self._controls = Controls(pack, self.replies, local)
        self.timers = self._controls.timers

    def step(self, state: State, heard: Heard, now: float) -> tuple[State, Reply]:
        """Answer one utterance; `now` is in seconds on the clock of the timers."""
        after, reply = self._step(state, heard, now)
        if after.unsaid and not (reply.kind == "control" and reply.topic in KEEPS_UNSAID):
            after = replace(after, unsaid="")
        return replace(after, iced=timers.iced(state.iced, state.timers, after.timers, now)), reply

    def _step(self, state: State, heard: Heard, now: float) -> tuple[State, Reply]:
        text = normalize(heard.text)
        if is_noise(text):
            reply = Reply(text, "none", None, self.replies.line("nothing_heard", state))
            return state, reply
        evidence = self._matcher.weigh(self.timers.words.unname(state, heard))
        flag = self._redflags.check(evidence.readings, evidence.gravest, self._matcher.weigh_text)
        if flag is not None:
            return self.replies.flag(state, flag, text)
        state = self.timers.watch_skin(state, text, now)
        verdict = self._matcher.rank(evidence, self._left_out(state))
        verdict = self._timer_verdict(state, heard, verdict) or verdict
        if self.timers.concern(state, verdict.matches[0].label):
            text = self.timers.words.reading(heard)
        new, reply = self._decide(state, text, evidence, verdict, now)
        return self.timers.doubt(state, new, reply, heard)

    def _timer_verdict(self, state: State, heard: Heard, verdict: Verdict) -> Verdict | None:
        """Look again, with a usual length in place of the one that was said, whether a timer is meant."""
        best = verdict.matches[0]
        sure = best.score >= CONTROL_FROM and best.label != "none"
        plain = self.timers.words.plain(heard)
        if plain is None or (sure and best.label.startswith("control:timer_")):
            return None
        evidence = self._matcher.weigh(plain)
        again = self._matcher.rank(evidence, self._left_out(state))
        timer = again.matches[0].label.startswith("control:timer_") and again.matches[0].score >= CONTROL_FROM
        return again if timer and (evidence.exact or not sure) else None

    def _decide(self, state: State, text: str, evidence: Evidence, verdict: Verdict, now: float) -> tuple[State, Reply]:
        return (
            self._ringing(state, text, verdict, now)
            or self._which_timer(state, text, now)
            or self._followup_words(state, text)
            or self._minutes(state, text, now)
            or self._option(state, text, evidence, verdict)
            or self._by_label(state, text, verdict, now)
        )

    def score(self, state: State, text: str) -> float:
        """Give how surely a normalized, perhaps unfinished text is understood (0 to 100, 0 for "none")."""
        if self._redflags.signs(text):
            return 100.0
        evidence = self._matcher.weigh(Heard((Hypothesis(text, 1.0),)))
        best = self._matcher.rank(evidence, self._left_out(state)).matches[0]
        return best.score if best.label != "none" else 0.0

    def due(self, state: State, now: float) -> tuple[State, tuple[Reply, ...]]:
        """Give what running timers have to say by now."""
        after, replies = self.timers.due(state, now)
        return replace(after, iced=timers.iced(state.iced, state.timers, after.timers, now)), replies

    def _ringing(self, state: State, text: str, verdict: Verdict, now: float) -> tuple[State, Reply] | None:
        """Take "okay" or "stop" for the timer that rings."""
        best = verdict.matches[0]
        return self.timers.hush(best.label, state, text, now) if best.score >= CONTROL_FROM else None

    def _which_timer(self, state: State, text: str, now: float) -> tuple[State, Reply] | None:
        """Carry out a command that lacked its timer, now that it was named."""
        whole = self.timers.answers_which(state, text)
        if whole is None or state.question is None:
            return None
        return self._controls.run(state.question.command, replace(state, question=None), whole, now)

    def _left_out(self, state: State) -> tuple[str, ...]:
        """Name the labels that cannot be meant now: red flags (rung 1 heard none), follow-ups on nothing."""
        out = ["emergency", "urgent", "crisis"]
        if state.topic is None:
            out += ["follow:why", "follow:which"]
        items = state.topic is not None and self.replies.topic(state.topic).items
        options = state.question is not None and state.question.options
        if not items and not options:
            out += list(_ORDINALS)
        if not options:
            out.append("choice:")
        return tuple(out)

    def _followup_words(self, state: State, text: str) -> tuple[State, Reply] | None:
        if state.topic is None:
            return None
        target = self.replies.topic(state.topic).followups.get(text)
        return self.replies.answer(state, target, text, 100) if target else None

    def _minutes(self, state: State, text: str, now: float) -> tuple[State, Reply] | None:
        """Take another length than the one that was offered ("make it ten then")."""
        offered = state.question is not None and state.question.minutes is not None
        return self._controls.run("timer_set", state, text, now) if offered and durations.find(text) else None

    def _option(self, state: State, text: str, evidence: Evidence, verdict: Verdict) -> tuple[State, Reply] | None:
        """Take an option of the open question, by its place or by its words."""
        options = state.question.options if state.question else ()
        best = verdict.matches[0].label if verdict.matches else ""
        if not options:
            return None
        if best in _ORDINALS and -1 <= _ORDINALS[best] < len(options):
            return self.replies.answer(state, options[_ORDINALS[best]], text, 100)
        if best == "choice:both":
            return self.replies.answer(state, options[0], text, 100)
        if best == "choice:neither":
            closed = replace(state, question=None)
            return self.replies.control(closed, "no", text, self.replies.line("neither", closed))
        chosen = max(options, key=lambda o: evidence.probabilities.get(o, 0.0))
        strong = evidence.probabilities.get(chosen, 0.0) >= OPTION_SHARE
        return self.replies.answer(state, chosen, text, 100) if strong else None

    def _by_label(self, state: State, text: str, verdict: Verdict, now: float) -> tuple[State, Reply]:
        best = verdict.matches[0]
        score = round(best.score)
        family, _, name = best.label.partition(":")
        if family == "control" and best.score >= CONTROL_FROM:
            return self._controls.run(name, state, text, now)
        if family == "follow" and best.score >= CONTROL_FROM:
            return self._follow(state, best.label, text, score)
        topics = [m for m in verdict.matches if m.label in self._pack.topics]
        if topics and topics[0] is best:
            rival = topics[1].score if len(topics) > 1 else 0.0
            if rival >= CHOICE_RATIO * best.score and best.score + rival >= CHOICE_FROM:
                return self.replies.choice(state, (best.label, topics[1].label), text, score)
            if best.score >= ANSWER_FROM:
                return self.replies.answer(state, best.label, text, score)
        if self._matcher.is_padding(text):
            return self.replies.none(state, text, "padding", score)
        understood = best.score >= NOT_UNDERSTOOD_BELOW
        return self.replies.none(state, text, "not_covered" if understood else "not_understood", score)

    def _follow(self, state: State, label: str, text: str, score: int) -> tuple[State, Reply]:
        if label in _ORDINALS and state.topic is not None:
            items = self.replies.topic(state.topic).items
            place = _ORDINALS[label]
            if items and place < len(items):
                return self.replies.answer(state, items[place], text, score)
        return self.replies.deeper(state, text, score)
