"""A comparison for the terminal."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from evals.report.comparison.exchanges import Exchange, ExchangePair
from evals.report.comparison.model import ChangedCall, Comparison
from evals.report.comparison.wording import (
    case_line,
    chance,
    did,
    difference,
    first_words,
    heading,
    heard,
    layers,
    not_compared,
    said,
    turn_name,
    value,
    verdict,
    waited,
)
from evals.report.wording import NOTHING
from evals.scoring.case_changes import Change
from evals.scoring.verdict import GateOutcome

MANY = 12
"""Cases listed and calls shown turn by turn; the other forms of the report have more."""

_GATE_STYLE = {GateOutcome.PASS: "green", GateOutcome.FAIL: "bold red", GateOutcome.TOO_LITTLE_DATA: "yellow"}
_STYLE = {
    GateOutcome.PASS: "bold green",
    GateOutcome.FAIL: "bold red",
    GateOutcome.TOO_LITTLE_DATA: "bold yellow",
}


def render(comparison: Comparison, *, calls: int = 3) -> RenderableType:
    """What `milliwatt compare` prints. Texts of the runs go in as `Text`, never as markup.

    Args:
        comparison: the comparison.
        calls: how many of the calls that got worse are shown turn by turn.
    """
    parts: list[RenderableType] = [_runs(comparison)]
    worse = [call for call in comparison.changed if not call.after.passed]
    parts += [_call(call) for call in worse[:calls]]
    for kind, name in ((Change.WORSE, "Worse"), (Change.BETTER, "Better")):
        cases = comparison.of_kind(kind)
        if cases:
            causes = {call.case_id: call.cause for call in comparison.changed}
            lines = []
            for case in cases:
                cause = next((causes[call] for call in case.flipped if call in causes), None)
                lines.append(case_line(case) + (f"  [{cause.layer}: {cause.rule}]" if cause else ""))
            parts.append(_listed(name, lines))
    if comparison.flaky:
        parts.append(_listed("Flaky", [case_line(case) for case in comparison.flaky]))
    if comparison.otherwise:
        lines = [f"{call.case_id}  [{first_words(call)}]" for call in comparison.otherwise]
        parts.append(_listed("Came out alike, but went otherwise", lines, count=comparison.went_otherwise))
    left_out = not_compared(comparison)
    if left_out:
        parts.append(_listed("Not compared", left_out))
    if any(change.verdict for change in comparison.metrics):
        parts.append(_metrics(comparison))
    if comparison.verdicts:
        parts.append(_gates(comparison))
    if layers(comparison):
        parts.append(Text(f"Calls that got worse, by where it comes from: {layers(comparison)}"))
    parts += [Text(f"note: {note}") for note in comparison.notes]
    parts.append(Text(verdict(comparison), style=_STYLE[comparison.outcome]))
    return Group(*(Padding(part, (0, 0, 1, 0), expand=False) for part in parts[:-1]), parts[-1])


def _runs(comparison: Comparison) -> Table:
    table = _table("", "run", "level", "seed", "commit", "settings", "passed")
    for name, side in (("before", comparison.before), ("now", comparison.after)):
        passed = f"{sum(row.passed for row in side.rows)}/{len(side.rows)}"
        run = side.run
        about = (
            [run.level, str(run.seed), run.commit, _settings(run.settings)]
            if run
            else ["baseline", "", "", ""]
        )
        table.add_row(name, *(Text(text) for text in (side.name, *about, passed)))
    return table


def _settings(settings: Mapping[str, str]) -> str:
    return " ".join(f"{key}={text}" for key, text in sorted(settings.items()))


def _call(call: ChangedCall) -> Group:
    lines: list[RenderableType] = [
        Text.assemble((call.case_id, "bold"), f": {heading(call)}"),
        *(Padding(Text(_one_line(reason), style="red"), (0, 0, 0, 2)) for reason in call.after.reasons[:3]),
        Padding(Text(f"{call.cause.layer} ({call.cause.rule}): {_one_line(call.cause.why)}"), (0, 0, 0, 2)),
    ]
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for name in ("", "", "before", "now"):
        table.add_column(name, overflow="fold")  # a tool's arguments are one long word
    shown = [place for place, pair in enumerate(call.pairs) if pair.differs][:2]
    for place in shown:
        for row in _turn(place, call.pairs[place], first=place == call.first):
            table.add_row(*row)
    if shown:
        lines.append(Padding(table, (0, 0, 0, 2)))
    return Group(*lines)


def _turn(place: int, pair: ExchangePair, *, first: bool) -> list[tuple[Text, ...]]:
    """The rows of one exchange, the parts that differ in bold."""
    either = pair.after or pair.before
    assert either is not None
    name = turn_name(place) + (" (first to differ)" if first else "")
    words = _one_line(f"{either.said} ({either.doing})" if either.doing else either.said)
    rows: list[tuple[Text, ...]] = []
    if place:
        rows.append((Text(name, style="bold" if first else ""), Text("caller"), Text(words), Text("")))

    def row(what: str, show: tuple[str, str]) -> None:
        if any(show):
            style = "bold yellow" if show[0] != show[1] else "dim"
            label = Text("" if rows else name, style="bold" if first else "")
            rows.append((label, Text(what), *(Text(_one_line(text), style=style) for text in show)))

    old, new = pair.before, pair.after
    row("heard", (_of(old, heard), _of(new, heard)))
    row("did", (_of(old, lambda side: "; ".join(did(side))), _of(new, lambda side: "; ".join(did(side)))))
    row("said", (_of(old, said), _of(new, said)))
    if first:
        row("wait", (_of(old, waited), _of(new, waited)))
    return rows


def _of(side: Exchange | None, show: Callable[[Exchange], str]) -> str:
    return NOTHING if side is None else show(side)


def _listed(what: str, entries: Sequence[str], *, count: int | None = None) -> Group:
    count = len(entries) if count is None else count
    lines = [Text(f"{what} ({count}):", style="bold")]
    lines += [Text(f"  {_one_line(entry)}") for entry in entries[:MANY]]
    if count > MANY:
        lines.append(
            Text(f"  … and {count - min(MANY, len(entries))} more; an HTML, Markdown or JSON report has them")
        )
    return Group(*lines)


def _metrics(comparison: Comparison) -> Table:
    table = _table("metric", "before", "now", "difference", "")
    for change in comparison.metrics:
        if change.verdict:
            style = {"worse": "red", "better": "green"}.get(change.verdict, "")
            cells = (value(change.before, change.unit), value(change.after, change.unit), difference(change))
            table.add_row(change.metric, *cells, Text(chance(change), style=style))
    return table


def _gates(comparison: Comparison) -> Table:
    table = _table("gate", "says", "because")
    for gate in comparison.verdicts:
        outcome = Text(gate.outcome.replace("_", " "), style=_GATE_STYLE[gate.outcome])
        table.add_row(Text(gate.gate), outcome, Text(_one_line(gate.reason)))
    return table


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for name in columns:
        table.add_column(name)
    return table


def _one_line(text: str) -> str:
    return " ".join(text.split())
