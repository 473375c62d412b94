import numpy as np
import pytest

from evals.rng import rng_for
from evals.synth.packet_loss import GilbertLoss, lost_packets


def bursts(lost: np.ndarray) -> np.ndarray:
    edges = np.flatnonzero(np.diff(np.concatenate(([0], lost.astype(int), [0]))))
    return np.diff(edges.reshape(-1, 2), axis=1).ravel()


@pytest.mark.parametrize(
    ("ratio", "burst", "enter"), [(0.01, 1.5, 0.00673), (0.03, 2.5, 0.01237), (0.05, 4, 0.01316)]
)
def test_chances_follow_from_ratio_and_burst(ratio: float, burst: float, enter: float) -> None:
    loss = GilbertLoss(loss_ratio=ratio, burst=burst)
    assert loss.enter == pytest.approx(enter, abs=5e-6)
    assert loss.leave == pytest.approx(1 / burst)


@pytest.mark.parametrize(("ratio", "burst"), [(0.02, 2.5), (0.08, 6.0), (0.3, 1.5)])
def test_long_patterns_have_the_ratio_and_the_mean_burst(ratio: float, burst: float) -> None:
    lost = lost_packets(GilbertLoss(loss_ratio=ratio, burst=burst), 200_000, rng_for(1, "test"))
    # Losses come in bursts, so the ratio of n packets spreads like that of about n / (2 * burst) free draws.
    spread = np.sqrt(ratio * (1 - ratio) * 2 * burst / lost.size)
    assert lost.mean() == pytest.approx(ratio, abs=4 * spread)
    lengths = bursts(lost)
    assert lengths.mean() == pytest.approx(burst, abs=4 * burst / np.sqrt(lengths.size))


def test_short_patterns_start_in_the_steady_state() -> None:
    loss = GilbertLoss(loss_ratio=0.2, burst=3.0)
    rng = rng_for(1, "test")
    first = [lost_packets(loss, 1, rng)[0] for _ in range(5000)]
    assert np.mean(first) == pytest.approx(0.2, abs=0.025)


def test_nothing_is_lost_at_a_ratio_of_nothing() -> None:
    assert not lost_packets(GilbertLoss(loss_ratio=0.0, burst=1.0), 1000, rng_for(1)).any()
    assert lost_packets(GilbertLoss(loss_ratio=0.1, burst=1.5), 0, rng_for(1)).size == 0


def test_the_same_dice_lose_the_same_packets() -> None:
    loss = GilbertLoss(loss_ratio=0.1, burst=2.0)
    first, again, other = (lost_packets(loss, 500, rng_for(1, name)) for name in ("a", "a", "b"))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize(
    ("ratio", "burst", "message"),
    [
        (1.0, 2.0, "loss ratio of 1"),
        (-0.1, 2.0, "loss ratio"),
        (0.1, 0.5, "burst of 0.5"),
        (0.9, 1.0, "at least"),
    ],
)
def test_what_cannot_be_is_refused(ratio: float, burst: float, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        GilbertLoss(loss_ratio=ratio, burst=burst)
