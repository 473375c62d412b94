"""What parts of the network give when it hears some utterances: their ranges, and how their values move together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from agent.audio.stt.ear.acoustic import FRAME_SAMPLES
from agent.media import Samples
from evals.ear.network import EarNetwork


@dataclass(slots=True, kw_only=True)
class Seen:
    """Outputs of one part.

    Attributes:
        low, high: least and largest value.
        products: mean product of each value with each, shape (values, values).
    """

    low: float
    high: float
    products: Tensor


def seen(
    network: EarNetwork, parts: Sequence[nn.Module], examples: Sequence[Samples]
) -> dict[nn.Module, Seen]:
    """Each part's outputs on the examples.

    Raises:
        ValueError: there are no examples.
    """
    if not examples:
        raise ValueError("no utterances by which to see what the network gives")
    given: dict[nn.Module, list[Tensor]] = {part: [] for part in parts}
    hooks = [
        part.register_forward_hook(lambda part, _, output: given[part].append(output.detach().flatten(0, 1)))
        for part in parts
    ]
    with torch.no_grad():
        for samples in examples:
            network(network.stacked(_whole_frames(samples, network.late)), network.start(1))
    for hook in hooks:
        hook.remove()
    return {part: _seen(torch.cat(outputs)) for part, outputs in given.items()}


def _whole_frames(samples: Samples, late: int) -> Tensor:
    sound = torch.from_numpy(samples.astype(np.float32) / 32768)
    silence = -len(sound) % FRAME_SAMPLES + late * FRAME_SAMPLES
    return functional.pad(sound, (0, silence))[None]


def _seen(outputs: Tensor) -> Seen:
    exact = outputs.double()
    return Seen(
        low=float(outputs.min()), high=float(outputs.max()), products=exact.T @ exact / exact.shape[0]
    )
