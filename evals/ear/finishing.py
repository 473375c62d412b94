"""From a checkpoint to the files that the product ships."""

from __future__ import annotations

from pathlib import Path

import torch

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
from evals.ear.network import EarNetwork
from evals.ear.training import TrainingPlan


def write_network(folder: Path, path: Path, examples: list[Samples]) -> None:
    """Exports the running mean of the last checkpoint."""
    state = torch.load(folder / "checkpoint.pt", weights_only=True, map_location="cpu")
    network = EarNetwork(TrainingPlan(minutes=0).shape)
    network.load_state_dict(state["mean"])
    facts = {
        "steps": str(state["step"]),
        "minutes": f"{state['trained_s'] / 60:.0f}",
        "hours_heard": f"{state['audio_h']:.0f}",
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    export(network, path, facts, examples)


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
