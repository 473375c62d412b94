"""The trained network as ONNX: samples and what it remembers in, log-probabilities and memory out.

What the layers remember is one row of numbers per utterance, so that who runs the graph need not know its shape. The
layers' weights and what goes into them are rounded to 8 bits, by fixed scales: whole-number sums come out the same
in whatever order and company they are added, so that a row does not depend on its batch.
"""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import torch
from onnxruntime.quantization import (
    CalibrationDataReader,
    CalibrationMethod,
    QuantFormat,
    QuantType,
    quantize_static,
)
from onnxruntime.quantization.shape_inference import quant_pre_process
from torch import Tensor, nn
from torch.nn import functional

from agent.audio.stt.ear.acoustic import FRAME_SAMPLES
from agent.media import Samples
from evals.ear.network import HOP, MELS, STACK, WINDOW, EarNetwork
from evals.store.disk import write_atomically

_BEFORE = WINDOW - HOP
_BIAS_INPUT = 6  # of onnxruntime's MatMulIntegerToFloat


class StreamingEar(nn.Module):
    """The network as a function of samples (B, 240 T) at full scale 1.0 and memory (B, M).

    It computes what `EarNetwork.forward` does, in fewer and larger steps: for pieces of 90 ms the number of steps is
    half of the cost. Memory holds samples, then what the layers splice, then their inputs that are not due yet, so
    that each kind is divided in one step, and made anew in one.
    """

    kept_places: Tensor
    kept_counts: Tensor
    late_places: Tensor
    late_counts: Tensor

    def __init__(self, network: EarNetwork) -> None:
        super().__init__()
        self.network = network
        shape = network.shape
        self.narrow, self.width = shape.narrow, shape.width
        sizes = [part.shape[1] for part in network.start(1)]
        self.kept, self.late = sizes[::2], [size for size in sizes[1::2] if size]
        self.enter = _with_features_scaled(network)
        for name, rows in (("kept", self.kept), ("late", self.late)):
            places, counts = _ends(rows)
            self.register_buffer(f"{name}_places", places)
            self.register_buffer(f"{name}_counts", counts)

    @property
    def parts(self) -> list[int]:
        """Of memory: samples, spliced values, inputs not due yet."""
        return [_BEFORE, sum(self.kept) * self.narrow, sum(self.late) * self.width]

    @property
    def memory_size(self) -> int:
        """M."""
        return sum(self.parts)

    def forward(self, samples: Tensor, memory: Tensor) -> tuple[Tensor, Tensor]:
        """Log-probabilities (B, T, 29 + 45), late by the network's look-ahead, and the memory after these samples."""
        network, batch = self.network, samples.shape[0]
        before, kept_rows, late_rows = torch.split(memory, self.parts, dim=1)
        kept = list(torch.split(kept_rows.reshape(batch, -1, self.narrow), self.kept, dim=1))
        late = list(torch.split(late_rows.reshape(batch, -1, self.width), self.late, dim=1))
        x = network.features.logs(samples, before).reshape(batch, -1, MELS * STACK)
        x = functional.relu(self.enter(x))
        count = x.shape[1]
        frames = torch.arange(count, device=x.device)
        places = {
            dilation: (frames[:, None] + dilation * torch.arange(network.shape.taps)).reshape(-1)
            for dilation in set(network.shape.dilation)
        }
        due = 0
        for at, layer in enumerate(network.layers):
            kept[at] = torch.cat((kept[at], layer.narrow(layer.norm(x))), dim=1)
            spliced = torch.index_select(kept[at], 1, places[layer.dilation])
            spliced = spliced.reshape(batch, -1, self.narrow * layer.taps)
            if layer.ahead:
                late[due] = torch.cat((late[due], x), dim=1)
                x, due = late[due][:, :count], due + 1
            x = x + functional.relu(layer.widen(spliced))
        after = [
            torch.cat((before, samples), dim=1)[:, -_BEFORE:],
            _at(kept, self.kept_places + count * self.kept_counts).reshape(batch, -1),
            _at(late, self.late_places + count * self.late_counts).reshape(batch, -1),
        ]
        return network.outputs(x), torch.cat(after, dim=1)


def _with_features_scaled(network: EarNetwork) -> nn.Linear:
    """The first layer, for features whose mean and variance are not yet what it was trained on."""
    mean, scale = (each.repeat(STACK) for each in (network.features.mean, network.features.scale))
    enter = nn.Linear(network.enter.in_features, network.enter.out_features)
    with torch.no_grad():
        enter.weight.copy_(network.enter.weight * scale)
        enter.bias.copy_(network.enter.bias - enter.weight @ mean)
    return enter


def _ends(rows: Sequence[int]) -> tuple[Tensor, Tensor]:
    """Where the last `rows` of each of several parts lie, when each part is that long and a count of frames longer:
    at the first numbers returned, and that count times the second."""
    starts = np.cumsum([0, *rows])
    places = np.concatenate([start + np.arange(size) for start, size in zip(starts, rows, strict=False)])
    counts = np.repeat(np.arange(1, len(rows) + 1), rows)
    return torch.tensor(places), torch.tensor(counts)


