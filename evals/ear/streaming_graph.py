"""The ear's network as an ONNX graph of few and large steps, for pieces of 90 ms whose every step is an expense.

Written node by node, because onnxruntime's cost is the reading of the weights and a microsecond a node, and exporters
write more nodes than are needed. What the layers splice is kept as the 8-bit numbers that their products take.

Memory is two rows of numbers for an utterance, whatever the network's shape: `memory` (B, M) holds samples and the
layers' inputs that are not due yet, `kept` (B, K) what they splice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from agent.audio.stt.ear.acoustic import LONGEST_FRAMES

_HOP = 80
_HOPS_A_WINDOW = 3
_BEFORE = _HOP * (_HOPS_A_WINDOW - 1)
_OPSET, _IR_VERSION = 21, 10
_ORT = "com.microsoft"  # its operators: https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounding:
    """How numbers become 8 bits: n is kept as round(n / scale) + zero. What is spliced has `SILENCE` for its zero."""

    scale: np.float32
    zero: np.uint8


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundedMatrix:
    """A matrix of whole numbers, (in, out), by a scale for each column, and the rounding of what it multiplies."""

    values: NDArray[np.int8]
    scales: Floats
    takes: Rounding


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphLayer:
    """One layer: how its input is normed, its two matrices, where it looks."""

    norm: tuple[Floats, Floats]
    narrow: RoundedMatrix
    widen: RoundedMatrix
    bias: Floats
    dilation: int
    ahead: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphParts:
    """A network's numbers.

    Attributes:
        waves: (240, 2 F), cosines then sines, windowed.
        mel: (F, bands).
        floor: added to each band's energy.
        enter: the first matrix (3 bands, width) and its bias; for features that are logs and no more.
        leave: for each output the matrix and its bias, after the last norm.
    """

    waves: Floats
    mel: Floats
    floor: np.float32
    enter: tuple[Floats, Floats]
    layers: Sequence[GraphLayer]
    norm: tuple[Floats, Floats]
    leave: Sequence[tuple[RoundedMatrix, Floats]]
    epsilon: float


def streaming_graph(parts: GraphParts, facts: Mapping[str, str]) -> onnx.ModelProto:
    """Samples (B, 240 T) at full scale 1.0 and memory to log-probabilities (B, T, columns), and the memory after.

    Args:
        facts: noted in the file.
    """
    graph = _Graph()
    layers = parts.layers
    narrow, width = layers[0].narrow.values.shape[1], layers[0].narrow.values.shape[0]
    taps = layers[0].widen.values.shape[0] // narrow
    kept_rows = [(taps - 1) * layer.dilation for layer in layers]
    late_rows = [layer.ahead for layer in layers]
    late_size = sum(late_rows) * width
    before, late_row = graph.many(
        "Split", ["memory", graph.ints("memory_parts", [_BEFORE, late_size])], 2, axis=1
    )
    sound = graph.add("Concat", [before, "samples"], axis=1)
    x = _entered(graph, parts, sound)
    count = graph.add("Shape", [x], start=1, end=2)
    kept = graph.divided("kept", narrow, kept_rows, "kept_rows")
    late = graph.divided(late_row, width, [rows for rows in late_rows if rows], "late_rows")
    places = _places(graph, count, taps, {layer.dilation for layer in layers})

    due = 0
    for at, layer in enumerate(layers):
        normed = _normed(graph, x, layer.norm, parts.epsilon, f"norm{at}")
        taken = graph.rounded(normed, layer.narrow.takes, f"narrow{at}.takes")
        values = graph.narrowed(taken, layer.narrow, layer.widen.takes, f"narrow{at}", f"widen{at}.takes")
        kept[at] = graph.add("Concat", [kept[at], values], axis=1)
        spliced = graph.add("Gather", [kept[at], places[layer.dilation]], axis=1)
        spliced = graph.add("Reshape", [spliced, graph.ints("spliced", [0, -1, taps * narrow])])
        more = graph.add("Relu", [graph.product(spliced, layer.widen, layer.bias, f"widen{at}")])
        if layer.ahead:
            late[due] = graph.add("Concat", [late[due], x], axis=1)
            x = graph.add("Slice", [late[due], graph.ints("zero", [0]), count, graph.ints("one", [1])])
            due += 1
        x = graph.add("Add", [x, more])
    normed = _normed(graph, x, parts.norm, parts.epsilon, "norm")
    taken = graph.rounded(normed, parts.leave[0][0].takes, "leave.takes")
    outputs = [
        graph.add("LogSoftmax", [graph.product(taken, matrix, bias, f"leave{at}")], axis=-1)
        for at, (matrix, bias) in enumerate(parts.leave)
    ]
    graph.add("Concat", outputs, "log_probabilities", axis=-1)
    newest = graph.add(
        "Slice",
        [sound, graph.ints("newest", [-_BEFORE]), graph.ints("end", [1 << 62]), graph.ints("one", [1])],
    )
    late_after = graph.latest(late, [rows for rows in late_rows if rows], count, late_size, "late_places")
    graph.add("Concat", [newest, late_after], "memory_after", axis=1)
    graph.latest(kept, kept_rows, count, sum(kept_rows) * narrow, "kept_places", output="kept_after")
    columns = sum(bias.size for _, bias in parts.leave)
    return graph.model(
        inputs={
            "samples": (TensorProto.FLOAT, ["batch", "samples"]),
            "memory": (TensorProto.FLOAT, ["batch", _BEFORE + late_size]),
            "kept": (TensorProto.UINT8, ["batch", sum(kept_rows) * narrow]),
        },
        outputs={
            "log_probabilities": (TensorProto.FLOAT, ["batch", "frames", columns]),
            "memory_after": (TensorProto.FLOAT, ["batch", _BEFORE + late_size]),
            "kept_after": (TensorProto.UINT8, ["batch", sum(kept_rows) * narrow]),
        },
        facts={**facts, "late_frames": str(sum(late_rows))},
    )


def _entered(graph: _Graph, parts: GraphParts, sound: str) -> str:
    """The first layer's output from samples and the 160 before."""
    window = _HOP * _HOPS_A_WINDOW
    hops = graph.add("Reshape", [sound, graph.ints("hops", [0, -1, _HOP])])
    # Slices of all but some hops at the ends; put side by side they are windows.
    sides = [
        graph.add(
            "Slice",
            [
                hops,
                graph.ints(f"from{first}", [first]),
                graph.ints(f"to{first}", [first - _HOPS_A_WINDOW + 1 or 1 << 62]),
                graph.ints("one", [1]),
            ],
        )
        for first in range(_HOPS_A_WINDOW)
    ]
    framed = graph.add("Concat", sides, axis=2)
    assert parts.waves.shape[0] == window
    spectrum = graph.add("MatMul", [framed, graph.constant("waves", parts.waves)])
    power = graph.add("Mul", [spectrum, spectrum])
    # Bands of cosines' and of sines' powers are one product.
    energy = graph.add("MatMul", [power, graph.constant("mel", np.concatenate((parts.mel, parts.mel)))])
    logs = graph.add("Log", [graph.add("Add", [energy, graph.constant("floor", parts.floor)])])
    matrix, bias = parts.enter
    stacked = graph.add("Reshape", [logs, graph.ints("stacked", [0, -1, matrix.shape[0]])])
    entered = graph.add("MatMul", [stacked, graph.constant("enter", matrix)])
    return graph.add("Relu", [graph.add("Add", [entered, graph.constant("enter.bias", bias)])])


