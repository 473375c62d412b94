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


class StreamingEar(nn.Module):
    """The network as a function of samples (B, 240 T) at full scale 1.0 and memory (B, M).

    It computes what `EarNetwork.forward` does, in fewer and larger steps: for pieces of 90 ms the number of steps is
    half of the cost. What is remembered lies in rows as wide as the spliced values, so that it is divided in one step.
    """

    def __init__(self, network: EarNetwork) -> None:
        super().__init__()
        self.network = network
        self.narrow = network.shape.narrow
        self.rows = [length * width // self.narrow for length, width in map(_size, network.start(1))]

    @property
    def memory_size(self) -> int:
        """M."""
        return _BEFORE + sum(self.rows) * self.narrow

    def forward(self, samples: Tensor, memory: Tensor) -> tuple[Tensor, Tensor]:
        """Log-probabilities (B, T, 29 + 45), late by the network's look-ahead, and the memory after these samples."""
        network, batch = self.network, samples.shape[0]
        before = memory[:, :_BEFORE]
        parts = torch.split(memory[:, _BEFORE:].reshape(batch, -1, self.narrow), self.rows, dim=1)
        x = network.features(samples, before).reshape(batch, -1, MELS * STACK)
        x = functional.relu(network.enter(x))
        count = x.shape[1]
        frames = torch.arange(count, device=x.device)
        places = {
            dilation: (frames[:, None] + dilation * torch.arange(network.shape.taps)).reshape(-1)
            for dilation in set(network.shape.dilation)
        }
        after: list[Tensor] = []
        for at, layer in enumerate(network.layers):
            kept, late = parts[2 * at], parts[2 * at + 1]
            values = torch.cat((kept, layer.narrow(layer.norm(x))), dim=1)
            spliced = torch.index_select(values, 1, places[layer.dilation])
            spliced = spliced.reshape(batch, -1, self.narrow * layer.taps)
            if layer.ahead:
                joined = torch.cat((late.reshape(batch, layer.ahead, -1), x), dim=1)
                x, late = joined[:, :count], joined[:, count:]
            x = x + functional.relu(layer.widen(spliced))
            after += (
                [values[:, count:], late.reshape(batch, -1, self.narrow)]
                if layer.ahead
                else [values[:, count:]]
            )
        kept = torch.cat((before, samples), dim=1)[:, -_BEFORE:]
        outputs = network.outputs(x)
        return outputs, torch.cat((kept, torch.cat(after, dim=1).reshape(batch, -1)), dim=1)


def _size(part: Tensor) -> tuple[int, int]:
    return part.shape[1], part.shape[2]


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
        model = onnx.load(str(ready))
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
