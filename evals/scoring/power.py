"""What a comparison could have seen: the smallest loss that so many pairs show 19 times in 20.

A gate that passes says "no worse than this could hide", and the number belongs beside the verdict. It is computed from
the run's own spread: how far its pairs scatter, or how often they changed for the better by themselves.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import scipy

POWER: Final = 0.95
"""The share of comparisons that would show a loss of the size given.

The field's usual 0.8 says of a fifth of all losses of that size that the run could have seen them when it did not.
"""

_HALVINGS = 16  # of an interval of 1: to 0.002 %, below anything printed


def detectable_difference(
    standard_error: float, count: int, level: float, *, margin: float = 0.0, power: float = POWER
) -> float:
    """How much worse a mean or rate must be so that a one-sided test at `level` most likely says so.

    Args:
        standard_error: of the difference of the two runs.
        count: pairs.
        level: the test's level.
        margin: what is accepted, and so has to be exceeded.
        power: how often it says so.
    """
    quantile = scipy.stats.t.ppf
    return margin + float(quantile(1 - level, count - 1) + quantile(power, count - 1)) * standard_error


def detectable_loss(
    count: int, better_rate: float, level: float, *, margin: float = 0.0, power: float = POWER
) -> float | None:
    """How much of a pass rate must be lost so that McNemar's test at `level` most likely says so; None if none would.

    Args:
        count: pairs.
        better_rate: the share of pairs that change for the better by themselves. As many again then change for the
            worse by themselves, and the more there are, the more a true loss has to stand out.
        level: the test's two-sided level.
        margin: what is accepted, and so has to be exceeded.
        power: how often it says so.
    """

    def enough(loss: float) -> bool:
        if mcnemar_power(count, better_rate + loss, better_rate, level) < power:
            return False
        if not margin:
            return True
        # The gate also wants the loss to be above the margin beyond chance.
        spread = max(0.0, 2 * better_rate + loss - loss**2) / count
        quantile = scipy.stats.norm.ppf
        return bool(loss >= margin + float(quantile(1 - level) + quantile(power)) * spread**0.5)

    low, high = 0.0, 1 - 2 * better_rate
    if high <= 0 or not enough(high):
        return None
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def mcnemar_power(count: int, worse_rate: float, better_rate: float, level: float) -> float:
    """How often the exact test, at its two-sided `level`, finds that pairs got worse, when they do at these rates."""
    changing = min(1.0, worse_rate + better_rate)
    if not changing:
        return 0.0
    changed = np.arange(count + 1)
    binom = scipy.stats.binom
    least = binom.isf(level / 2, changed, 0.5) + 1
    least += binom.sf(least - 1, changed, 0.5) >= level / 2  # a p-value equal to the level is not below it
    found = binom.sf(least - 1, changed, worse_rate / changing)
    return float(np.sum(binom.pmf(changed, count, changing) * found))
