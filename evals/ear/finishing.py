"""From a checkpoint to the files that the product ships."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from agent.assembly import domain_texts
from agent.audio.stt.ear.acoustic import AcousticModel
from agent.audio.stt.ear.certainty import CALIBRATION
from agent.audio.stt.ear.recogniser import EarSpeechToText
from agent.audio.stt.ear.search_hypothesis import HeardWord
from agent.cache import ContentCache
from agent.cognitive.flow_file import built_in_flow
from agent.events import WordSpan
from agent.media import Samples
from evals.ear.calibration import dev_utterances, fit_certainty, fit_times, paired, write_calibration
from evals.ear.exporting import export
from evals.ear.narrowing import narrowed
from evals.ear.network import EarNetwork, NetworkShape
from evals.ear.training import TEACHER, optimizers
from evals.errors import BadInput


def write_network(
    folder: Path, path: Path, examples: list[Samples], *, earlier: Path | None = None, share: float = 0.4
) -> None:
    """Exports the running mean of the last checkpoint's weights, perhaps mixed with an earlier one's.

    A mean of weights that training went on from hears better than either where their training differed (Wortsman et
    al., "Model soups", ICML 2022): here in how noisy it was.

    Args:
        folder: holds `checkpoint.pt`.
        path: the file to write.
        examples: utterances by which the 8-bit scales are chosen.
        earlier: a checkpoint that training went on from.
        share: its share.
    """
    state = _checkpoint(folder / "checkpoint.pt")
    network = _network(state, earlier, share)
    facts = {
        "steps": str(state["step"]),
        "minutes": f"{state['trained_s'] / 60:.0f}",
        "hours_heard": f"{state['audio_h']:.0f}",
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    export(network, path, facts, examples)


def narrow_checkpoint(
    folder: Path, values: int, examples: list[Samples], *, earlier: Path | None = None, share: float = 0.4
) -> tuple[float, ...]:
    """Makes the folder's checkpoint one of a network with fewer spliced values, to be trained on.

    The network as it was stays beside it: training goes on towards what that hears (Hinton, Vinyals & Dean,
    "Distilling the knowledge in a neural network", 2015), and the whole checkpoint under another name.

    Args:
        folder: holds `checkpoint.pt`.
        values: that a layer splices from then on.
        examples: utterances that tell which of them matter.
        earlier, share: as for `write_network`.

    Raises:
        BadInput: the folder's network was narrowed before.

    Returns:
        The share of each layer's sum's power that is left out.
    """
    if (folder / TEACHER).exists():
        raise BadInput(str(folder), [f"was narrowed before: it holds {TEACHER}; train on, or begin anew"])
    path = folder / "checkpoint.pt"
    state = _checkpoint(path)
    wide = _network(state, earlier, share)
    network, lost = narrowed(wide, values, examples)
    weights, shape = network.state_dict(), asdict(network.shape)
    shutil.copy(path, folder / "checkpoint_wide.pt")
    torch.save({"mean": wide.state_dict(), "shape": state["shape"]}, folder / TEACHER)
    # Of the weights as they are now nothing is known about how they last moved.
    still = [each.state_dict() for each in optimizers(network, 0.0)]
    torch.save({**state, "network": weights, "mean": weights, "optimizers": still, "shape": shape}, path)
    return lost


def _network(state: Mapping[str, Any], earlier: Path | None, share: float) -> EarNetwork:
    weights = state["mean"]
    if earlier is not None:
        weights = mixed(weights, _checkpoint(earlier)["mean"], share)
    network = EarNetwork(NetworkShape(**state["shape"]))
    network.load_state_dict(weights)
    return network


def mixed(weights: Mapping[str, Tensor], others: Mapping[str, Tensor], share: float) -> dict[str, Tensor]:
    """Weights of two networks of one shape, `share` of the second's."""
    return {name: torch.lerp(weight, others[name], share) for name, weight in weights.items()}


def _checkpoint(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = torch.load(path, weights_only=True, map_location="cpu")
    return found


def write_calibrated(cache: ContentCache) -> None:
    """Fits confidence and times on the dev sentences with the network and words that the package holds."""
    path = CALIBRATION
    ear = EarSpeechToText(domain_texts(built_in_flow("booking"), None))
    network = AcousticModel()
    words: list[HeardWord] = []
    right: list[bool] = []
    timed: list[tuple[HeardWord, WordSpan]] = []
    for utterances in dev_utterances(cache).values():
        heard = network.whole([utterance.samples for utterance in utterances])
        for utterance, log_probs in zip(utterances, heard, strict=True):
            found = ear.searched(log_probs)[0].words
            marks, pairs = paired(utterance, found)
            words += found
            right += marks
            timed += pairs
    start_ms, end_ms = fit_times(timed)
    write_calibration(path, fit_certainty(words, right), start_ms, end_ms)
    print(
        f"calibration.json: {len(words)} words, {sum(right) / max(len(right), 1):.1%} of them right",
        flush=True,
    )
