"""Training of the ear's network: it can stop at any time, and goes on from its last checkpoint.

The time given is what training may take in all, over as many sittings as it needs; the step size follows it down.
"""

from __future__ import annotations

import csv
import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional
from torch.utils.data import DataLoader, IterableDataset

from agent.clock import stopwatch_ns
from agent.media import Samples
from evals.ear.bank import Shard, read_shard
from evals.ear.network import FRAME_SAMPLES, LETTERS, EarNetwork, NetworkShape
from evals.ear.spoiling import NoiseBank, spoiled
from evals.errors import BadInput
from evals.rng import rng_for

SYMBOL = {letter: at for at, letter in enumerate(LETTERS, 1)}
_POOL = 300  # utterances sorted by length before they are put into batches


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingPlan:
    """How to train.

    Attributes:
        minutes: of training in all, earlier sittings included.
        batch_s: seconds of audio in a batch, padding included.
        peak_rate: AdamW's step size after warming up.
        threads, loaders, device: processor threads, processes that spoil speech, and where torch computes.
    """

    minutes: float
    seed: int = 3
    batch_s: float = 64.0
    peak_rate: float = 1.6e-3
    warm_up_steps: int = 400
    threads: int = 2
    loaders: int = 1
    device: str = "cpu"
    shape: NetworkShape = field(default_factory=NetworkShape)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Batch:
    """Spoiled utterances: samples (B, 240 T) as int16, their own frames, and what was said as symbols."""

    samples: Tensor
    frames: Tensor
    symbols: Tensor
    symbol_counts: Tensor


class Utterances(IterableDataset[Batch]):
    """Batches without end, from shards as far as they are there yet."""

    def __init__(self, folder: Path, plan: TrainingPlan, noises: NoiseBank, start: int) -> None:
        self._folder, self._plan, self._noises, self._start = folder, plan, noises, start

    def __iter__(self) -> Iterator[Batch]:
        info = torch.utils.data.get_worker_info()
        worker = info.id if info is not None else 0
        shards: dict[Path, Shard] = {}
        turn = worker
        while True:
            rng = rng_for(self._plan.seed, "ear.training", self._start, turn)
            turn += 1 if info is None else info.num_workers
            there = sorted(self._folder.glob("shard_*.npy"))
            if not there:
                raise BadInput(
                    str(self._folder), ["holds no speech yet: make some with `python -m evals.ear bank`"]
                )
            for path in there:
                if path not in shards:
                    shards[path] = read_shard(path)
            pool = [self._utterance(shards[there[int(rng.integers(len(there)))]], rng) for _ in range(_POOL)]
            pool.sort(key=lambda pair: pair[0].size)
            batches = _by_length(pool, self._plan.batch_s)
            for at in rng.permutation(len(batches)):
                yield collated(batches[int(at)])

    def _utterance(self, shard: Shard, rng: np.random.Generator) -> tuple[Samples, str]:
        spoken = shard.spoken(int(rng.integers(len(shard))))
        other = shard.spoken(int(rng.integers(len(shard)))).samples
        if rng.random() < 0.02:  # nobody speaks
            return spoiled(spoken.samples[:0], self._noises, [other], rng), ""
        text, samples = spoken.text, np.asarray(spoken.samples)
        return spoiled(samples, self._noises, [other], rng), text


def _by_length(pool: Sequence[tuple[Samples, str]], batch_s: float) -> list[list[tuple[Samples, str]]]:
    batches: list[list[tuple[Samples, str]]] = [[]]
    for pair in pool:
        if batches[-1] and (len(batches[-1]) + 1) * pair[0].size > batch_s * 8000:
            batches.append([])
        batches[-1].append(pair)
    return batches


