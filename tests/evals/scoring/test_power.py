from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.scoring.power import detectable_difference, detectable_loss, mcnemar_power
from evals.scoring.statistics import mcnemar_p


@pytest.mark.parametrize(
    ("count", "better_rate", "loss"),
    # The table of methods 4.3, which rests on the normal curve; with 5 % of a few dozen cases that is 5 % off.
    [(391, 0, 0.02), (155, 0, 0.05), (77, 0, 0.10), (37, 0, 0.20), (281, 0.02, 0.05), (469, 0.05, 0.05),
     (783, 0.10, 0.05), (108, 0.02, 0.10), (234, 0.10, 0.10), (57, 0.05, 0.20)],
)  # fmt: skip
def test_loss_that_so_many_cases_show(count: int, better_rate: float, loss: float) -> None:
    assert detectable_loss(count, better_rate, 0.05, power=0.8) == pytest.approx(loss, rel=0.06)


def test_loss_that_is_said_to_show_shows_19_times_in_20() -> None:
    loss = detectable_loss(300, 0.02, 0.005)
    assert loss is not None
    assert mcnemar_power(300, loss + 0.02, 0.02, 0.005) == pytest.approx(0.95, abs=0.001)


def test_power_is_how_often_the_test_says_so() -> None:
    rng = np.random.default_rng(1)
    worse, better, _ = rng.multinomial(60, [0.25, 0.05, 0.7], size=4_000).T
    said = [w > b and mcnemar_p(int(w), int(b)) < 0.05 for w, b in zip(worse, better, strict=True)]
    assert mcnemar_power(60, 0.25, 0.05, 0.05) == pytest.approx(np.mean(said), abs=0.02)


def test_five_cases_show_nothing() -> None:
    assert detectable_loss(5, 0.0, 0.05) is None
    assert detectable_loss(6, 0.0, 0.05) is not None
    assert detectable_loss(100, 0.5, 0.05) is None
    assert mcnemar_power(20, 0.0, 0.0, 0.05) == 0


@settings(max_examples=15, deadline=None)
@given(st.integers(10, 300), st.floats(0, 0.2), st.floats(0.001, 0.2))
def test_more_cases_and_laxer_levels_show_smaller_losses(count: int, better: float, level: float) -> None:
    def loss(*asked: float) -> float:
        found = detectable_loss(int(asked[0]), asked[1], asked[2])
        return 2.0 if found is None else found

    slack = 1e-6
    assert loss(4 * count, better, level) <= loss(count, better, level) + slack
    assert loss(count, better, level) <= loss(count, better, level / 4) + slack


@settings(max_examples=15, deadline=None)
@given(st.floats(0, 0.1))
def test_what_is_accepted_comes_on_top(margin: float) -> None:
    plain, more = detectable_loss(200, 0.02, 0.05), detectable_loss(200, 0.02, 0.05, margin=margin)
    assert plain is not None
    assert more is not None
    assert more >= max(plain, margin) - 1e-9


def test_difference_by_hand() -> None:
    # Many pairs: (1.645 + 0.842) standard errors above what is accepted.
    assert detectable_difference(10, 10_000, 0.05, margin=100, power=0.8) == pytest.approx(124.87, abs=0.02)
    assert detectable_difference(10, 10_000, 0.05, margin=100) == pytest.approx(100 + 32.90, abs=0.02)
    # Twenty: Student's t of 19 degrees, 1.729 + 0.861.
    assert detectable_difference(10, 20, 0.05, power=0.8) == pytest.approx(25.90, abs=0.01)
    assert detectable_difference(0, 20, 0.05, margin=100) == 100
