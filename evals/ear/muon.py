"""Muon, an optimiser for weight matrices: momentum whose singular values are all made one.

Keller Jordan et al., "Muon: An optimizer for hidden layers in neural networks", 2024, with the step sizes of Liu et
al., "Muon is Scalable for LLM Training", 2025, so that AdamW's suit it. A layer of the ear that widens is four
matrices side by side, one a tap: each is taken by itself, which is also a quarter of the work. PyTorch's own
`torch.optim.Muon` takes whole matrices, in 16 bits, which processors without matrix units are slow at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor

# Jordan's coefficients: five rounds bring singular values of 0.01 to 1 near 1.
_A, _B, _C = 3.4445, -4.7750, 2.0315
_ROUNDS = 5


class Muon(torch.optim.Optimizer):
    """Muon over matrices of one height, each (height, k * block), taken apart into blocks of (height, block)."""

    def __init__(
        self,
        matrices: Iterable[Tensor],
        *,
        lr: float,
        block: int,
        momentum: float = 0.95,
        weight_decay: float = 0.01,
    ) -> None:
        super().__init__(
            list(matrices), {"lr": lr, "block": block, "momentum": momentum, "weight_decay": weight_decay}
        )

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> None:
        """One step for all matrices that have a gradient."""
        for group in self.param_groups:
            learning = [matrix for matrix in group["params"] if matrix.grad is not None]
            pieces: list[Tensor] = []
            for matrix in learning:
                state = self.state[matrix]
                if "momentum" not in state:
                    state["momentum"] = torch.zeros_like(matrix)
                momentum = state["momentum"]
                momentum.lerp_(matrix.grad, 1 - group["momentum"])
                ahead = matrix.grad.lerp(momentum, group["momentum"])  # Nesterov's
                pieces += [_lying(piece) for piece in ahead.split(group["block"], dim=1)]
            if not pieces:
                continue
            turned = list(orthogonal(torch.stack(pieces)))
            size = group["lr"] * 0.2 * max(pieces[0].shape) ** 0.5
            for matrix in learning:
                matrix.mul_(1 - group["lr"] * group["weight_decay"])
                for piece in matrix.split(group["block"], dim=1):
                    update = turned.pop(0)
                    piece.add_(update if piece.shape == update.shape else update.T, alpha=-size)


def orthogonal(matrices: Tensor) -> Tensor:
    """Matrices (N, low, wide) with singular values near one, by Newton and Schulz's iteration."""
    x = matrices / (matrices.norm(dim=(1, 2), keepdim=True) + 1e-7)
    for _ in range(_ROUNDS):
        square = x @ x.transpose(1, 2)
        x = _A * x + (_B * square + _C * square @ square) @ x
    return x


def _lying(piece: Tensor) -> Tensor:
    return piece if piece.shape[0] <= piece.shape[1] else piece.T
