"""A trained network with fewer spliced values: those directions of them that matter least to what comes after go.

Nothing lies between a layer's two matrices, so the spliced values may be any basis of what the second sees. Of all
projections to fewer values that of least squared error in the layer's sum is found from the values' mean products and
the second matrix, taps as if independent: a singular value decomposition (as in Xue, Li & Gong, "Restructuring of
deep neural network acoustic models with singular value decomposition", Interspeech 2013, here weighted by the data).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from agent.media import Samples
from evals.ear.network import EarNetwork, Layer
from evals.ear.outputs_seen import seen


def narrowed(
    network: EarNetwork, values: int, examples: Sequence[Samples]
) -> tuple[EarNetwork, tuple[float, ...]]:
    """A network of `values` spliced values a layer, and the share of each layer's sum's power that is left out.

    Args:
        examples: utterances whose values tell which directions matter.

    Raises:
        ValueError: the network splices no more than that.
    """
    shape = network.shape
    if not 0 < values < shape.narrow:
        raise ValueError(f"{values} spliced values are no fewer than the network's {shape.narrow}")
    found = seen(network, [layer.narrow for layer in network.layers], examples)
    smaller = EarNetwork(replace(shape, narrow=values))
    state = network.state_dict()
    lost = []
    for at, layer in enumerate(network.layers):
        narrow, widen, share = _projected(layer, found[layer.narrow].products, values)
        state[f"layers.{at}.narrow.weight"], state[f"layers.{at}.widen.weight"] = narrow, widen
        lost.append(share)
    smaller.load_state_dict(state)
    return smaller.eval(), tuple(lost)


def _projected(layer: Layer, products: Tensor, values: int) -> tuple[Tensor, Tensor, float]:
    """The layer's two matrices with fewer values between them, and the share of power that goes."""
    wide, taps = layer.widen.out_features, layer.taps
    second = layer.widen.weight.detach().double().reshape(wide, taps, -1)
    matters = torch.einsum("wti,wtj->ij", second, second)
    root, inverse = _roots(matters)
    left, sizes, _ = torch.linalg.svd(root @ _roots(products)[0])
    # Turned, so that each value has its share of every direction: one 8-bit scale then fits all of them.
    basis = left[:, :values] @ _turn(values)
    narrow = basis.T @ root @ layer.narrow.weight.detach().double()
    widen = torch.einsum("wti,ij->wtj", second, inverse @ basis).reshape(wide, taps * values)
    power = sizes**2
    return narrow.float(), widen.float(), float(power[values:].sum() / power.sum())


def _roots(matrix: Tensor) -> tuple[Tensor, Tensor]:
    """The square root of a symmetric matrix, and the inverse of that."""
    values, vectors = torch.linalg.eigh(matrix)
    roots = values.clamp(min=float(values.max()) * 1e-12).sqrt()
    return (vectors * roots) @ vectors.T, (vectors / roots) @ vectors.T


def _turn(size: int) -> Tensor:
    """An orthogonal matrix without large entries, the same always."""
    drawn = np.random.default_rng(size).standard_normal((size, size))
    return torch.from_numpy(np.linalg.qr(drawn)[0])