def collated(pairs: Sequence[tuple[Samples, str]]) -> Batch:
    """Utterances of different lengths as one batch; those too fast for their letters are left out."""
    fitting = [pair for pair in pairs if _fits(pair)]
    frames = [-(-samples.size // FRAME_SAMPLES) for samples, _ in fitting]
    sound = np.zeros((len(fitting), max(frames, default=0) * FRAME_SAMPLES), dtype=np.int16)
    for row, (samples, _) in zip(sound, fitting, strict=True):
        row[: samples.size] = samples
    symbols = [[SYMBOL[letter] for letter in text] for _, text in fitting]
    return Batch(
        samples=torch.from_numpy(sound),
        frames=torch.tensor(frames),
        symbols=torch.tensor([symbol for line in symbols for symbol in line], dtype=torch.long),
        symbol_counts=torch.tensor([len(line) for line in symbols]),
    )


def _fits(pair: tuple[Samples, str]) -> bool:
    """Whether there are frames enough for the letters, and for a blank between two that are the same."""
    samples, text = pair
    return len(text) + sum(a == b for a, b in pairwise(text)) <= samples.size // FRAME_SAMPLES


def log_probabilities(
    network: EarNetwork, samples: Tensor, mask: np.random.Generator | None = None
) -> Tensor:
    """Log-probabilities of whole utterances, shape (B, T, 29), from int16 samples (B, 240 T)."""
    where = network.leave.weight.device
    features = network.stacked(samples.to(where).float() / 32768)
    if mask is not None:
        features = _masked(features, mask)
    flush = torch.zeros(samples.shape[0], network.late * FRAME_SAMPLES, device=where)
    silence = network.stacked(flush)
    outputs: Tensor
    outputs, _ = network(torch.cat((features, silence), dim=1), network.start(samples.shape[0]))
    return outputs[:, network.late :]


def _masked(features: Tensor, rng: np.random.Generator) -> Tensor:
    """SpecAugment (Park et al., Interspeech 2019), small: a band and a stretch of each utterance set to the mean."""
    batch, frames, width = features.shape
    keep = torch.ones(batch, frames, width // 3, 3)
    for row in range(batch):
        if rng.random() < 0.5:
            band, low = int(rng.integers(1, 6)), int(rng.integers(0, 36))
            keep[row, :, low : low + band] = 0
        if rng.random() < 0.5:
            long, first = int(rng.integers(1, 4)), int(rng.integers(0, frames))
            keep[row, first : first + long] = 0
    # Features are stacked hop by hop: (3, 40) in a row.
    return features * keep.transpose(2, 3).reshape(batch, frames, width).to(features.device)


def greedy(log_probs: Tensor | np.ndarray[Any, Any]) -> str:
    """The letters of the likeliest symbol of each frame, repeats and blanks taken out; (T, 29) to text."""
    best = log_probs.argmax(-1).tolist()
    letters = [LETTERS[s - 1] for s, before in zip(best, [0, *best], strict=False) if s and s != before]
    return " ".join("".join(letters).split())


def words_wrong(said: str, heard: str) -> tuple[int, int]:
    """Edits between two texts in words, and how many words were said."""
    a, b = said.split(), heard.split()
    row = list(range(len(b) + 1))
    for i, word in enumerate(a, 1):
        before, row[0] = row[0], i
        for j, other in enumerate(b, 1):
            before, row[j] = row[j], min(before + (word != other), row[j] + 1, row[j - 1] + 1)
    return row[-1], len(a)


class Trainer:
    """One network in training, in a folder that holds its checkpoint, its log and its bank."""

    def __init__(self, folder: Path, plan: TrainingPlan, noises: NoiseBank) -> None:
        torch.set_num_threads(plan.threads)
        torch.manual_seed(plan.seed)
        self.folder, self.plan, self.noises = folder, plan, noises
        self.network = EarNetwork(plan.shape).to(plan.device)
        self.mean = EarNetwork(plan.shape).to(
            plan.device
        )  # a running mean of the weights: what is tested and shipped
        self.optimizer = torch.optim.AdamW(
            self.network.parameters(), lr=plan.peak_rate, betas=(0.9, 0.98), weight_decay=0.01
        )
        self.step = 0
        self.trained_s = 0.0
        self.sitting = 0
        self.audio_h = 0.0
        self._read_checkpoint()

    def run(
        self, checks: Mapping[str, Sequence[tuple[Samples, str]]], *, check_every_s: float = 420.0
    ) -> None:
        """Trains until the planned time is used up, printing and logging as it goes."""
        data = DataLoader(
            Utterances(self.folder / "bank", self.plan, self.noises, self.sitting),
            batch_size=None,
            num_workers=self.plan.loaders,
            prefetch_factor=6,
        )
        rng = rng_for(self.plan.seed, "ear.masks", self.sitting)
        limit_s = self.plan.minutes * 60
        if self.trained_s >= limit_s:
            print(f"trained for {self.trained_s / 60:.1f} minutes already; give more to go on")
            return
        checked = self.trained_s
        loss_sum, loss_count = 0.0, 0
        if self.step == 0:
            self._measure_features(data)
        began_s = self.trained_s
        start = stopwatch_ns()
        for batch in data:
            if len(batch.frames) == 0:
                continue
            loss = self._learn(batch, self.trained_s / limit_s, rng)
            self.trained_s = began_s + (stopwatch_ns() - start) / 1e9
            loss_sum, loss_count = loss_sum + loss, loss_count + 1
            if self.step % 100 == 0:
                pace = self.audio_h * 3600 / max(self.trained_s, 1)
                print(
                    f"step {self.step}  loss {loss_sum / loss_count:.3f}  {self.trained_s / 60:.1f} of "
                    f"{self.plan.minutes:.0f} min  {self.audio_h:.1f} h heard ({pace:.0f} x real time)",
                    flush=True,
                )
            if self.trained_s - checked >= check_every_s or self.trained_s >= limit_s:
                checked = self.trained_s
                self.write_checkpoint()
                self._check(checks, loss_sum / max(loss_count, 1))
                loss_sum, loss_count = 0.0, 0
            if self.trained_s >= limit_s:
                break

    def _learn(self, batch: Batch, progress: float, rng: np.random.Generator) -> float:
        rate = self.plan.peak_rate * min(1.0, (self.step + 1) / self.plan.warm_up_steps)
        rate *= 0.5 * (1 + np.cos(np.pi * min(1.0, progress))) * 0.98 + 0.02
        for group in self.optimizer.param_groups:
            group["lr"] = float(rate)
        outputs = log_probabilities(self.network, batch.samples, rng)
        loss = functional.ctc_loss(
            outputs.transpose(0, 1), batch.symbols.to(outputs.device), batch.frames, batch.symbol_counts,
            reduction="none", zero_infinity=True,
        )  # fmt: skip
        total = loss.sum() / int(batch.symbol_counts.sum().clamp(min=1))
        self.optimizer.zero_grad()
        total.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimizer.step()
        self.step += 1
        self.audio_h += float(batch.frames.sum()) * 0.03 / 3600
        decay = min(0.9985, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            for mean, now in zip(self.mean.parameters(), self.network.parameters(), strict=True):
                mean.lerp_(now, 1 - decay)
        return float(total)

    def _measure_features(self, data: DataLoader[Batch]) -> None:
        """Sets the features' mean and scale from some batches."""
        with torch.no_grad():
            seen = []
            for batch in data:
                samples = batch.samples.to(self.plan.device).float() / 32768
                mels = self.network.stacked(samples).reshape(-1, 40)
                seen.append(mels[torch.randint(len(mels), (20_000,))])
                if len(seen) == 20:
                    break
            all_mels = torch.cat(seen)
            for network in (self.network, self.mean):
                network.features.mean = all_mels.mean(0)
                network.features.scale = 1 / all_mels.std(0).clamp(min=0.1)

    def _check(self, checks: Mapping[str, Sequence[tuple[Samples, str]]], loss: float) -> None:
        rates = {name: greedy_error_rate(self.mean, pairs) for name, pairs in checks.items()}
        line = {"minutes": round(self.trained_s / 60, 1), "step": self.step, "hours": round(self.audio_h, 2),
                "loss": round(loss, 4), **{name: round(rate, 4) for name, rate in rates.items()}}  # fmt: skip
        print("checked: " + "  ".join(f"{name} {value}" for name, value in line.items()), flush=True)
        log = self.folder / "training.csv"
        new = not log.exists()
        with open(log, "a", newline="") as file:
            writer = csv.DictWriter(file, fieldnames=list(line))
            if new:
                writer.writeheader()
            writer.writerow(line)

    def write_checkpoint(self) -> None:
        """Saves everything that going on needs, at once or not at all."""
        path = self.folder / "checkpoint.pt"
        state = {
            "network": self.network.state_dict(), "mean": self.mean.state_dict(),
            "optimizer": self.optimizer.state_dict(), "step": self.step, "trained_s": self.trained_s,
            "sitting": self.sitting, "audio_h": self.audio_h,
        }  # fmt: skip
        draft = path.with_suffix(f".{os.getpid()}.{threading.get_ident()}.part")
        torch.save(state, draft)
        os.replace(draft, path)

    def _read_checkpoint(self) -> None:
        path = self.folder / "checkpoint.pt"
        if not path.exists():
            self.mean.load_state_dict(self.network.state_dict())
            return
        state = torch.load(path, weights_only=True, map_location=self.plan.device)
        self.network.load_state_dict(state["network"])
        self.mean.load_state_dict(state["mean"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.step, self.trained_s = state["step"], state["trained_s"]
        self.sitting, self.audio_h = state["sitting"] + 1, state["audio_h"]


def greedy_error_rate(network: EarNetwork, pairs: Sequence[tuple[Samples, str]]) -> float:
    """Word error rate without any language model, pooled."""
    wrong = said = 0
    with torch.no_grad():
        for at in range(0, len(pairs), 16):
            batch = collated(pairs[at : at + 16])
            outputs = log_probabilities(network, batch.samples)
            fitting = [pair for pair in pairs[at : at + 16] if _fits(pair)]
            for row, frames, (_, text) in zip(outputs, batch.frames.tolist(), fitting, strict=True):
                errors, words = words_wrong(text, greedy(row[:frames]))
                wrong, said = wrong + errors, said + words
    return wrong / max(said, 1)
