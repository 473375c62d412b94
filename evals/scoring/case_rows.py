"""Calls as gates see them, and which calls of two runs may be compared.

Two runs are compared case by case. The agent is the treatment, and may differ in everything; the scenario, the
caller's audio and the harness may not, or a difference could not be put down to the agent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from evals.metrics.measurement import Measurement

_MUST_MATCH = (
    ("scenario_sha256", "the scenario"),
    ("caller_sha256", "the caller's audio"),
    ("harness_version", "the harness"),
)
_SHOWN = 12  # of a hash; as much as git shows


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRow:
    """One call of a run: which case it is, what it must share with its pair, whether it passed, its measurements.

    `by_metric` has the measurements by their metric's name, in the order that they came.
    """

    case_id: str
    scenario_sha256: str
    caller_sha256: str
    harness_version: str
    passed: bool
    measurements: tuple[Measurement, ...] = ()
    by_metric: Mapping[str, Sequence[Measurement]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # A gate looks at one metric of thousands of calls, and there are dozens of gates.
        by_metric: dict[str, list[Measurement]] = {}
        for item in self.measurements:
            by_metric.setdefault(item.metric, []).append(item)
        object.__setattr__(self, "by_metric", by_metric)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairing:
    """Two runs, case by case.

    Attributes:
        pairs: baseline and candidate of each case that both have and that may be compared, by case id.
        refused: one sentence for each case that both have and that may not.
        only_baseline, only_candidate: cases that one run has alone.
    """

    pairs: tuple[tuple[CallRow, CallRow], ...]
    refused: tuple[str, ...]
    only_baseline: tuple[str, ...]
    only_candidate: tuple[str, ...]

    def notes(self) -> list[str]:
        """What was left out of the comparison, one line each."""
        lines = list(self.refused)
        lines += [f"{case_id}: only the baseline has it" for case_id in self.only_baseline]
        lines += [f"{case_id}: only the candidate has it" for case_id in self.only_candidate]
        return lines


@dataclass(frozen=True, slots=True, kw_only=True)
class Mismatch:
    """Something that must be the same in a case's two calls and is not, and in how many cases.

    Attributes:
        what: such as `the scenario`.
        cases: the ids of the cases.
        example: the first case's two values.
    """

    what: str
    cases: tuple[str, ...]
    example: str

    def __str__(self) -> str:
        """One line: what differs, in how many cases, and one of them."""
        count = len(self.cases)
        return f"{self.what} differs in {count} case{'' if count == 1 else 's'}: {self.cases[0]} has {self.example}"


def mismatches(before: Sequence[CallRow], after: Sequence[CallRow]) -> tuple[Mismatch, ...]:
    """Everything that keeps cases of both runs from being compared, one entry for each kind of thing."""
    old_rows, new_rows = _by_case(before, "baseline"), _by_case(after, "candidate")
    found: dict[str, list[tuple[str, str]]] = {}
    for case_id in sorted(old_rows.keys() & new_rows.keys()):
        for name, what in _MUST_MATCH:
            old, new = getattr(old_rows[case_id], name), getattr(new_rows[case_id], name)
            if old != new:
                values = f"{name} {old[:_SHOWN] or 'none'} before, {new[:_SHOWN] or 'none'} now"
                found.setdefault(what, []).append((case_id, values))
    return tuple(
        Mismatch(what=what, cases=tuple(case for case, _ in of), example=of[0][1])
        for what, of in found.items()
    )


def pair(baseline: Sequence[CallRow], candidate: Sequence[CallRow]) -> Pairing:
    """The cases of two runs, paired by id.

    Raises:
        ValueError: a run has a case twice.
    """
    before, after = _by_case(baseline, "baseline"), _by_case(candidate, "candidate")
    pairs, refused = [], []
    for case_id in sorted(before.keys() & after.keys()):
        reasons = _differences(before[case_id], after[case_id])
        if reasons:
            refused.append(f"{case_id}: refused, {'; '.join(reasons)}")
        else:
            pairs.append((before[case_id], after[case_id]))
    return Pairing(
        pairs=tuple(pairs),
        refused=tuple(refused),
        only_baseline=tuple(sorted(before.keys() - after.keys())),
        only_candidate=tuple(sorted(after.keys() - before.keys())),
    )


def _by_case(rows: Sequence[CallRow], run: str) -> dict[str, CallRow]:
    found: dict[str, CallRow] = {}
    for row in rows:
        if row.case_id in found:
            raise ValueError(f"the {run} has case {row.case_id} twice")
        found[row.case_id] = row
    return found


def _differences(before: CallRow, after: CallRow) -> list[str]:
    reasons = []
    for name, what in _MUST_MATCH:
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            reasons.append(
                f"{what} differs ({name} {old[:_SHOWN] or 'none'} in the baseline, {new[:_SHOWN] or 'none'} now)"
            )
    return reasons
