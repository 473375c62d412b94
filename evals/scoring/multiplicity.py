"""Many comparisons at once: which p-values still mean something when there are several.

Twenty gates at 5 % each raise a false alarm in 64 % of comparisons of equal agents. So gates that may fail a build are
held to Holm's levels (Holm 1979): the chance of *any* false alarm among them is at most `alpha`, whether or not the
metrics depend on each other. Comparisons that nobody declared beforehand fail nothing, and are held to those of
Benjamini and Hochberg (1995): of what they point at, at most the share `rate` is expected to be chance.

Both functions answer with the level that each p-value must be below, so that a reader can check it line by line.
"""

from __future__ import annotations

from collections.abc import Sequence


def holm_levels(p_values: Sequence[float], alpha: float) -> list[float]:
    """The level of each p-value, in the order given; what is below its own is found.

    The smallest of m p-values must be below alpha / m, the next below alpha / (m - 1), and so on up to the first that
    is not. From there on all have the level at which it stopped, which none of them is below.

    Raises:
        ValueError: a p-value is not one, or alpha is not between 0 and 1.
    """
    _check(p_values, alpha)
    levels: dict[float, float] = {}
    level, stopped = alpha, False
    for place, p in enumerate(sorted(p_values)):
        if not stopped:
            level = alpha / (len(p_values) - place)
            stopped = p >= level
        levels[p] = level  # equal p-values share the last, so that their order says nothing
    return [levels[p] for p in p_values]


def benjamini_hochberg_level(p_values: Sequence[float], rate: float) -> float:
    """The one level that every p-value must be below: k · rate / m for the largest k with so many below it.

    Where there is no such k it is that of k = 1, which none is below.

    Raises:
        ValueError: a p-value is not one, or the rate is not between 0 and 1.
    """
    _check(p_values, rate)
    count = max(1, len(p_values))
    found = 1
    for place, p in enumerate(sorted(p_values), start=1):
        if p < place * rate / count:
            found = place
    return found * rate / count


def _check(p_values: Sequence[float], alpha: float) -> None:
    if not 0 < alpha < 1:
        raise ValueError(f"a level is between 0 and 1, not {alpha:g}")
    for p in p_values:
        if not 0 <= p <= 1:  # NaN is not either
            raise ValueError(f"a p-value is between 0 and 1, not {p:g}")