def _places(graph: _Graph, count: str, taps: int, dilations: set[int]) -> dict[int, str]:
    """For each dilation which rows are spliced for each frame, shape (T, taps)."""
    frames = graph.constant("all_frames", np.arange(LONGEST_FRAMES)[:, None])
    some = graph.add("Slice", [frames, graph.ints("zero", [0]), count])
    return {
        dilation: graph.add("Add", [some, graph.ints(f"taps{dilation}", dilation * np.arange(taps))])
        for dilation in sorted(dilations)
    }


def _normed(graph: _Graph, x: str, norm: tuple[Floats, Floats], epsilon: float, name: str) -> str:
    given = [graph.constant(f"{name}.weight", norm[0]), graph.constant(f"{name}.bias", norm[1])]
    return graph.add("LayerNormalization", [x, *given], epsilon=epsilon)


class _Graph:
    """Nodes and constants, one after another."""

    def __init__(self) -> None:
        self._nodes: list[onnx.NodeProto] = []
        self._constants: dict[str, onnx.TensorProto] = {}

    def put(
        self, kind: str, inputs: Sequence[str], outputs: Sequence[str], domain: str = "", **how: Any
    ) -> None:
        """Adds a node."""
        name = f"{kind}{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, inputs, outputs, name=name, domain=domain, **how))

    def add(self, kind: str, inputs: Sequence[str], output: str = "", **how: Any) -> str:
        """Adds a node with one output and names that."""
        output = output or f"x{len(self._nodes)}"
        self.put(kind, inputs, [output], **how)
        return output

    def many(self, kind: str, inputs: Sequence[str], count: int, **how: Any) -> list[str]:
        """Adds a node with several outputs and names them."""
        outputs = [f"x{len(self._nodes)}.{at}" for at in range(count)]
        self.put(kind, inputs, outputs, **how)
        return outputs

    def constant(self, name: str, value: Any) -> str:
        """Adds a constant, once."""
        self._constants.setdefault(name, numpy_helper.from_array(np.asarray(value), name))
        return name

    def ints(self, name: str, values: Sequence[int] | NDArray[np.int64]) -> str:
        """Adds a row of whole numbers, once."""
        return self.constant(name, np.asarray(values, np.int64))

    def divided(self, row: str, size: int, rows: Sequence[int], name: str) -> list[str]:
        """What of a row of memory belongs to each layer, shape (B, rows, size)."""
        whole = self.add("Reshape", [row, self.ints(f"by{size}", [0, -1, size])])
        return self.many("Split", [whole, self.ints(name, rows)], len(rows), axis=1)

    def latest(
        self, parts: Sequence[str], rows: Sequence[int], count: str, size: int, name: str, output: str = ""
    ) -> str:
        """A row of memory: of each layer's numbers, `count` rows longer than they were, the last rows."""
        starts = np.cumsum([0, *rows])
        places = [start + np.arange(size) for start, size in zip(starts, rows, strict=False)]
        counts = self.ints(f"{name}.counts", np.repeat(np.arange(1, len(rows) + 1), rows))
        moved = self.add("Mul", [count, counts])
        at = self.add("Add", [moved, self.ints(name, np.concatenate(places))])
        whole = self.add("Concat", parts, axis=1)
        last = self.add("Gather", [whole, at], axis=1)
        return self.add("Reshape", [last, self.ints(f"{name}.size", [0, size])], output)

    def rounded(self, numbers: str, rounding: Rounding, name: str) -> str:
        """Numbers as 8 bits."""
        return self.add("QuantizeLinear", [numbers, *self._rounding(rounding, name)])

    def narrowed(self, taken: str, matrix: RoundedMatrix, gives: Rounding, name: str, given: str) -> str:
        """The product of 8-bit numbers and a matrix, as 8-bit numbers."""
        values, scales, zeros = self._matrix(matrix, name)
        takes = self._rounding(matrix.takes, f"{name}.takes")
        return self.add(
            "QLinearMatMul", [taken, *takes, values, scales, zeros, *self._rounding(gives, given)]
        )

    def product(self, taken: str, matrix: RoundedMatrix, bias: Floats, name: str) -> str:
        """The product of 8-bit numbers and a matrix, and a bias."""
        values, scales, zeros = self._matrix(matrix, name)
        scale, zero = self._rounding(matrix.takes, f"{name}.takes")
        inputs = [taken, values, scale, scales, zero, zeros, self.constant(f"{name}.bias", bias)]
        return self.add("MatMulIntegerToFloat", inputs, domain=_ORT)

    def model(
        self,
        inputs: Mapping[str, tuple[int, list[Any]]],
        outputs: Mapping[str, tuple[int, list[Any]]],
        facts: Mapping[str, str],
    ) -> onnx.ModelProto:
        """The whole."""
        graph = helper.make_graph(
            self._nodes,
            "ear",
            [helper.make_tensor_value_info(name, *form) for name, form in inputs.items()],
            [helper.make_tensor_value_info(name, *form) for name, form in outputs.items()],
            list(self._constants.values()),
        )
        opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_ORT, 1)]
        model = helper.make_model(
            graph, opset_imports=opsets, ir_version=_IR_VERSION, producer_name="milliwatt"
        )
        helper.set_model_props(model, dict(facts))
        return model

    def _rounding(self, rounding: Rounding, name: str) -> list[str]:
        return [self.constant(f"{name}.scale", rounding.scale), self.constant(f"{name}.zero", rounding.zero)]

    def _matrix(self, matrix: RoundedMatrix, name: str) -> tuple[str, str, str]:
        zeros = np.zeros(matrix.scales.size, np.int8)
        return (
            self.constant(name, matrix.values),
            self.constant(f"{name}.scales", matrix.scales),
            self.constant(f"{name}.zeros", zeros),
        )
