"""Which cases came out otherwise than before, their repeats taken together: worse, better, or flaky.

A case got worse when it passed every time and no longer does, or when it passed at times and now never does; it got
better the other way round. One that passes at times in both runs is flaky and nothing more: which of its repeats passed
is chance until a test says otherwise, and the tests are the gates' (`regression.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from evals.scoring.case_rows import CallRow
from evals.scoring.repeats import RepeatedCase, case_name


class Change(StrEnum):
    """What became of a case."""

    WORSE = "worse"
    BETTER = "better"
    FLAKY = "flaky"
    PASSES = "passes"
    FAILS = "fails"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseChange:
    """A case in both runs, over the repeats that both have.

    Attributes:
        before, after: how many of the repeats passed.
        calls: the ids of its calls, in order of their repeats.
        flipped: those that passed in one run and failed in the other.
    """

    before: RepeatedCase
    after: RepeatedCase
    calls: tuple[str, ...]
    flipped: tuple[str, ...]

    @property
    def name(self) -> str:
        """The case's id without the repeat's number."""
        return self.after.name

    @property
    def kind(self) -> Change:
        """What became of it."""
        old, new = self.before, self.after
        if old.flaky and new.flaky:
            return Change.FLAKY
        if old.passed == new.passed:
            return Change.PASSES if new.passed else Change.FAILS
        return Change.WORSE if new.passed < old.passed else Change.BETTER

    @property
    def flaky(self) -> bool:
        """Whether it passed in some repeats only, in either run."""
        return self.before.flaky or self.after.flaky


def case_changes(pairs: Sequence[tuple[CallRow, CallRow]]) -> tuple[CaseChange, ...]:
    """Every case of two runs' pairs (see `case_rows.pair`), by name."""
    by_name: dict[str, list[tuple[CallRow, CallRow]]] = {}
    for old, new in pairs:
        by_name.setdefault(case_name(new.case_id), []).append((old, new))
    return tuple(_change(name, by_name[name]) for name in sorted(by_name))


def _change(name: str, pairs: list[tuple[CallRow, CallRow]]) -> CaseChange:
    pairs = sorted(pairs, key=lambda both: (len(both[1].case_id), both[1].case_id))
    return CaseChange(
        before=RepeatedCase(name=name, passed=sum(old.passed for old, _ in pairs), of=len(pairs)),
        after=RepeatedCase(name=name, passed=sum(new.passed for _, new in pairs), of=len(pairs)),
        calls=tuple(new.case_id for _, new in pairs),
        flipped=tuple(new.case_id for old, new in pairs if old.passed is not new.passed),
    )
