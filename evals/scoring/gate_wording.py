"""How a gate's line reads."""

from __future__ import annotations

from evals.scoring.verdict import GateOutcome, GateVerdict


def verdict(name: str, outcome: GateOutcome, reason: str) -> GateVerdict:
    """The gate's verdict."""
    return GateVerdict(gate=name, outcome=outcome, reason=reason)


def too_little(name: str, count: int, needed: int, what: str) -> GateVerdict:
    """The verdict where fewer than are needed can be compared."""
    return verdict(name, GateOutcome.TOO_LITTLE_DATA, f"{count} {what}; {needed} are needed to say")


def number(value: float, unit: str) -> str:
    """A value with its unit; rates have none."""
    return f"{value:.0f} ms" if unit == "ms" else f"{value:.3g}"
