from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.scoring.multiplicity import benjamini_hochberg_level, holm_levels

p_values = st.lists(st.floats(0, 1), min_size=1, max_size=12)
alphas = st.floats(0.001, 0.5)


def found(ps: list[float], alpha: float) -> list[bool]:
    return [p < level for p, level in zip(ps, holm_levels(ps, alpha), strict=True)]


def test_holm_by_hand() -> None:
    # 0.01 < 0.05/4, 0.02 is not below 0.05/3: there it stops, though 0.03 and 0.04 are below 0.05.
    assert holm_levels([0.04, 0.01, 0.03, 0.02], 0.05) == pytest.approx(
        [0.05 / 3, 0.05 / 4, 0.05 / 3, 0.05 / 3]
    )
    assert found([0.04, 0.01, 0.03, 0.02], 0.05) == [False, True, False, False]
    # Every step holds: 0.05/3, 0.05/2, 0.05.
    assert found([0.01, 0.02, 0.04], 0.05) == [True, True, True]


def test_one_comparison_is_held_to_alpha_itself() -> None:
    assert holm_levels([0.2], 0.05) == [0.05]
    assert holm_levels([], 0.05) == []


def test_benjamini_hochberg_by_hand() -> None:
    # Steps of 0.05/5: 0.041 is above its own 0.04, so the third step, 0.03, is the last that holds.
    assert benjamini_hochberg_level([0.005, 0.009, 0.029, 0.041, 0.9], 0.05) == pytest.approx(0.03)
    # The first two are above their own steps and yet found, since the third is below its own.
    assert benjamini_hochberg_level([0.02, 0.021, 0.022], 0.03) == pytest.approx(0.03)
    assert benjamini_hochberg_level([0.5, 0.9], 0.05) == pytest.approx(0.025)
    assert benjamini_hochberg_level([], 0.05) == 0.05


@given(p_values, alphas)
def test_holm_finds_all_that_bonferroni_finds_and_nothing_that_no_correction_would(
    ps: list[float], alpha: float
) -> None:
    for p, kept in zip(ps, found(ps, alpha), strict=True):
        assert kept or not p < alpha / len(ps)
        assert p < alpha or not kept


@given(p_values, alphas, st.randoms(use_true_random=False))
def test_order_does_not_matter(ps: list[float], alpha: float, dice: st.DataObject) -> None:
    levels = dict(zip(ps, holm_levels(ps, alpha), strict=True))
    shuffled = list(ps)
    dice.shuffle(shuffled)  # type: ignore[attr-defined]
    assert holm_levels(shuffled, alpha) == [levels[p] for p in shuffled]
    assert benjamini_hochberg_level(shuffled, alpha) == benjamini_hochberg_level(ps, alpha)


@given(p_values, alphas)
def test_a_smaller_p_value_is_never_held_to_a_laxer_level(ps: list[float], alpha: float) -> None:
    ordered = sorted(ps)
    levels = holm_levels(ordered, alpha)
    assert levels == sorted(levels)
    kept = found(ordered, alpha)
    assert kept == sorted(kept, reverse=True)


@given(p_values, alphas, st.data())
def test_stronger_proof_of_one_loses_no_other(ps: list[float], alpha: float, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(ps) - 1))
    stronger = list(ps)
    stronger[place] *= data.draw(st.floats(0, 1))
    assert all(
        after or not before for before, after in zip(found(ps, alpha), found(stronger, alpha), strict=True)
    )
    assert benjamini_hochberg_level(stronger, alpha) >= benjamini_hochberg_level(ps, alpha)


@given(p_values, alphas)
def test_benjamini_and_hochberg_find_all_that_holm_finds(ps: list[float], alpha: float) -> None:
    level = benjamini_hochberg_level(ps, alpha)
    for p, kept in zip(ps, found(ps, alpha), strict=True):
        # 1e-12: two divisions round differently.
        assert not kept or p < level * (1 + 1e-12)


def test_any_false_alarm_among_twenty_is_as_rare_as_declared() -> None:
    ps = np.random.default_rng(3).random((4_000, 20))
    alarms = np.mean([any(found(list(row), 0.05)) for row in ps])
    assert alarms == pytest.approx(0.05, abs=0.01)
    assert np.mean((ps < 0.05).any(axis=1)) == pytest.approx(0.64, abs=0.02)  # without correction


def test_share_of_chance_among_what_is_pointed_at_is_as_declared() -> None:
    rng = np.random.default_rng(4)
    shares = []
    for _ in range(2_000):
        ps = np.concatenate([rng.random(15), rng.random(5) * 1e-3])  # 15 of chance, 5 of substance
        below = ps < benjamini_hochberg_level(list(ps), 0.1)
        shares.append(below[:15].sum() / max(1, below.sum()))
    assert np.mean(shares) == pytest.approx(0.1 * 15 / 20, abs=0.015)


@pytest.mark.parametrize("p", [-0.1, 1.1, float("nan")])
def test_what_is_no_p_value_is_refused(p: float) -> None:
    with pytest.raises(ValueError, match="a p-value is between 0 and 1"):
        holm_levels([0.5, p], 0.05)
    with pytest.raises(ValueError, match="a p-value is between 0 and 1"):
        benjamini_hochberg_level([0.5, p], 0.05)


@pytest.mark.parametrize("alpha", [0, 1, -0.05, float("nan")])
def test_what_is_no_level_is_refused(alpha: float) -> None:
    with pytest.raises(ValueError, match="a level is between 0 and 1"):
        holm_levels([0.5], alpha)
