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
    path = tmp_path / "network.onnx"
    export(network, path, {"minutes": "0"}, [samples for samples, _ in pairs])
    model = AcousticModel(path)
    assert path.stat().st_size < 0.4 * 4 * sum(weight.numel() for weight in network.parameters())
    assert model.facts["minutes"] == "0"
    with torch.no_grad():
        expected = log_probabilities(network, collated(pairs).samples).numpy()
    for row, frames in zip(expected, model.whole([samples for samples, _ in pairs]), strict=True):
        assert float(np.abs(np.exp(row[: len(frames)]) - np.exp(frames)).mean()) < 0.005


def test_a_network_loses_nothing_of_what_its_second_matrices_do_not_see() -> None:
    from evals.ear.narrowing import narrowed
    from evals.ear.network import EarNetwork, NetworkShape

    torch.manual_seed(2)
    network = EarNetwork(NetworkShape(width=48, narrow=16, ahead=(1, 0), dilation=(1, 2)))
    with torch.no_grad():
        for layer in network.layers:
            seen = torch.linalg.qr(torch.randn(16, 6))[0]
            blocks = layer.widen.weight.reshape(48, 4, 16) @ seen @ seen.T
            layer.widen.weight.copy_(blocks.reshape(48, 64))
    sound = np.random.default_rng(1).integers(-3000, 3000, 24_000).astype(np.int16)
    for values, least, most in ((6, 0.0, 1e-6), (4, 0.01, 0.9)):
        smaller, lost = narrowed(network, values, [sound])
        assert smaller.shape.narrow == values
        assert all(least <= share <= most for share in lost), lost
    smaller, _ = narrowed(network, 6, [sound])
    with torch.no_grad():
        heard = torch.from_numpy(sound).float()[None] / 32768
        one, _ = network(network.stacked(heard), network.start(1))
        other, _ = smaller(smaller.stacked(heard), smaller.start(1))
    assert torch.allclose(one, other, atol=1e-3)
    with pytest.raises(ValueError, match="no fewer"):
        narrowed(network, 16, [sound])


def test_a_narrowed_network_trains_on_towards_what_it_heard_before(tmp_path: Path) -> None:
    from evals.ear.finishing import narrow_checkpoint
    from evals.errors import BadInput

    make_shard(tmp_path / "bank", 1, 0, 0.02)
    command = [sys.executable, "-W", "ignore", "-c", SITTING, str(tmp_path)]
    subprocess.run([*command, "0.1"], check=True, timeout=120, stdout=subprocess.DEVNULL)
    before = torch.load(tmp_path / "checkpoint.pt", weights_only=True)
    sound = np.random.default_rng(1).integers(-3000, 3000, 24_000).astype(np.int16)
    narrow_checkpoint(tmp_path, 8, [sound])
    with pytest.raises(BadInput, match="narrowed before"):
        narrow_checkpoint(tmp_path, 8, [sound])
    subprocess.run([*command, "0.2"], check=True, timeout=120, stdout=subprocess.DEVNULL)
    after = torch.load(tmp_path / "checkpoint.pt", weights_only=True)
    assert after["step"] > before["step"]
    assert after["mean"]["layers.0.narrow.weight"].shape == (8, 48)


def test_what_a_teacher_hears_differs_by_nothing_from_itself_and_silence_after_an_utterance_does_not_count() -> (
    None
):
    from evals.ear.training import _difference

    torch.manual_seed(3)
    taught, heard = torch.randn(2, 5, 7).log_softmax(-1), torch.randn(2, 5, 7).log_softmax(-1)
    frames = torch.tensor([5, 3])
    assert float(_difference(taught, taught, frames)) == pytest.approx(0, abs=1e-6)
    ratio = (taught.exp() * (taught - heard)).sum(-1)
    assert float(_difference(taught, heard, frames)) == pytest.approx(
        float(ratio[0].sum() + ratio[1, :3].sum()) / 8, rel=1e-5
    )
