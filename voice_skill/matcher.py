"""Readings of an utterance in, ranked labels out: learned weights and rapidfuzz alignment, one verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz, process

from voice_skill import durations, endpoint
from voice_skill.messages import Heard, Hypothesis, Match, Verdict
from voice_skill.normalize import normalize
from voice_skill.weights import Weights
from voice_skill.wordvectors import WordVectors

CLOSED_WEIGHT = 0.5  # of the grammar's reading beside all free ones together (findings: +1.2 to +2.3 points)
LIKELY_FROM = 0.2  # the share of a reading that may raise a learned red flag on its own
GARBLED = (
    0.4  # a question that was misheard looks foreign: what "none" keeps of its odds when there are several readings
)
# Other people's talk has strange words and long sentences: what they take from the logit of a match, by regression of
# right answers against 2,000 sentences of prose.
STRANGE_DOUBT = 1.5  # if every word with a sense were strange
LONG_DOUBT = 0.07  # a word ...
LONG_FROM = 14  # ... from this length
CLOSED_LABELS = ("control:", "follow:", "choice:")  # what the grammar knows
ALIGN_FROM = 84.0  # a strange word this like a known one (rapidfuzz ratio, 0 to 100) is taken for it
ALIGN_LETTERS = 5  # shorter words are too much alike to be taken for one another
EXACT_FROM = 92.0  # a whole command this like a closed phrase is that command
_KINDS = {"w": 'the words "{}"', "c": 'the letters "{}"', "k": "the class {}", "s": "the sense of the whole"}
_POLITE = frozenset("please okay ok um uh er now then just oh right well so hey yes yeah yep".split())


@dataclass(frozen=True)
class Evidence:
    """Hold the probability of each label before anything about the conversation is considered.

    `gravest` is the most that any likely free reading says for each label: a red flag in one of them must not drown.
    """

    readings: tuple[Hypothesis, ...]
    probabilities: Mapping[str, float]
    gravest: Mapping[str, float]
    exact: str | None
    strange: tuple[str, ...]
    doubt: float


class Matcher:
    """Match utterances with learned weights; `weigh` looks at the words, `rank` at the conversation too."""

    def __init__(self, weights: Weights, vectors: WordVectors) -> None:
        self._weights = weights
        self._vectors = vectors
        self._vocabulary = sorted(w for w in weights.known if len(w) >= ALIGN_LETTERS)
        self.closed = weights.closed
        self._closed = list(weights.closed)
        self._timed = {durations.plain(text): label for text, label in weights.closed.items() if "timer" in label}
        self._aligned: dict[str, str] = {}
        self._foreign = weights.labels.index("none")

    def reasons(self, text: str, label: str, most: int = 4) -> list[tuple[str, float]]:
        """Give what speaks most for a label in a normalized text, in words, with its share of the logit."""
        found = self._weights.reasons(text, label, self._vectors)[:most]
        return [(_KINDS[name[0]].format(name[2:].strip()), share) for name, share in found]

    def nearest(self, text: str, phrases: Sequence[str], most: int = 2) -> list[str]:
        """Give the phrases that mean most nearly the same as a normalized text, by the vectors of the sentences."""
        found = self._vectors.sentences([text.split(), *(p.split() for p in phrases)], self._weights.importance)
        return [phrases[i] for i in np.argsort(-(found[1:] @ found[0]))[:most]]

    def is_padding(self, text: str) -> bool:
        """Tell whether no word of a normalized text says anything about a topic."""
        return all(word in self._weights.common for word in text.split())

    def align(self, text: str) -> str:
        """Replace strange words by the known word they are most like, where one is alike enough."""
        strange = set(self._weights.strange(text))
        return " ".join(self._nearest(w) if w in strange else w for w in text.split()) if strange else text

    def _nearest(self, word: str) -> str:
        if len(word) < ALIGN_LETTERS:
            return word
        if word not in self._aligned:
            found = process.extractOne(word, self._vocabulary, scorer=fuzz.ratio, score_cutoff=ALIGN_FROM)
            if len(self._aligned) > 5000:
                self._aligned.clear()
            self._aligned[word] = found[0] if found else word
        return self._aligned[word]

    def weigh(self, heard: Heard) -> Evidence:
        """Weigh all readings of an utterance; their weights are scaled to add up to 1."""
        readings = [Hypothesis(normalize(h.text), h.weight) for h in heard.alternatives]
        plain = tuple(h for h in readings if h.text)
        aligned = [Hypothesis(self.align(h.text), h.weight) for h in plain]
        total = sum(h.weight for h in aligned) or 1.0
        shares = np.array([h.weight / total for h in aligned] or [1.0], dtype=np.float32)
        said = self._weights.evidence([h.text for h in aligned] or [""], self._vectors)
        odds = self._weights.probabilities(said)
        free = shares @ odds
        if len(aligned) > 1:
            free[self._foreign] *= GARBLED
            free /= free.sum()
        closed = normalize(heard.closed) if aligned else ""
        second = self._second_opinion(shares @ said, closed) if closed else None
        best = aligned[0].text if aligned else ""
        likely = [i for i, share in enumerate(shares) if share >= LIKELY_FROM or share == shares.max()]
        doubts = np.array([self._doubt(h.text) for h in aligned] or [0.0], dtype=np.float32)
        agreed = closed if any(closed == h.text for h in plain) else best
        return Evidence(
            readings=plain,
            probabilities=self._named(free if second is None else second),
            gravest=self._named(doubted(odds[likely], doubts[likely, None]).max(axis=0)),
            exact=self.exact(agreed),
            strange=tuple(self._weights.strange(best)),
            doubt=float(doubts[likely].min()),
        )

    def _doubt(self, text: str) -> float:
        """Give what strange words and a long sentence take from the logit of whatever a text is taken for."""
        words = text.split()
        content = [w for w in words if w not in self._weights.common]
        unknown = len(self._weights.strange(text)) / len(content) if content else 0.0
        return STRANGE_DOUBT * unknown + LONG_DOUBT * max(0, len(words) - LONG_FROM)

    def _second_opinion(self, said: npt.NDArray[np.float32], closed: str) -> npt.NDArray[np.float32] | None:
        """Weigh the grammar's reading in; None unless a closed label wins, for the grammar knows nothing else."""
        total = said + CLOSED_WEIGHT * self._weights.evidence([closed], self._vectors)[0]
        found = self._weights.probabilities(total / np.float32(1.0 + CLOSED_WEIGHT))
        return found if self._weights.labels[int(found.argmax())].startswith(CLOSED_LABELS) else None

    def _named(self, shares: npt.NDArray[np.float32]) -> dict[str, float]:
        return dict(zip(self._weights.labels, shares.tolist(), strict=True))

    def weigh_text(self, text: str) -> Mapping[str, float]:
        """Give the probability of each label for one normalized text, {} for no words."""
        return self.weigh(Heard((Hypothesis(text, 1.0),))).probabilities if text else {}

    def ending(self, text: str) -> float:
        """Give the share of phrases that end with the last words of a normalized text."""
        return endpoint.ending(self._weights.endings, text)

    def exact(self, text: str) -> str | None:
        """Give the label of the closed phrase that a normalized text is to the letter, or nearly so."""
        for candidate in (text, " ".join(w for w in text.split() if w not in _POLITE)):
            if candidate in self._weights.closed:
                return self._weights.closed[candidate]
            if (timed := self._timed.get(durations.plain(candidate))) is not None:
                return timed
        if 6 <= len(text) <= 40:
            found = process.extractOne(text, self._closed, scorer=fuzz.ratio, score_cutoff=EXACT_FROM)
            # one word more or less may turn the sense ("not that one"): only letters may differ
            if found and len(found[0].split()) == len(text.split()):
                return self._weights.closed[found[0]]
        return None

    def rank(self, evidence: Evidence, leave_out: tuple[str, ...] = ()) -> Verdict:
        """Rank labels, scores 0 to 100; labels that start with one of `leave_out` cannot be meant now."""
        allowed = (
            {k: p for k, p in evidence.probabilities.items() if not k.startswith(leave_out)}
            if leave_out
            else dict(evidence.probabilities)
        )
        total = sum(allowed.values()) or 1.0
        exact = evidence.exact
        if exact is not None and not (leave_out and exact.startswith(leave_out)):
            return Verdict((Match(exact, 100.0),), evidence.strange)
        ranked = sorted(allowed.items(), key=lambda item: -item[1])
        matches = tuple(Match(label, 100 * float(doubted(p / total, evidence.doubt))) for label, p in ranked[:6])
        return Verdict(matches, evidence.strange)


def doubted(share: Any, doubt: Any) -> Any:
    """Give a probability after doubt was taken from its logit."""
    return share / (share + (1 - share) * np.exp(doubt))
