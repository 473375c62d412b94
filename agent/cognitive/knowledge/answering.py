"""The sentences of a document that answer a question, few enough to be said on the telephone. Pure.

Nothing is made up: the answer is one or two whole sentences of one passage. A sentence counts for what of the question
it covers, together with the headings it stands under ("Opening hours" makes "Nine to five" an answer); the second is
the one that adds most of its own words to the first, and there is none when none adds anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from agent.cognitive.knowledge.chunks import lines_of
from agent.cognitive.knowledge.terms import term_set
from agent.cognitive.ports import Citation, Passage

UNKNOWN_BELOW = 0.5
"""A best score below this is "I don't know". Fitted on half of `corpora/knowledge`: see docs/knowledge.md."""
MAX_ANSWER_WORDS = 45
"""Eighteen seconds at 150 words a minute: about what a caller listens to without a word of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What can be said, where it stands, and the score of the passage it is from."""

    text: str
    citation: Citation
    score: float


def extracted_answer(
    passages: Sequence[Passage],
    *,
    unknown_below: float = UNKNOWN_BELOW,
    max_words: int = MAX_ANSWER_WORDS,
) -> Answer | None:
    """The answer that the passages, best first, have to a question; None when they do not have one."""
    best: tuple[float, float] = (-1.0, -1.0)
    answer = None
    for passage in passages:
        if passage.score < unknown_below:
            continue
        found = _sentences(passage, max_words)
        if found and (found[0], passage.score) > best:
            best = (found[0], passage.score)
            answer = Answer(text=found[1], citation=passage.citation, score=passage.score)
    return answer


def _sentences(passage: Passage, max_words: int) -> tuple[float, str] | None:
    """What the passage's best sentences cover, and the sentences; None when none of them is short enough."""
    lines = [line for line in lines_of(passage.text) if len(line.split()) <= max_words]
    if not lines:
        return None
    heading = _covered(passage.citation.heading, passage.evidence)
    own = [_covered(line, passage.evidence) for line in lines]
    covers = [heading | covered for covered in own]

    def merit(at: int) -> tuple[float, float, int]:
        # Under a heading that says it all, the sentence that says it once more is the one that is meant.
        return _weight(covers[at], passage.evidence), _weight(own[at], passage.evidence), -at

    first = max(range(len(lines)), key=merit)
    chosen = [first]
    room = max_words - len(lines[first].split())
    others = [at for at in range(len(lines)) if at != first and len(lines[at].split()) <= room]
    gains = {at: _weight(own[at] - own[first], passage.evidence) for at in others}
    second = max(others, key=lambda at: (gains[at], -at), default=None)
    if second is not None and gains[second] > 0:
        chosen = sorted([first, second])
    covered = frozenset[str]().union(*(covers[at] for at in chosen))
    return _weight(covered, passage.evidence), " ".join(_ended(lines, chosen))


def _covered(text: str, evidence: Mapping[str, float]) -> frozenset[str]:
    return term_set(text) & evidence.keys()


def _weight(covered: frozenset[str], evidence: Mapping[str, float]) -> float:
    # In the question's order, so that equal sets weigh the same to the last bit.
    return sum(weight for term, weight in evidence.items() if term in covered)


def _ended(lines: Sequence[str], chosen: Sequence[int]) -> Iterator[str]:
    """The sentences, each with a full stop: an item of a list may have none."""
    for at in chosen:
        yield lines[at] if lines[at][-1] in ".?!" else f"{lines[at].rstrip(',;:')}."
