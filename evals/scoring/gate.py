"""The gate: whether a run keeps its bounds, and whether it is worse than its baseline by more than is accepted.

A regression gate fails on proof (`regression.py`), and proof is harder the more gates there are (`multiplicity.py`).
Absolute gates judge one run by itself (`absolute.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evals.scoring.absolute import judge_by_itself
from evals.scoring.case_rows import CallRow, pair
from evals.scoring.gate_wording import verdict
from evals.scoring.gates import Gates, RegressionGate
from evals.scoring.multiplicity import benjamini_hochberg_level, holm_levels
from evals.scoring.regression import Evidence, weigh
from evals.scoring.row_values import applies, better_of, known_metrics
from evals.scoring.verdict import GateOutcome, GateVerdict

FALSE_DISCOVERY_RATE = 0.05
"""Of undeclared metrics that are pointed at, the share that may be chance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """A gate's verdict with the numbers behind it; both are None where there was too little data.

    Attributes:
        verdict: what the gate says.
        p: how likely pairs like these are when the run is no worse than the gate accepts.
        detectable: the run's minimal detectable effect at the gate's level, in the metric's unit (rates from 0 to 1);
            None also where no loss would show in so few pairs.
    """

    verdict: GateVerdict
    p: float | None = None
    detectable: float | None = None


def judge(
    baseline: Sequence[CallRow], candidate: Sequence[CallRow], gates: Gates, rng: np.random.Generator
) -> list[GateVerdict]:
    """The verdict of every regression gate, as `assess` comes to it."""
    return [found.verdict for found in assess(baseline, candidate, gates, rng)]


def assess(
    baseline: Sequence[CallRow], candidate: Sequence[CallRow], gates: Gates, rng: np.random.Generator
) -> list[Assessment]:
    """The assessment of every regression gate, over the cases that may be compared (see `case_rows.pair`).

    Gates that have enough data are judged together: one fails when its p-value is below Holm's level for it, and below
    its own alpha. Gates of metrics that exist only where there is audio are left out when there was none.
    """
    weighed = _weigh_all(baseline, candidate, gates.regression, gates.alpha, rng)
    tested = [found for found in weighed if isinstance(found, Evidence)]
    levels = iter(holm_levels([found.p for found in tested], gates.alpha))
    return [
        _judged(found, min(next(levels), found.gate.alpha))
        if isinstance(found, Evidence)
        else Assessment(verdict=found)
        for found in weighed
    ]


def undeclared_changes(
    baseline: Sequence[CallRow], candidate: Sequence[CallRow], gates: Gates, rng: np.random.Generator
) -> list[str]:
    """One line for each metric without a regression gate that got worse beyond chance, all of them taken together.

    They were not declared to be looked at, so they fail nothing (Benjamini and Hochberg's correction).
    """
    gated = {gate.metric for gate in gates.regression}
    watched = [
        RegressionGate(name=metric, metric=metric, better=better_of(metric))
        for metric in known_metrics()
        if metric not in gated and better_of(metric)
    ]
    weighed = _weigh_all(baseline, candidate, watched, FALSE_DISCOVERY_RATE, rng)
    tested = [found for found in weighed if isinstance(found, Evidence)]
    level = benjamini_hochberg_level([found.p for found in tested], FALSE_DISCOVERY_RATE)
    return [
        f"{found.gate.name} has no gate and got worse: {found.finding}; p = {found.p:.3g}, below {level:.3g}"
        for found in tested
        if found.p < level
    ]


def judge_absolute(rows: Sequence[CallRow], gates: Gates, rng: np.random.Generator) -> list[GateVerdict]:
    """The verdict of every absolute gate over one run; see `judge` for those left out."""
    rows = sorted(rows, key=lambda row: row.case_id)
    seed = int(rng.integers(2**63))
    return [
        judge_by_itself(gate, rows, _dice(seed, gate.name))
        for gate in gates.absolute
        if applies(gate.metric, rows)
    ]


def exit_status(verdicts: Sequence[GateVerdict]) -> int:
    """0 when every gate passes, 1 when one fails, 3 when none fails but one had too little data."""
    outcomes = {verdict.outcome for verdict in verdicts}
    if GateOutcome.FAIL in outcomes:
        return 1
    return 3 if GateOutcome.TOO_LITTLE_DATA in outcomes else 0


def _weigh_all(
    baseline: Sequence[CallRow],
    candidate: Sequence[CallRow],
    gates: Sequence[RegressionGate],
    alpha: float,
    rng: np.random.Generator,
) -> list[Evidence | GateVerdict]:
    pairs = pair(baseline, candidate).pairs
    before, after = [old for old, _ in pairs], [new for _, new in pairs]
    seed = int(rng.integers(2**63))
    return [
        weigh(gate, before, after, _dice(seed, gate.name), finest=min(alpha, gate.alpha) / len(gates))
        for gate in gates
        if applies(gate.metric, before) or applies(gate.metric, after)
    ]


def _judged(found: Evidence, level: float) -> Assessment:
    failed = found.p < level
    detectable = found.detectable(level)
    reason = (
        f"{found.finding}; p = {found.p:.3g}, {'below' if failed else 'not below'} {level:.3g}; "
        f"{found.in_words(detectable)} 19 times in 20{found.cases}"
    )
    outcome = GateOutcome.FAIL if failed else GateOutcome.PASS
    return Assessment(verdict=verdict(found.gate.name, outcome, reason), p=found.p, detectable=detectable)


def _dice(seed: int, gate: str) -> np.random.Generator:
    """A stream for each gate by name, so that a gate added shifts no other's interval."""
    return np.random.default_rng([seed, *gate.encode()])
