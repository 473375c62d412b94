"""A suite's `gates.yaml` becomes `Gates`, or one error that lists every mistake in it with its line.

    schema: 1
    alpha: 0.05                      # chance that any regression gate fails though nothing got worse
    absolute:                        # bounds that a run keeps by itself
      - {metric: response_latency, statistic: p95, at_most: 1600}
    regression:                      # how much worse than its baseline a run may be
      - {metric: word_error_rate, margin: 0.05, alpha: 0.05, min_sample: 20}

`metric` is a metric or a ratio of docs/metrics.md, or `passed`. A file without `regression` takes the gates that are
in force without a file; an empty list means none. A gate's own `alpha` can only be stricter than that of all together.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from evals.scenario.fields import Fields, unknown
from evals.scoring.gates import (
    DEFAULT_GATES,
    DEFAULT_PAIRS,
    PASSED,
    AbsoluteGate,
    Gates,
    RegressionGate,
    Statistic,
)
from evals.scoring.row_values import better_of, is_ratio, known_metrics
from evals.scoring.text_file import read_file

if TYPE_CHECKING:
    from pathlib import Path

GATES_FILE = "gates.yaml"
"""Its name, beside a suite."""

ABSOLUTE_KEYS = ("name", "metric", "statistic", "at_most", "at_least", "alpha", "min_sample")
REGRESSION_KEYS = ("name", "metric", "better", "margin", "alpha", "min_sample")

_MAX_SAMPLE = 10_000_000


def load_gates(path: Path) -> Gates:
    """The gates in the file at `path`.

    Raises:
        BadInput: it cannot be used; lists every mistake with its line.
    """
    return read_file(path, ("alpha", "absolute", "regression"), _gates)


def kept_gates(run_folder: Path) -> Gates:
    """The gates that stood beside the run's suite; the product's own where there were none.

    Raises:
        BadInput: its gates' file cannot be used.
    """
    path = run_folder / GATES_FILE
    return load_gates(path) if path.is_file() else DEFAULT_GATES


def _gates(fields: Fields) -> Gates:
    alpha = _alpha(fields, DEFAULT_GATES.alpha)
    absolute = [
        _absolute(Fields(node, f"absolute gate {number}", ABSOLUTE_KEYS, fields.mistakes))
        for number, node in enumerate(fields.sequence("absolute"), start=1)
    ]
    regression = [
        _regression(Fields(node, f"regression gate {number}", REGRESSION_KEYS, fields.mistakes), alpha)
        for number, node in enumerate(fields.sequence("regression"), start=1)
    ]
    for kind, names in (
        ("absolute", [g.name for g in absolute if g]),
        ("regression", [g.name for g in regression if g]),
    ):
        for name in sorted({name for name in names if names.count(name) > 1}):
            fields.wrong(fields.line_of(kind), f"two {kind} gates are called `{name}`; give one a `name`")
    return Gates(
        absolute=tuple(gate for gate in absolute if gate is not None),
        regression=tuple(gate for gate in regression if gate is not None)
        if "regression" in fields
        else tuple(replace(gate, alpha=min(gate.alpha, alpha)) for gate in DEFAULT_GATES.regression),
        alpha=alpha,
    )


def _absolute(fields: Fields) -> AbsoluteGate | None:
    metric = _metric(fields)
    statistic = _statistic(fields)
    at_most, at_least = _number(fields, "at_most"), _number(fields, "at_least")
    alpha, sample = _alpha(fields, 0.05), fields.integer("min_sample", 1, _MAX_SAMPLE)
    if ("at_most" in fields) == ("at_least" in fields):
        fields.wrong(fields.line, "give one of `at_most` and `at_least`")
        return None
    if metric is None or statistic is None or (at_most is None and at_least is None):
        return None
    if statistic is not Statistic.MEAN and (metric == PASSED or is_ratio(metric)):
        fields.wrong(fields.line_of("statistic"), f"{metric} is a rate; its one `statistic` is mean")
        return None
    return AbsoluteGate(
        name=fields.text("name") or f"{metric} {statistic}",
        metric=metric,
        statistic=statistic,
        at_most=at_most,
        at_least=at_least,
        alpha=alpha,
        min_sample=sample,
    )


def _regression(fields: Fields, together: float) -> RegressionGate | None:
    metric = _metric(fields)
    margin = fields.number("margin", 0, math.inf) or 0.0
    alpha, sample = _alpha(fields, together), fields.integer("min_sample", 1, _MAX_SAMPLE)
    if alpha > together:
        fields.wrong(
            fields.line_of("alpha"),
            f"`alpha` {alpha:g} is above the {together:g} of all regression gates together; "
            "the file's own `alpha` says how much that is",
        )
    better = fields.text("better")
    if better not in ("", "lower", "higher"):
        fields.wrong(fields.line_of("better"), f"`better` must be lower or higher, not {better}")
        return None
    if metric is None:
        return None
    better = better or better_of(metric)
    if not better:
        fields.wrong(fields.line, f"{metric} is neither better lower nor higher; say which with `better`")
        return None
    return RegressionGate(
        name=fields.text("name") or metric,
        metric=metric,
        better=better,
        margin=margin,
        alpha=alpha,
        min_sample=sample if sample is not None else DEFAULT_PAIRS,
    )


def _metric(fields: Fields) -> str | None:
    fields.require("metric")
    metric = fields.text("metric")
    if metric and metric not in known_metrics():
        fields.wrong(fields.line_of("metric"), unknown("metric", metric, known_metrics()))
        return None
    return metric or None


def _statistic(fields: Fields) -> Statistic | None:
    name = fields.text("statistic", Statistic.MEAN)
    if name not in list(Statistic):
        fields.wrong(fields.line_of("statistic"), unknown("statistic", name, list(Statistic)))
        return None
    return Statistic(name)


def _number(fields: Fields, key: str) -> float | None:
    return fields.number(key, -math.inf, math.inf)


def _alpha(fields: Fields, usual: float) -> float:
    alpha = fields.number("alpha", 0.0001, 0.5)
    return usual if alpha is None else alpha
