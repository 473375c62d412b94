"""How figures read: the same words in the terminal, in Markdown and in HTML."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from evals.metrics.word_errors import WordErrors
from evals.report.figures import Delay, Delays, Share
from evals.report.summary import Figures, Summary
from evals.scoring.coverage import Coverage
from evals.scoring.repeats import RepeatedCase

NOTHING = "–"

Column = tuple[str, Callable[[Figures], str]]

COLUMNS: tuple[Column, ...] = (
    ("calls passed", lambda figures: counted(figures.calls)),
    ("words wrong", lambda figures: word_error_rate(figures.words)),
    ("answer p50", lambda figures: delay(figures.response.quantile(0.5))),
    ("answer p95", lambda figures: delay(figures.response.quantile(0.95))),
    ("turns missed", lambda figures: counted(figures.missed_turns)),
    ("yield p50", lambda figures: delay(figures.yielding.quantile(0.5))),
    ("yield p95", lambda figures: delay(figures.yielding.quantile(0.95))),
    ("false stops", lambda figures: counted(figures.false_stops)),
)
"""The columns of every table of groups."""


def columns_with_values(figures: Sequence[Figures]) -> list[Column]:
    """Those columns in which any of the groups has a value: a text run has no delays."""
    return [column for column in COLUMNS if any(column[1](group) != NOTHING for group in figures)]


def percent(ratio: float | None) -> str:
    """`41.7 %`; whole ones without decimals."""
    if ratio is None:
        return NOTHING
    return f"{100 * ratio:.0f} %" if ratio in (0, 1) else f"{100 * ratio:.1f} %"


def counted(share: Share) -> str:
    """`7/8`."""
    return f"{share.count}/{share.of}" if share.of else NOTHING


def rate_of(share: Share) -> str:
    """`7 of 8 (87.5 %, 95 % interval 52.9 to 97.8)`."""
    interval = share.interval
    if interval is None or interval.low is None or interval.high is None:
        return NOTHING
    return (
        f"{share.count} of {share.of} ({percent(share.rate)}, "
        f"95 % interval {100 * interval.low:.1f} to {100 * interval.high:.1f})"
    )


def interval_of(share: Share) -> str:
    """`52.9 to 97.8 %`, Wilson's 95 % interval."""
    interval = share.interval
    if interval is None or interval.low is None or interval.high is None:
        return NOTHING
    return f"{100 * interval.low:.1f} to {100 * interval.high:.1f} %"


def word_error_rate(words: WordErrors) -> str:
    """`12.5 % (5/40)`; errors over words said."""
    if words.rate is None:
        return NOTHING
    return f"{percent(words.rate)} ({words.errors}/{words.reference_words})"


def delay(value: Delay | None) -> str:
    """`820 ms`, and `≥ 4000 ms` where the true one is longer."""
    if value is None:
        return NOTHING
    return f"{'≥ ' if value.censored else ''}{value.ms:.0f} ms"


def delays_of(delays: Delays) -> str:
    """`p50 820 ms, p95 1240 ms, longest 1300 ms (n = 42)`, with how many are only known to be longer."""
    if not delays.n:
        return NOTHING
    text = (
        f"p50 {delay(delays.quantile(0.5))}, p95 {delay(delays.quantile(0.95))}, "
        f"longest {delay(delays.quantile(1))} (n = {delays.n}"
    )
    return text + (f", {delays.censored} not seen to end)" if delays.censored else ")")