def _at(parts: Sequence[Tensor], places: Tensor) -> Tensor:
    return torch.index_select(torch.cat(list(parts), dim=1), 1, places)


def export(
    network: EarNetwork, path: Path, facts: Mapping[str, str], examples: Sequence[Samples] = ()
) -> None:
    """Writes the graph.

    Args:
        facts: noted in the file, such as how long it was trained.
        examples: utterances by which the 8-bit scales are chosen; without any, weights stay as they are.
    """
    network.eval()
    ear = StreamingEar(network)
    with tempfile.TemporaryDirectory(prefix="ear-export-") as folder:
        exact, ready = Path(folder, "exact.onnx"), Path(folder, "ready.onnx")
        _write_exact(ear, exact)
        if examples:
            prepared = Path(folder, "prepared.onnx")
            quant_pre_process(str(exact), str(prepared), skip_symbolic_shape=True)
            _write_rounded(prepared, ready, examples, ear.memory_size)
        else:
            shutil.copy(exact, ready)
        model = with_biases_folded(_fused(ready))
        for key, value in {**facts, "late_frames": str(network.late)}.items():
            entry = model.metadata_props.add()
            entry.key, entry.value = key, value
        write_atomically(path, model.SerializeToString())


def _write_exact(ear: StreamingEar, path: Path) -> None:
    samples = torch.zeros(2, 4 * FRAME_SAMPLES)
    memory = torch.zeros(2, ear.memory_size)
    frames = torch.export.Dim("frames", min=1, max=8192)
    batch = torch.export.Dim("batch", min=1, max=1024)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            ear,
            (samples, memory),
            input_names=["samples", "memory"],
            output_names=["log_probabilities", "memory_after"],
            dynamic_shapes={"samples": {0: batch, 1: FRAME_SAMPLES * frames}, "memory": {0: batch}},
            dynamo=True,
            external_data=False,
            verbose=False,
        )
    assert program is not None
    program.save(str(path))


def _write_rounded(exact: Path, rounded: Path, examples: Sequence[Samples], memory_size: int) -> None:
    graph = onnx.load(str(exact)).graph
    weights = {each.name: tuple(each.dims) for each in graph.initializer}
    # Features stay exact: they are small, and their errors are heard.
    layers = [
        node.name
        for node in graph.node
        if node.op_type == "MatMul" and weights.get(node.input[1], (0,))[0] in _layer_inputs(weights)
    ]
    quantize_static(
        str(exact),
        str(rounded),
        _Examples(examples, memory_size),
        quant_format=QuantFormat.QDQ,
        nodes_to_quantize=layers,
        per_channel=True,
        reduce_range=True,  # to 7 bits, or processors without VNNI instructions would saturate and hear otherwise
        activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8,
        calibrate_method=CalibrationMethod.MinMax,
        extra_options={"OpTypesToExcludeOutputQuantization": ["MatMul"]},
    )


def _fused(path: Path) -> onnx.ModelProto:
    """The graph as onnxruntime would make it on loading, so that loading need not: fewer and larger steps."""
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    options.optimized_model_filepath = str(path.with_suffix(".fused.onnx"))
    options.log_severity_level = 3
    onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    return onnx.load(options.optimized_model_filepath)


def with_biases_folded(model: onnx.ModelProto) -> onnx.ModelProto:
    """The graph with what is added to a whole-number product taken into it, which onnxruntime leaves apart."""
    graph = model.graph
    constants = {each.name: tuple(each.dims) for each in graph.initializer}
    users: dict[str, list[onnx.NodeProto]] = {}
    for node in graph.node:
        for name in node.input:
            users.setdefault(name, []).append(node)
    for product in [node for node in graph.node if node.op_type == "MatMulIntegerToFloat"]:
        after = users.get(product.output[0], [])
        if len(after) != 1 or after[0].op_type != "Add" or len(product.input) > _BIAS_INPUT:
            continue
        added = after[0]
        biases = [name for name in added.input if len(constants.get(name, ())) == 1]
        if len(biases) == 1:
            product.input.append(biases[0])
            product.output[0] = added.output[0]
            graph.node.remove(added)
    return model


def _layer_inputs(weights: Mapping[str, tuple[int, ...]]) -> set[int]:
    """Sizes that only the layers' products have: those of the largest matrices."""
    return {dims[0] for dims in weights.values() if len(dims) == 2 and dims[0] * dims[1] >= 1 << 16} - {
        MELS * STACK
    }


class _Examples(CalibrationDataReader):  # type: ignore[misc]
    def __init__(self, examples: Sequence[Samples], memory_size: int) -> None:
        self._left = iter(examples)
        self._memory_size = memory_size

    def get_next(self) -> dict[str, Any] | None:
        """The next example's inputs."""
        samples = next(self._left, None)
        if samples is None:
            return None
        whole = samples[: samples.size // FRAME_SAMPLES * FRAME_SAMPLES]
        return {
            "samples": (whole / 32768).astype(np.float32)[np.newaxis],
            "memory": np.zeros((1, self._memory_size), np.float32),
        }
