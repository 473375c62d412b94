import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.sim.planted.behaviour import Wait


@pytest.mark.parametrize(("mean_ms", "spread_ms"), [(350, 80), (160, 30), (700, 300)])
def test_waits_have_the_mean_and_spread_they_claim(mean_ms: float, spread_ms: float) -> None:
    wait = Wait(mean_ms=mean_ms, spread_ms=spread_ms)
    rng = np.random.default_rng(1)
    drawn = [wait.draw(rng) for _ in range(20_000)]
    assert np.mean(drawn) == pytest.approx(mean_ms, rel=0.01)
    assert np.std(drawn) == pytest.approx(spread_ms, rel=0.03)


@settings(max_examples=20, deadline=None)
@given(st.floats(1, 500), st.floats(0, 200), st.integers(0, 300), st.floats(0, 500), st.integers(0, 2**32))
def test_a_shift_moves_every_draw_and_nothing_else(
    mean_ms: float, spread_ms: float, least_ms: int, shift_ms: float, seed: int
) -> None:
    plain = Wait(mean_ms=mean_ms, spread_ms=spread_ms, least_ms=least_ms)
    moved = Wait(mean_ms=mean_ms, spread_ms=spread_ms, least_ms=least_ms, shift_ms=shift_ms)
    one, other = plain.draw(np.random.default_rng(seed)), moved.draw(np.random.default_rng(seed))
    assert one >= least_ms
    assert abs(other - one - shift_ms) <= 1  # both in whole milliseconds
