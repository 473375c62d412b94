"""Training goes on after a kill, and what it exports hears what it trained. Needs the extra `train-ear`."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from agent.clock import pause
from evals.ear.bank import make_shard, read_shard

torch = pytest.importorskip(
    "torch", reason="training needs the extra train-ear: pip install 'milliwatt[train-ear]'"
)

pytestmark = pytest.mark.soak

SHAPE = "NetworkShape(width=48, narrow=16, ahead=(1, 0), dilation=(1, 2))"
SITTING = f"""
import sys
from pathlib import Path
import numpy as np
from evals.ear.network import NetworkShape
from evals.ear.spoiling import NoiseBank
from evals.ear.training import Trainer, TrainingPlan
folder = Path(sys.argv[1])
noises = NoiseBank(loops={{"white": (np.random.default_rng(1).standard_normal(240_000),)}})
plan = TrainingPlan(minutes=float(sys.argv[2]), batch_s=20, threads=1, shape={SHAPE})
trainer = Trainer(folder, plan, noises)
print("begins at step", trainer.step, flush=True)
trainer.run({{}}, check_every_s=2.0)
print("ends at step", trainer.step, flush=True)
"""


def test_training_that_was_killed_goes_on_from_its_last_checkpoint(tmp_path: Path) -> None:
    make_shard(tmp_path / "bank", 1, 0, 0.02)
    command = [sys.executable, "-W", "ignore", "-c", SITTING, str(tmp_path)]
    checkpoint = tmp_path / "checkpoint.pt"
    with subprocess.Popen([*command, "10"], stdout=subprocess.DEVNULL, start_new_session=True) as first:
        for _ in range(600):
            if checkpoint.exists():
                break
            pause(0.1)
        os.killpg(first.pid, signal.SIGKILL)
    step = torch.load(checkpoint, weights_only=True)["step"]
    assert step > 0
    second = subprocess.run([*command, "0.2"], capture_output=True, text=True, check=True, timeout=120)
    told = dict(line.split(" at step ") for line in second.stdout.splitlines() if " at step " in line)
    began, ended = int(told["begins"]), int(told["ends"])
    assert began == step
    assert ended > began


def test_networks_are_mixed_weight_by_weight() -> None:
    from evals.ear.finishing import mixed

    one, other = {"a": torch.tensor([0.0, 10.0])}, {"a": torch.tensor([10.0, 20.0])}
    assert mixed(one, other, 0.4)["a"].tolist() == pytest.approx([4.0, 14.0])


def test_the_exported_graph_hears_what_the_network_hears(tmp_path: Path) -> None:
    from agent.audio.stt.ear.acoustic import AcousticModel
    from evals.ear.exporting import export
    from evals.ear.network import EarNetwork, NetworkShape
    from evals.ear.training import collated, log_probabilities

    shard = read_shard(make_shard(tmp_path, 1, 0, 0.01))
    pairs = [(np.asarray(shard.spoken(at).samples), "a") for at in range(4)]
    torch.manual_seed(1)
    network = EarNetwork(NetworkShape())
    network.features.mean, network.features.scale = torch.randn(40), 0.5 + torch.rand(40)
    export(network, tmp_path / "exact.onnx", {})
    export(network, tmp_path / "rounded.onnx", {}, [samples for samples, _ in pairs])
    exact, rounded = AcousticModel(tmp_path / "exact.onnx"), AcousticModel(tmp_path / "rounded.onnx")
    assert (tmp_path / "rounded.onnx").stat().st_size < 0.4 * (tmp_path / "exact.onnx").stat().st_size
    with torch.no_grad():
        expected = log_probabilities(network, collated(pairs).samples).numpy()
    heard = exact.whole([samples for samples, _ in pairs])
    for row, frames in zip(expected, heard, strict=True):
        assert np.allclose(row[: len(frames)], frames, atol=1e-3)
    for one, other in zip(heard, rounded.whole([samples for samples, _ in pairs]), strict=True):
        assert float(np.abs(np.exp(one) - np.exp(other)).mean()) < 0.01
