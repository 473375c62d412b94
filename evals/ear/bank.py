"""The bank: hours of clean speech with its words, in shards of a few hundred megabytes at most, made once.

A shard depends on the seed and its number only. Speech is stored as the telephone channel passes it, at -26 dBov,
16 bits; what a line does besides is done anew each time it is used (`evals.ear.spoiling`).
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.signal import sosfilt

from agent.media import RATE_HZ, Samples
from evals.ear.held_out import dev_lines, held_out_sentences
from evals.ear.speakers import Espeak, Flite, some_speaker
from evals.ear.texts import TextSource
from evals.rng import rng_for
from evals.signal.filters import telephone_band
from evals.signal.levels import Signal, scale_to_speech_level
from evals.signal.mixing import to_int16

BANK_VERSION = 5
SPEECH_DBOV = -26.0
LONGEST_S = 15.0
_QUIETER_THAN = 1e-3  # of full scale: what espeak puts around speech


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Spoken:
    """A sentence and its clean telephone speech at -26 dBov, shape (n,)."""

    text: str
    samples: Samples


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Shard:
    """Sentences and their speech, one after another in `samples`, which may be a file mapped into memory."""

    samples: Samples
    ends: np.ndarray[tuple[int], np.dtype[np.int64]]
    texts: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.texts)

    def spoken(self, index: int) -> Spoken:
        """One of its sentences."""
        start = int(self.ends[index - 1]) if index else 0
        return Spoken(text=self.texts[index], samples=self.samples[start : int(self.ends[index])])


def shard_path(folder: Path, number: int) -> Path:
    """Where a shard lies."""
    return folder / f"shard_{number:04d}.npy"


def make_shard(folder: Path, seed: int, number: int, hours: float) -> Path:
    """Makes a shard unless it is there; one that was broken off, or made otherwise, is made anew."""
    path = shard_path(folder, number)
    made_of = {"version": BANK_VERSION, "seed": seed, "hours": hours}
    if path.exists() and _made_of(path) == made_of:
        return path
    # The sound goes first and comes last: whenever this is killed, no sound stands beside words that are not its own.
    path.unlink(missing_ok=True)
    folder.mkdir(parents=True, exist_ok=True)
    samples: list[Samples] = []
    texts: list[str] = []
    wanted = int(hours * 3600 * RATE_HZ)
    made = 0
    for spoken in speech(seed, number):
        samples.append(spoken.samples)
        texts.append(spoken.text)
        made += spoken.samples.size
        if made >= wanted:
            break
    ends = np.cumsum([piece.size for piece in samples])
    path.with_suffix(".json").write_text(
        json.dumps({"made_of": made_of, "texts": texts, "ends": ends.tolist()})
    )
    draft = path.with_name(f"{path.name}.{os.getpid()}.part")
    with open(draft, "wb") as file:
        np.save(file, np.concatenate(samples))
    os.replace(draft, path)
    return path


def _made_of(path: Path) -> object:
    """What the shard's head says it was made of; None when the head is torn."""
    try:
        return json.loads(path.with_suffix(".json").read_text()).get("made_of")
    except (OSError, ValueError):
        return None


def make_this_shard(job: tuple[Path, int, int, float]) -> Path:
    """`make_shard` of its arguments in one, for a pool of processes."""
    return make_shard(*job)


def read_shard(path: Path) -> Shard:
    """A shard, its samples mapped from the file."""
    head = json.loads(path.with_suffix(".json").read_text())
    return Shard(
        samples=np.load(path, mmap_mode="r"),
        ends=np.asarray(head["ends"], dtype=np.int64),
        texts=tuple(head["texts"]),
    )


def speech(seed: int, number: int) -> Iterator[Spoken]:
    """Sentences without end, each by another speaker."""
    rng = rng_for(seed, "ear.bank", number)
    texts = TextSource(rng_for(seed, "ear.texts", number))
    espeak = Espeak()
    flite = flite_if_there()
    # Short answers are everybody's; longer test sentences are not even said within others.
    kept = [*(sentence.text for sentence in held_out_sentences()), *dev_lines()]
    tests = [sentence for sentence in kept if len(sentence.split()) > 2]
    while True:
        text = texts.sentence()
        if any(f" {test} " in f" {text} " for test in tests):
            continue
        speaker = some_speaker(rng, flite.voices if flite is not None else ())
        said = as_written(text, rng)
        if flite is not None and speaker.voice.startswith("flite:"):
            signal = flite.speak(said, speaker)
        else:
            signal = espeak.speak(said, speaker)
        signal = trimmed(signal)
        if not RATE_HZ * 0.15 < signal.size < RATE_HZ * LONGEST_S:
            continue
        heard = scale_to_speech_level(telephone_band(handset(signal, rng)), SPEECH_DBOV)
        yield Spoken(text=text, samples=to_int16(heard))


def flite_if_there() -> Flite | None:
    """flite's voices, where Debian's package is installed."""
    try:
        return Flite()
    except OSError:
        return None


def as_written(text: str, rng: np.random.Generator) -> str:
    """The words with a writer's marks, which change the melody: commas, an end, spelled letters in capitals.

    Without a comma after it espeak-ng says a spelled *a* as the article; callers may say either.
    """
    words = text.split()
    capitals = rng.random() < 0.5
    one_by_one = rng.random() < 0.5
    commas = float(rng.choice([0.0, 0.05, 0.2]))
    written = []
    for at, word in enumerate(words):
        if len(word) == 1 and capitals and (word not in ("a", "i") or _letters_beside(words, at)):
            word = word.upper()
        elif word == "i" or word.startswith("i'"):
            word = word.capitalize()
        spelled = one_by_one and len(words[at]) == 1 and _letters_beside(words, at)
        if at + 1 < len(words) and (spelled or rng.random() < commas):
            word += ","
        written.append(word)
    return " ".join(written) + str(rng.choice(["", ".", "?", "!"], p=[0.45, 0.4, 0.12, 0.03]))


def _letters_beside(words: list[str], at: int) -> bool:
    return any(len(word) == 1 for word in (*words[max(0, at - 1) : at], *words[at + 1 : at + 2]))


def trimmed(signal: Signal) -> Signal:
    """The signal without the silence around it but for 20 ms."""
    loud = np.flatnonzero(np.abs(signal) > _QUIETER_THAN)
    if loud.size == 0:
        return signal[:0]
    margin = RATE_HZ // 50
    return signal[max(0, int(loud[0]) - margin) : int(loud[-1]) + 1 + margin]


def handset(signal: Signal, rng: np.random.Generator) -> Signal:
    """The signal through one of many microphones: more or less treble, gently."""
    if rng.random() < 0.4:
        return signal
    tilt = float(rng.uniform(-0.45, 0.45))  # a first-order shelf: up to 8 dB between the ends of the band
    return np.asarray(sosfilt(np.array([[1.0, tilt, 0.0, 1.0, 0.0, 0.0]]), signal))
