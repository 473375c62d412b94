"""What `milliwatt knowledge` prints: values to text and tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.table import Table

from agent.cognitive.knowledge.answer_tool import shown
from agent.cognitive.knowledge.answering import Answer
from agent.cognitive.ports import Passage
from evals.commands.knowledge import FIT, TEST, THRESHOLDS, Asked, hits


def answer_text(answer: Answer | None, unknown_below: float) -> str:
    """What the agent would say, in a line or two."""
    if answer is None:
        return f"unknown: no passage that can be said has a score of {unknown_below:g} or more"
    return f"{answer.text}\n({shown(answer.citation)}; score {answer.score:.2f})"


def passages_table(passages: Sequence[Passage]) -> Table:
    """The passages, best first, with the terms that speak for each."""
    table = Table("score", "where", "passage", "terms")
    for passage in passages:
        evidence = ", ".join(f"{term} {share:.2f}" for term, share in passage.evidence.items())
        table.add_row(f"{passage.score:.2f}", shown(passage.citation), passage.text, evidence)
    return table


def thresholds_table(asked: Sequence[Asked], unknown_below: float) -> Table:
    """Precision and recall of both parts at each threshold, the one in use among them."""
    table = Table("unknown below", *(f"{part}: {what}" for part in (FIT, TEST) for what in _COLUMNS))
    for threshold in sorted({*THRESHOLDS, unknown_below}):
        cells = []
        for part in (FIT, TEST):
            counts = hits([one for one in asked if one.question.part == part], threshold)
            cells += [f"{counts.right} of {counts.answered}", _share(counts.precision), _share(counts.recall)]
        table.add_row(f"{threshold:g}", *cells, style="bold" if threshold == unknown_below else "")
    return table


def wrong_answers(asked: Sequence[Asked], unknown_below: float) -> Iterator[str]:
    """The answers given at this threshold that are not right, a line each."""
    for one in asked:
        if one.answer is not None and one.score >= unknown_below and not one.right:
            wanted = one.question.document or "no answer"
            yield (
                f"wrong ({one.question.part}, wanted {wanted}): {one.question.text} -> "
                f"{one.answer.text} [{shown(one.answer.citation)}, {one.score:.2f}]"
            )


_COLUMNS = ("right", "precision", "recall")


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
