"""Cases that were played several times: how often they pass once, always, and which cannot make up their mind.

A case that passes in some of its repeats and fails in others is flaky. Playing again until it passes would hide that:
what fails three times in ten looks, with three tries, like 2.7 % (methods 4.6). So nothing is ever tried again for its
verdict; each repeat counts, and what is flaky is named.

    pass@k = 1 - C(n - c, k) / C(n, k)      at least one of k repeats passes
    pass^k = C(c, k) / C(n, k)              all k pass

of c repeats passed in n played: both are without bias (Chen 2021 for pass@k, Yao 2024 for pass^k).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import comb

_STEPS = (2, 3, 5, 8, 10)  # beside the number of repeats itself


@dataclass(frozen=True, slots=True, kw_only=True)
class RepeatedCase:
    """A case, its repeats taken together; `name` is its id without the repeat's number."""

    name: str
    passed: int
    of: int

    def __post_init__(self) -> None:
        if not 0 <= self.passed <= self.of:
            raise ValueError(f"{self.name}: {self.passed} of {self.of} repeats cannot have passed")

    @property
    def flaky(self) -> bool:
        """Whether some repeats passed and some failed."""
        return 0 < self.passed < self.of


@dataclass(frozen=True, slots=True, kw_only=True)
class RepeatRates:
    """Of `cases` cases with at least k repeats: the mean chance that one of k passes, and that all do."""

    k: int
    pass_at: float
    pass_all: float
    cases: int


def case_name(case_id: str) -> str:
    """What the repeats of a case have in common: its id without the repeat's number, which is the id's last part."""
    name, _, repeat = case_id.rpartition("/")
    return name if name and repeat.isdecimal() else case_id


def repeated(calls: Iterable[tuple[str, bool]]) -> tuple[RepeatedCase, ...]:
    """Calls (case id, whether it passed) by case, in order of first sight."""
    found: dict[str, list[bool]] = {}
    for case_id, passed in calls:
        found.setdefault(case_name(case_id), []).append(passed)
    return tuple(RepeatedCase(name=name, passed=sum(all_), of=len(all_)) for name, all_ in found.items())


def flaky(cases: Iterable[RepeatedCase]) -> tuple[RepeatedCase, ...]:
    """Those that passed in some repeats only, the least certain first."""
    found = [case for case in cases if case.flaky]
    return tuple(sorted(found, key=lambda case: (abs(2 * case.passed - case.of) / case.of, case.name)))


def repeat_rates(cases: Iterable[RepeatedCase]) -> tuple[RepeatRates, ...]:
    """The rates for a few k up to the number of repeats that all repeated cases have; none without repeats."""
    several = [case for case in cases if case.of > 1]
    if not several:
        return ()
    most = min(case.of for case in several)
    return tuple(
        RepeatRates(
            k=k,
            pass_at=sum(pass_at_k(case.of, case.passed, k) for case in several) / len(several),
            pass_all=sum(pass_all_k(case.of, case.passed, k) for case in several) / len(several),
            cases=len(several),
        )
        for k in sorted({*(step for step in _STEPS if step < most), most})
    )


def pass_at_k(n: int, c: int, k: int) -> float:
    """pass@k: the chance that at least one of k repeats passes, from c passed of n.

    Raises:
        ValueError: fewer than k repeats say nothing of k, or the counts are none.
    """
    _check(n, c, k)
    return 1 - comb(n - c, k) / comb(n, k)


def pass_all_k(n: int, c: int, k: int) -> float:
    """pass^k: the chance that all of k repeats pass, from c passed of n.

    Raises:
        ValueError: fewer than k repeats say nothing of k, or the counts are none.
    """
    _check(n, c, k)
    return comb(c, k) / comb(n, k)


def _check(n: int, c: int, k: int) -> None:
    if not (1 <= k <= n and 0 <= c <= n):
        raise ValueError(
            f"{c} passed of {n} repeats say nothing of {k}; wanted 1 to {n} and at most {n} passed"
        )
