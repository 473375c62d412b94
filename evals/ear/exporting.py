"""The trained network as ONNX: samples and what it remembers in, log-probabilities and memory out.

The layers' weights and what goes into them are rounded to 8 bits, by fixed scales: whole-number sums come out the same
in whatever order and company they are added, so that a row does not depend on its batch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from torch import Tensor, nn

from agent.audio.stt.ear.acoustic import SILENCE
from agent.media import Samples
from evals.ear.network import FLOOR, STACK, EarNetwork, Layer
from evals.ear.outputs_seen import Seen, seen
from evals.ear.streaming_graph import (
    Floats,
    GraphLayer,
    GraphParts,
    RoundedMatrix,
    Rounding,
    streaming_graph,
)
from evals.store.disk import write_atomically

# To 7 bits, or processors without VNNI instructions, which add products in pairs as 16 bits, would saturate and hear
# otherwise.
_LARGEST_WEIGHT = 64
_LARGEST = 255


def export(network: EarNetwork, path: Path, facts: Mapping[str, str], examples: Sequence[Samples]) -> None:
    """Writes the graph.

    Args:
        facts: noted in the file, such as how long it was trained.
        examples: utterances by which the 8-bit scales are chosen.
    """
    model = streaming_graph(rounded(network, examples), facts)
    write_atomically(path, model.SerializeToString())


def rounded(network: EarNetwork, examples: Sequence[Samples]) -> GraphParts:
    """The network's numbers, those of the layers in 8 bits."""
    network.eval()
    normed = [layer.norm for layer in network.layers] + [network.norm]
    ranges = seen(network, [*normed, *(layer.narrow for layer in network.layers)], examples)
    layers = [_layer(layer, ranges[layer.norm], ranges[layer.narrow]) for layer in network.layers]
    leaving = _rounding(ranges[network.norm])
    features = network.features
    mean, scale = (each.repeat(STACK) for each in (features.mean, features.scale))
    enter = network.enter.weight * scale
    return GraphParts(
        waves=_numbers(features.waves),
        mel=_numbers(features.mel),
        floor=np.float32(FLOOR),
        enter=(_numbers(enter.T), _numbers(network.enter.bias - enter @ mean)),
        layers=layers,
        norm=_norm(network.norm),
        leave=[(_matrix(out.weight, leaving), _numbers(out.bias)) for out in (network.leave, network.sound)],
        epsilon=network.norm.eps,
    )


def _layer(layer: Layer, taken: Seen, spliced: Seen) -> GraphLayer:
    return GraphLayer(
        norm=_norm(layer.norm),
        narrow=_matrix(layer.narrow.weight, _rounding(taken)),
        widen=_matrix(layer.widen.weight, _around_silence(spliced)),
        bias=_numbers(layer.widen.bias),
        dilation=layer.dilation,
        ahead=layer.ahead,
    )


def _norm(norm: nn.LayerNorm) -> tuple[Floats, Floats]:
    return _numbers(norm.weight), _numbers(norm.bias)


def _matrix(weight: Tensor, takes: Rounding) -> RoundedMatrix:
    matrix = _numbers(weight.T)
    scales = np.maximum(np.abs(matrix).max(axis=0), np.float32(1e-12)) / np.float32(_LARGEST_WEIGHT)
    return RoundedMatrix(values=np.rint(matrix / scales).astype(np.int8), scales=scales, takes=takes)


def _rounding(range_: Seen) -> Rounding:
    low, high = min(range_.low, 0.0), max(range_.high, 0.0)
    scale = np.float32((high - low) / _LARGEST)
    return Rounding(scale=scale, zero=np.uint8(np.rint(-low / scale)))


def _around_silence(range_: Seen) -> Rounding:
    farthest = max(-range_.low, range_.high)
    return Rounding(scale=np.float32(farthest / (_LARGEST - SILENCE)), zero=np.uint8(SILENCE))


def _numbers(tensor: Tensor) -> Floats:
    found: Floats = np.ascontiguousarray(tensor.detach().numpy(), dtype=np.float32)
    return found
