"""Training of the ear's network: it can stop at any time, and goes on from its last checkpoint.

The time given is what training may take in all, over as many sittings as it needs; the step size follows it down.
"""

from __future__ import annotations

import csv
import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional
from torch.utils.data import DataLoader, IterableDataset

from agent.audio.stt.ear.acoustic import FRAME_SAMPLES
from agent.audio.stt.ear.sounds import sounds_of
from agent.clock import stopwatch_ns
from agent.media import Samples
from evals.ear.bank import Shard, read_shard
from evals.ear.measuring import matches
from evals.ear.muon import Muon
from evals.ear.network import LETTER_SYMBOLS, SOUND_SYMBOLS, EarNetwork, NetworkShape
from evals.ear.spoiling import NoiseBank, spoiled
from evals.errors import BadInput
from evals.metrics.word_errors import WordErrors
from evals.rng import rng_for

LETTER_COLUMNS = 1 + len(LETTER_SYMBOLS)  # of the network's outputs; those of the sounds come after
TEACHER = "teacher.pt"
_POOL = 300  # utterances sorted by length before they are put into batches


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingPlan:
    """How to train.

    Attributes:
        minutes: of training in all, earlier sittings included.
        batch_s: seconds of audio in a batch, padding included.
        peak_rate: the step size after warming up.
        threads, loaders, device: processor threads, processes that spoil speech, and where torch computes.
    """

    minutes: float
    seed: int = 3
    batch_s: float = 96.0
    peak_rate: float = 2e-3
    warm_up_steps: int = 200
    threads: int = 2
    loaders: int = 1
    device: str = "cpu"
    shape: NetworkShape = field(default_factory=NetworkShape)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Symbols:
    """What was said as symbols of one output, all utterances' in a row, and how many each has."""

    row: Tensor
    counts: Tensor


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Spoiled utterances: samples (B, 240 T) as int16, their own frames, and what was said."""

    samples: Tensor
    frames: Tensor
    letters: Symbols
    sounds: Symbols


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
    """Utterances of different lengths as one batch; those too fast for their symbols are left out."""
    fitting = [pair for pair in pairs if _fits(pair)]
    frames = [-(-samples.size // FRAME_SAMPLES) for samples, _ in fitting]
    sound = np.zeros((len(fitting), max(frames, default=0) * FRAME_SAMPLES), dtype=np.int16)
    for row, (samples, _) in zip(sound, fitting, strict=True):
        row[: samples.size] = samples
    return Batch(
        samples=torch.from_numpy(sound),
        frames=torch.tensor(frames),
        letters=_symbols([text for _, text in fitting], LETTER_SYMBOLS),
        sounds=_symbols([sounds_of(text) for _, text in fitting], SOUND_SYMBOLS),
    )


def _symbols(texts: Sequence[str], symbols: str) -> Symbols:
    number = {symbol: at for at, symbol in enumerate(symbols, 1)}
    return Symbols(
        row=torch.tensor([number[symbol] for text in texts for symbol in text], dtype=torch.long),
        counts=torch.tensor([len(text) for text in texts]),
    )


def _fits(pair: tuple[Samples, str]) -> bool:
    """Whether there are frames enough for the letters and sounds, and for a blank between two that are the same."""
    samples, text = pair
    return all(
        len(symbols) + sum(a == b for a, b in pairwise(symbols)) <= samples.size // FRAME_SAMPLES
        for symbols in (text, sounds_of(text))
    )


def log_probabilities(network: EarNetwork, samples: Tensor) -> Tensor:
    """Log-probabilities of whole utterances, shape (B, T, 29 + 45), from int16 samples (B, 240 T)."""
    flush = torch.zeros(samples.shape[0], network.late * FRAME_SAMPLES, dtype=samples.dtype)
    sound = torch.cat((samples, flush), dim=1).to(network.leave.weight.device).float() / 32768
    outputs: Tensor
    outputs, _ = network(network.stacked(sound), network.start(samples.shape[0]))
    return outputs[:, network.late :]


def greedy(log_probs: Tensor | np.ndarray[Any, Any], symbols: str = LETTER_SYMBOLS) -> str:
    """The likeliest symbol of each frame, repeats and blanks taken out; (T, 1 + symbols) to text."""
    best = log_probs.argmax(-1).tolist()
    heard = [symbols[s - 1] for s, before in zip(best, [0, *best], strict=False) if s and s != before]
    return " ".join("".join(heard).split())


class Trainer:
    """One network in training, in a folder that holds its checkpoint, its log and its bank."""

    def __init__(self, folder: Path, plan: TrainingPlan, noises: NoiseBank) -> None:
        torch.set_num_threads(plan.threads)
        torch.manual_seed(plan.seed)
        self.folder, self.plan, self.noises = folder, plan, noises
        held = self._held()
        shape = NetworkShape(**held["shape"]) if held else plan.shape
        self.network = EarNetwork(shape).to(plan.device)
        # A running mean of the weights: what is tested and shipped.
        self.mean = EarNetwork(shape).to(plan.device)
        self.teacher = self._read_teacher()
        self.optimizers = optimizers(self.network, plan.peak_rate)
        self.step = 0
        self.trained_s = 0.0
        self.sitting = 0
        self.audio_h = 0.0
        if held:
            self._go_on_from(held)
        else:
            self.mean.load_state_dict(self.network.state_dict())

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
            loss = self._learn(batch, self.trained_s / limit_s)
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

    def _learn(self, batch: Batch, progress: float) -> float:
        rate = self.plan.peak_rate * min(1.0, (self.step + 1) / self.plan.warm_up_steps)
        rate *= 0.5 * (1 + np.cos(np.pi * min(1.0, progress))) * 0.98 + 0.02
        for optimizer in self.optimizers:
            for group in optimizer.param_groups:
                group["lr"] = float(rate)
            optimizer.zero_grad()
        heard = log_probabilities(self.network, batch.samples)
        outputs = heard.transpose(0, 1)
        total = _loss(outputs[..., :LETTER_COLUMNS], batch.frames, batch.letters)
        total = total + _loss(outputs[..., LETTER_COLUMNS:], batch.frames, batch.sounds)
        if self.teacher is not None:
            with torch.no_grad():
                taught = log_probabilities(self.teacher, batch.samples)
            total = total + _difference(taught, heard, batch.frames)
        total.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 2.0)
        for optimizer in self.optimizers:
            optimizer.step()
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
        rates: dict[str, float] = {}
        for name, pairs in checks.items():
            rates[name], rates[f"{name}_sounds"] = greedy_error_rates(self.mean, pairs)
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
            "optimizers": [each.state_dict() for each in self.optimizers], "step": self.step,
            "trained_s": self.trained_s, "sitting": self.sitting, "audio_h": self.audio_h,
            "shape": asdict(self.network.shape),
        }  # fmt: skip
        draft = path.with_suffix(f".{os.getpid()}.{threading.get_ident()}.part")
        torch.save(state, draft)
        os.replace(draft, path)

    def _held(self) -> dict[str, Any]:
        """The last checkpoint; empty when there is none."""
        path = self.folder / "checkpoint.pt"
        if not path.exists():
            return {}
        state: dict[str, Any] = torch.load(path, weights_only=True, map_location=self.plan.device)
        return state

    def _go_on_from(self, state: Mapping[str, Any]) -> None:
        self.network.load_state_dict(state["network"])
        self.mean.load_state_dict(state["mean"])
        for optimizer, held in zip(self.optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(held)
        self.step, self.trained_s = state["step"], state["trained_s"]
        self.sitting, self.audio_h = state["sitting"] + 1, state["audio_h"]

    def _read_teacher(self) -> EarNetwork | None:
        """The network that this one was narrowed from, if it was."""
        path = self.folder / TEACHER
        if not path.exists():
            return None
        state = torch.load(path, weights_only=True, map_location=self.plan.device)
        teacher = EarNetwork(NetworkShape(**state["shape"])).to(self.plan.device)
        teacher.load_state_dict(state["mean"])
        return teacher.eval()


def optimizers(network: EarNetwork, rate: float) -> list[torch.optim.Optimizer]:
    """Muon for the layers' matrices, AdamW for all else, in this order."""
    shape = network.shape
    matrices = [weight for weight in network.layers.parameters() if weight.ndim == 2]
    known = {id(weight) for weight in matrices}
    muon = Muon([each for each in matrices if each.shape[0] == shape.width], lr=rate, block=shape.narrow)
    muon.add_param_group(
        {"params": [each for each in matrices if each.shape[0] == shape.narrow], "block": shape.width}
    )
    rest = [weight for weight in network.parameters() if id(weight) not in known]
    return [muon, torch.optim.AdamW(rest, lr=rate, betas=(0.9, 0.98), weight_decay=0.01)]


