"""A summary for the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from evals.report.summary import FailingCase, Figures, Summary
from evals.report.wording import columns_with_values, flaky_case, headline_figures, never_visited, verdict
from evals.scoring.verdict import GateOutcome

MANY, MANY_REASONS = 12, 3
"""Failing cases printed, and reasons for each; the reports have them all."""

_GATE_STYLE = {GateOutcome.PASS: "green", GateOutcome.FAIL: "bold red", GateOutcome.TOO_LITTLE_DATA: "yellow"}


def render(summary: Summary) -> RenderableType:
    """What `milliwatt run` prints at its end: what failed and why, figures by line and voice, the verdict.

    Texts of the run go in as `Text`, never as markup: what a caller says cannot colour a terminal.
    """
    parts: list[RenderableType] = []
    # The longest part comes first, so that figures and verdict are what stands on the screen at the end.
    if summary.failing:
        parts.append(_failing(summary.failing))
    if summary.flaky:
        parts.append(_listed("Flaky", [f"{case.name}: {flaky_case(case)}" for case in summary.flaky]))
    if summary.all.calls.of:
        parts.append(_groups("line", summary.by_line, summary.all))
        if len(summary.by_voice) > 1:
            parts.append(_groups("voice", summary.by_voice, None))
        parts.append(_headline(summary))
    for flow in summary.coverage:
        left = never_visited(flow)
        if left:
            parts.append(Group(*(_in_a_row(heading, entries) for heading, entries in left)))
    if summary.gates:
        parts.append(_gates(summary))
    style = "bold yellow" if summary.undecided else "bold green" if summary.holds else "bold red"
    parts.append(Text(verdict(summary), style=style))
    return Group(*(Padding(part, (0, 0, 1, 0), expand=False) for part in parts[:-1]), parts[-1])


def _groups(what: str, groups: Sequence[Figures], total: Figures | None) -> Table:
    columns = columns_with_values([*groups, *([total] if total else [])])
    table = Table(box=None, pad_edge=False, header_style="bold")
    # Where the terminal is narrow, figures and headings fold rather than the names that tell the rows apart.
    table.add_column(
        what, no_wrap=True, min_width=max(len(group.name) for group in groups) if groups else None
    )
    for name, _ in columns:
        table.add_column(name, justify="right", overflow="fold")
    for group in groups:
        table.add_row(Text(group.name), *(show(group) for _, show in columns))
    if total is not None and len(groups) > 1:
        table.add_row(Text("all", style="bold"), *(Text(show(total), style="bold") for _, show in columns))
    return table


def _headline(summary: Summary) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(style="bold")
    table.add_column()
    for name, text in headline_figures(summary):
        table.add_row(name, text)
    return table


def _failing(cases: Sequence[FailingCase]) -> Group:
    lines: list[RenderableType] = [Text(f"Failed ({len(cases)}):", style="bold")]
    for case in cases[:MANY]:
        lines.append(Text(f"  {case.case_id}", style="red"))
        reasons = [_one_line(reason) for reason in case.reasons[:MANY_REASONS]]
        if len(case.reasons) > MANY_REASONS:
            reasons.append(f"… and {len(case.reasons) - MANY_REASONS} more")
        lines.extend(Padding(Text(reason), (0, 0, 0, 6)) for reason in reasons)
    if len(cases) > MANY:
        lines.append(Text(f"  … and {len(cases) - MANY} more; a report has them all"))
    return Group(*lines)


def _listed(what: str, entries: Sequence[str]) -> Group:
    lines = [Text(f"{what} ({len(entries)}):", style="bold")]
    lines += [Text(f"  {_one_line(entry)}") for entry in entries[:MANY]]
    if len(entries) > MANY:
        lines.append(Text(f"  … and {len(entries) - MANY} more; a report has them all"))
    return Group(*lines)


def _in_a_row(heading: str, entries: Sequence[str]) -> Text:
    more = f", … and {len(entries) - MANY} more" if len(entries) > MANY else ""
    return Text.assemble((f"{heading}: ", "bold"), ", ".join(entries[:MANY]) + more)


def _gates(summary: Summary) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("gate", "says", "because"):
        table.add_column(name)
    for gate in summary.gates:
        outcome = Text(gate.outcome.replace("_", " "), style=_GATE_STYLE[gate.outcome])
        table.add_row(Text(gate.gate), outcome, Text(_one_line(gate.reason)))
    return table


def _one_line(text: str) -> str:
    return " ".join(text.split())
