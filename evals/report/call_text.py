"""A call as plain text: why it failed, and what was said and heard. For logs, where there is no page to look at."""

from __future__ import annotations

from agent.units import NS_PER_S
from evals.metrics.normaliser import normalise
from evals.report.conversation import AgentLine, CallerLine, Line, conversation
from evals.report.summary import reasons_of
from evals.report.timeline_svg import clock_time
from evals.store.finished import FinishedCall

MOST_LINES = 400  # of a conversation; a call that goes round in circles must not fill a CI job's log


def render(call: FinishedCall) -> str:
    """The call's expectations that did not hold, its path and its conversation; several lines without a newline.

    Texts of the call stand on one line each and without control characters, so that none can forge another line.
    """
    record = call.record
    lines = [_plain(reason) for reason in reasons_of(call)]
    lines += [
        "",
        f"outcome {_plain(record.outcome or 'none')}, by way of {' > '.join(map(_plain, record.path))}",
        "",
    ]
    told = conversation(record)
    for line in told[:MOST_LINES]:
        lines += _lines(line)
    if len(told) > MOST_LINES:
        lines.append(f"… and {len(told) - MOST_LINES} lines more")
    return "\n".join(lines)


def _lines(line: Line) -> list[str]:
    time = clock_time(line.start_ns // NS_PER_S)
    if isinstance(line, AgentLine):
        return [f"{time}  agent   {_plain(line.text)}{' –' if line.cut else ''}"]
    doing = f"[{line.doing}] " if line.doing else ""
    said = [f"{time}  caller  {doing}{_plain(line.said)}".rstrip()]
    return [*said, f"{'':{len(time)}}  heard   {_plain(line.heard)}"] if _misheard(line) else said


def _misheard(line: CallerLine) -> bool:
    return bool(line.heard) and normalise(line.heard) != normalise(line.said)


def _plain(text: str) -> str:
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