def _loss(outputs: Tensor, frames: Tensor, said: Symbols) -> Tensor:
    """CTC's, in nats a symbol, of outputs (T, B, symbols)."""
    losses = functional.ctc_loss(
        outputs, said.row.to(outputs.device), frames, said.counts, reduction="none", zero_infinity=True
    )
    return losses.sum() / int(said.counts.sum().clamp(min=1))


def _difference(taught: Tensor, heard: Tensor, frames: Tensor) -> Tensor:
    """Kullback-Leibler divergence of what is heard, (B, T, 29 + 45), from what the teacher hears, in nats a frame."""
    each = functional.kl_div(heard, taught, reduction="none", log_target=True).sum(-1)
    inside = torch.arange(each.shape[1])[None] < frames[:, None]
    return each[inside.to(each.device)].sum() / int(frames.sum())


def greedy_error_rates(network: EarNetwork, pairs: Sequence[tuple[Samples, str]]) -> tuple[float, float]:
    """Word error rates without any language model, pooled: of words as spelled, of words as they sound."""
    letters, sounds = WordErrors(), WordErrors()
    with torch.no_grad():
        for at in range(0, len(pairs), 16):
            fitting = [pair for pair in pairs[at : at + 16] if _fits(pair)]
            batch = collated(fitting)
            outputs = log_probabilities(network, batch.samples)
            for row, frames, (_, text) in zip(outputs, batch.frames.tolist(), fitting, strict=True):
                spelled, said = row[:frames, :LETTER_COLUMNS], row[:frames, LETTER_COLUMNS:]
                letters += matches(text, greedy(spelled))[1]
                sounds += matches(sounds_of(text), greedy(said, SOUND_SYMBOLS))[1]
    return letters.rate or 0.0, sounds.rate or 0.0
