"""Calibration's suites and their gates: files like anybody's, beside this module."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from evals.scenario.expansion import expand
from evals.scenario.file import load_suite
from evals.scenario.model import Case, Suite
from evals.scoring.gate_file import load_gates
from evals.scoring.gates import Gates

TIMING = "timing"
_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class GatedSuite:
    """A suite with the gates that judge it."""

    suite: Suite
    gates: Gates

    def cases(self, seed: int, pairs: int) -> list[Case]:
        """So many cases of it; `seed` sets when the caller speaks and how the line jitters."""
        return expand(self.suite, seed=seed, repeat=pairs)


@cache
def gated_suite(name: str) -> GatedSuite:
    """One of the suites that faults are planted in."""
    return GatedSuite(
        suite=load_suite(_HERE / f"{name}.yaml"), gates=load_gates(_HERE / f"{name}.gates.yaml")
    )


@cache
def timing_suite() -> Suite:
    """The suite that time is measured on."""
    return load_suite(_HERE / f"{TIMING}.yaml")
