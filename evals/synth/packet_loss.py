"""Which packets the network loses: the two-state Gilbert model.

The network is either good, and delivers, or bad, and loses every packet. With `burst` packets lost in a row on
average and `loss_ratio` of all lost, the chance of leaving the bad state is r = 1 / burst and that of entering it
p = loss_ratio * r / (1 - loss_ratio). Independent losses are the special case of burst = 1 / (1 - loss_ratio).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class GilbertLoss:
    """Packets lost in bursts.

    Attributes:
        loss_ratio: share of packets lost, 0 up to but not 1.
        burst: mean packets lost in a row, at least 1.
    """

    loss_ratio: float
    burst: float

    def __post_init__(self) -> None:
        if not 0.0 <= self.loss_ratio < 1.0:
            raise ValueError(f"a loss ratio of {self.loss_ratio:g}: expected 0 up to, but not, 1")
        if not self.burst >= 1.0:
            raise ValueError(f"a mean burst of {self.burst:g} packets: expected at least 1")
        if self.enter > 1.0:
            raise ValueError(
                f"{self.loss_ratio:g} lost in bursts of {self.burst:g} packets cannot be: "
                f"expected bursts of {self.loss_ratio / (1 - self.loss_ratio):.2f} at least"
            )

    @property
    def leave(self) -> float:
        """Chance that a good packet follows a lost one."""
        return 1.0 / self.burst

    @property
    def enter(self) -> float:
        """Chance that a lost packet follows a good one."""
        return self.loss_ratio * self.leave / (1.0 - self.loss_ratio)


def lost_packets(loss: GilbertLoss, packets: int, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Whether each packet is lost, shape (packets,); the network starts in its steady state."""
    lost = np.zeros(packets, dtype=bool)
    draws = rng.random(packets)  # one per packet, whatever the ratio: a milder line loses at the same places
    bad = False
    for at in range(packets):
        chance = loss.loss_ratio if at == 0 else (1.0 - loss.leave if bad else loss.enter)
        bad = bool(draws[at] < chance)
        lost[at] = bad
    return lost