def headline_figures(summary: Summary) -> list[tuple[str, str]]:
    """The run's own figures, each with its name and what it rests on; those without a value are left out."""
    figures = summary.all
    words = figures.words
    lines = [
        ("Calls passed", rate_of(figures.calls)),
        *_repeat_lines(summary),
        ("Tasks done", rate_of(figures.task)),
        (
            "Words heard wrong",
            NOTHING
            if words.rate is None
            else f"{percent(words.rate)} of {words.reference_words} said: {words.substitutions} substituted, "
            f"{words.deletions} lost, {words.insertions} added",
        ),
        ("Entities heard right", rate_of(figures.all_entities)),
        *_entity_lines(figures),
        ("Time to answer", delays_of(figures.response)),
        ("Turns without an answer", rate_of(figures.missed_turns)),
        ("Time to fall silent when interrupted", delays_of(figures.yielding)),
        ("… less the line's own delay", delays_of(figures.yielding_net)),
        ("Interruptions talked through", rate_of(figures.missed_interruptions)),
        ("Replies given up for a mere noise", rate_of(figures.false_stops)),
        ("Pauses of the caller cut into", rate_of(figures.cut_ins)),
        ("Left the transcript", _diverged(summary)),
    ]
    return [(name, text) for name, text in lines if text != NOTHING]


def flaky_case(case: RepeatedCase) -> str:
    """`3 of 5 repeats passed`."""
    return f"{case.passed} of {case.of} repeats passed"


def never_visited(coverage: Coverage) -> list[tuple[str, list[str]]]:
    """What of a flow no call came to: a heading and the entries, for each kind of which something is left."""
    flow = coverage.flow
    edges = [f"{edge.state} > {edge.to} ({', '.join(edge.branches)})" for edge in coverage.edges_never]
    lists = [
        (f"States of {flow} never visited", list(coverage.states_never), coverage.states),
        (f"Branches of {flow} never taken", edges, coverage.edges),
        (f"Tools of {flow} never called", list(coverage.tools_never), coverage.tools),
    ]
    return [(f"{heading}, {len(left)} of {total}", left) for heading, left, total in lists if left]


def _entity_lines(figures: Figures) -> list[tuple[str, str]]:
    lines = []
    if len(figures.entities) > 1:
        kinds = ", ".join(f"{kind.replace('_', ' ')} {counted(share)}" for kind, share in figures.entities)
        lines.append(("… by kind", kinds))
    wrong, said = figures.digits_wrong
    return [*lines, ("Digits heard wrong", f"{wrong} of {said} ({percent(wrong / said)})")] if said else lines


def _diverged(summary: Summary) -> str:
    if not summary.diverged:
        return NOTHING
    count = sum(replies for _, replies in summary.diverged)
    what = "reply" if count == 1 else "replies"
    return f"{count} {what} in {len(summary.diverged)} of {summary.all.calls.of} calls"


def _repeat_lines(summary: Summary) -> list[tuple[str, str]]:
    return [
        (
            f"Passed in all of {rates.k} repeats",
            f"{percent(rates.pass_all)} (pass^{rates.k}); in one of them {percent(rates.pass_at)} "
            f"(pass@{rates.k}); {rates.cases} case{'' if rates.cases == 1 else 's'}",
        )
        for rates in summary.repeats
    ]


def verdict(summary: Summary) -> str:
    """The run in one sentence."""
    calls = summary.all.calls
    shard = f"shard {summary.run.shard}: " if summary.run.shard else ""
    if not calls.of and summary.holds:
        return f"PASS: {shard}no case falls into it."
    if not calls.of:
        return "NOTHING PLAYED: the run has no finished call."
    failed_gates = sum(gate.outcome == "fail" for gate in summary.gates)
    parts = [f"{calls.count} of {calls.of} calls met their expectations"]
    if failed_gates:
        parts.append(f"{failed_gates} of {len(summary.gates)} gates failed")
    undecided_gates = sum(gate.outcome == "too_little_data" for gate in summary.gates)
    if undecided_gates:
        parts.append(f"{undecided_gates} of {len(summary.gates)} gates had too little data")
    if summary.flaky:
        parts.append(f"{len(summary.flaky)} flaky")
    if summary.missing:
        parts.append(f"{len(summary.missing)} of {len(summary.run.cases)} cases were not played")
    if shard:
        parts.append("gates are judged on the merged run")
    return f"{_state(summary)}: {shard}{'; '.join(parts)}."


def _state(summary: Summary) -> str:
    if summary.holds:
        return "UNDECIDED" if summary.undecided else "PASS"
    return "INCOMPLETE" if summary.missing and not summary.failing else "FAIL"
