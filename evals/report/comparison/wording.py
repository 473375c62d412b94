"""How a comparison reads: the same words in the terminal, in Markdown and in HTML."""

from __future__ import annotations

from collections.abc import Mapping

from evals.report.comparison.exchanges import Exchange, Part
from evals.report.comparison.model import ChangedCall, Comparison
from evals.report.wording import percent
from evals.scoring.case_changes import CaseChange, Change
from evals.scoring.metric_changes import MetricChange
from evals.scoring.verdict import GateOutcome

PART_NAMES: Mapping[Part, str] = {
    Part.THERE: "only in one",
    Part.HEARD: "heard",
    Part.PIECES: "heard in other turns",
    Part.DID: "did",
    Part.SAID: "said",
    Part.CUT: "cut",
}

_STATE = {GateOutcome.PASS: "PASS", GateOutcome.FAIL: "FAIL", GateOutcome.TOO_LITTLE_DATA: "UNDECIDED"}


def verdict(comparison: Comparison) -> str:
    """The comparison in one sentence."""
    gates = comparison.verdicts
    failed = sum(gate.outcome is GateOutcome.FAIL for gate in gates)
    undecided = sum(gate.outcome is GateOutcome.TOO_LITTLE_DATA for gate in gates)
    parts = [
        f"{failed} of {_many(len(gates), 'gate')} failed" if failed else f"no gate of {len(gates)} failed"
    ]
    if undecided:
        parts.append(f"{undecided} had too little data")
    parts.append(f"of {_many(len(comparison.cases), 'case')} {tally(comparison)}")
    return f"{_STATE[comparison.outcome]}: {'; '.join(parts)}."


def tally(comparison: Comparison) -> str:
    """`10 got worse, 0 better, 3 fail in both, 11 pass in both; 2 are flaky`."""
    count = {kind: len(comparison.of_kind(kind)) for kind in Change}
    text = (
        f"{count[Change.WORSE]} got worse, {count[Change.BETTER]} better, {count[Change.FAILS]} fail in both, "
        f"{count[Change.PASSES]} pass in both"
    )
    flaky = len(comparison.flaky)
    return f"{text}; {flaky} {'is' if flaky == 1 else 'are'} flaky" if flaky else text


def layers(comparison: Comparison) -> str:
    """`audio layer 10, cognitive layer 1`, of the calls that got worse; empty where none is put down to anything."""
    return ", ".join(f"{layer} {count}" for layer, count in comparison.layers.items())


def case_line(case: CaseChange) -> str:
    """`smoke/books/en-gb/clean: 5 of 5 repeats passed before, 3 of 5 now (flaky)`."""
    flaky = " (flaky)" if case.flaky else ""
    if case.before.of == 1:
        return case.name
    passed = f"{case.before.passed} of {case.before.of} repeats passed before, {case.after.passed} now"
    return f"{case.name}: {passed}{flaky}"


def value(number: float, unit: str) -> str:
    """A metric's value with its unit; rates as percentages."""
    if unit == "ms":
        return f"{number:.0f} ms"
    return percent(number) if unit in ("", "yes=1") else f"{number:.3g}"


def difference(change: MetricChange) -> str:
    """`+91 ms (95 % interval +40 to +142)`; a rate's in points."""
    scale, unit, decimals = _scale(change.unit)
    text = f"{change.difference * scale:+.{decimals}f}{unit}"
    if change.low is None or change.high is None:
        return text
    return f"{text} (95 % interval {change.low * scale:+.{decimals}f} to {change.high * scale:+.{decimals}f})"


def chance(change: MetricChange) -> str:
    """What may be said of the difference, with its p-value."""
    return f"{change.verdict} ({p_value(change)})" if change.verdict else p_value(change)


def p_value(change: MetricChange) -> str:
    """How likely such a difference is by chance."""
    if change.p is None:
        return f"too few cases to say ({change.cases})"
    if change.verdict:
        return f"p = {change.p:.3g}, below {change.level:.3g}"
    return f"may be chance (p = {change.p:.3g})" if change.difference else "the same"


def heading(call: ChangedCall) -> str:
    """`passed before, fails now`."""
    names = {True: "passed", False: "failed"}, {True: "passes", False: "fails"}
    return f"{names[0][call.before.passed]} before, {names[1][call.after.passed]} now"


def turn_name(place: int) -> str:
    """The greeting, or which turn of the caller's."""
    return "greeting" if place == 0 else f"turn {place}"


def heard(side: Exchange) -> str:
    """What the agent heard, the turns that it made of it parted by a bar."""
    if side.heard is None:
        return "(not reported)"
    return " | ".join(side.pieces) if len(side.pieces) > 1 else side.heard


def did(side: Exchange) -> tuple[str, ...]:
    """What the agent did: one line for states, each tool, what it captured, and the end."""
    lines = [" › ".join(side.states)] if side.states else []
    lines += side.tools
    lines += [f"{name} = {text}" for name, text in sorted(side.captured.items())]
    return (*lines, side.ended) if side.ended else tuple(lines)


def said(side: Exchange) -> str:
    """What the agent said as it was heard, with a dash where it was cut."""
    return f"{side.replied}–" if side.cut else side.replied


def waited(side: Exchange) -> str:
    """How long the caller waited; empty where that is not measured."""
    if side.wait_ms is None:
        return ""
    return f"no answer in {side.wait_ms / 1000:.1f} s" if side.waited_in_vain else f"{side.wait_ms:.0f} ms"


def first_words(call: ChangedCall) -> str:
    """Where a call first differs and in what; empty when it differs in nothing but time."""
    if call.first is None:
        return ""
    return f"{turn_name(call.first)}: {', '.join(PART_NAMES[part] for part in call.parts)}"


def not_compared(comparison: Comparison) -> list[str]:
    """What was left out, one line each."""
    lines = [str(mismatch) for mismatch in comparison.mismatches]
    for cases, which in ((comparison.only_before, "the run before"), (comparison.only_after, "the run now")):
        if cases:
            more = f" and {len(cases) - 1} more" if len(cases) > 1 else ""
            lines.append(f"only {which} has {cases[0]}{more}")
    return [*lines, *comparison.versions]


def _scale(unit: str) -> tuple[float, str, int]:
    if unit == "ms":
        return 1, " ms", 0
    return (100, " points", 1) if unit in ("", "yes=1") else (1, "", 2)


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"
