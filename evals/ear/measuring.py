"""How well a recogniser hears the fixed sentences: words, entities, word times, confidence, speed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import jiwer
import numpy as np

from agent.audio.ports import Transcript
from agent.media import RATE_HZ, Samples
from evals.ear.held_out import entity_heard
from evals.ear.held_out_audio import HeldOutUtterance
from evals.metrics.word_errors import WordErrors

BINS = 10  # of confidence


@dataclass(slots=True, kw_only=True)
class Hearing:
    """What came of some utterances; adds up.

    Attributes:
        errors: on the words as they were said, without any normalisation.
        entities: by kind, how many were heard whole, and of how many.
        end_errors_ms: per word heard right, its end less the true one.
        certainty: per word heard, its confidence and whether it was right.
        audio_s, work_s: seconds of audio, and of work on them.
        finish_s: per utterance that was streamed, seconds of work after its end.
        wrong: what was not heard as said: sentence, said, heard.
    """

    errors: WordErrors = field(default_factory=WordErrors)
    entities: dict[str, tuple[int, int]] = field(default_factory=dict)
    end_errors_ms: list[float] = field(default_factory=list)
    certainty: list[tuple[float, bool]] = field(default_factory=list)
    audio_s: float = 0.0
    work_s: float = 0.0
    finish_s: list[float] = field(default_factory=list)
    wrong: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Pooled word error rate."""
        return self.errors.rate or 0.0

    @property
    def real_time_factor(self) -> float:
        """Seconds of work for a second of audio."""
        return self.work_s / self.audio_s if self.audio_s else 0.0

    def take(self, utterance: HeldOutUtterance, heard: Transcript, confidences: Sequence[float] = ()) -> None:
        """Counts one utterance in."""
        sentence = utterance.sentence
        matched, errors = matches(sentence.text, heard.text)
        self.errors += errors
        if errors.errors:
            self.wrong.append((sentence.id, sentence.text, heard.text))
        if sentence.entity_kind is not None:
            right, of = self.entities.get(sentence.entity_kind, (0, 0))
            self.entities[sentence.entity_kind] = (right + entity_heard(sentence, heard.text), of + 1)
        if len(utterance.words) == len(sentence.text.split()):
            self.end_errors_ms += [
                (heard.words[b].end_ns - utterance.words[a].end_ns) / 1e6 for a, b in matched
            ]
        right_words = {b for _, b in matched}
        self.certainty += [(confidence, at in right_words) for at, confidence in enumerate(confidences)]

    def __iadd__(self, other: Hearing) -> Hearing:
        self.errors += other.errors
        for kind, (right, of) in other.entities.items():
            mine = self.entities.get(kind, (0, 0))
            self.entities[kind] = (mine[0] + right, mine[1] + of)
        self.end_errors_ms += other.end_errors_ms
        self.certainty += other.certainty
        self.wrong += other.wrong
        self.finish_s += other.finish_s
        self.audio_s += other.audio_s
        self.work_s += other.work_s
        return self


def matches(said: str, heard: str) -> tuple[list[tuple[int, int]], WordErrors]:
    """Which word said is which word heard, by place, and the counts of the alignment."""
    a, b = said.split(), heard.split()
    if not a or not b:
        return [], WordErrors(deletions=len(a), insertions=len(b))
    out = jiwer.process_words(" ".join(a), " ".join(b))
    pairs = [
        (chunk.ref_start_idx + step, chunk.hyp_start_idx + step)
        for chunk in out.alignments[0]
        if chunk.type == "equal"
        for step in range(chunk.ref_end_idx - chunk.ref_start_idx)
    ]
    counts = WordErrors(
        hits=out.hits, substitutions=out.substitutions, deletions=out.deletions, insertions=out.insertions
    )
    return pairs, counts


def calibration_error(certainty: Sequence[tuple[float, bool]]) -> float:
    """Expected calibration error over ten bins of equal width (Guo et al., ICML 2017)."""
    if not certainty:
        return 0.0
    confidence = np.array([each for each, _ in certainty])
    right = np.array([each for _, each in certainty], dtype=float)
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    gaps = [
        np.count_nonzero(bins == at) * abs(confidence[bins == at].mean() - right[bins == at].mean())
        for at in range(BINS)
        if (bins == at).any()
    ]
    return float(sum(gaps) / confidence.size)


def seconds(samples: Samples) -> float:
    """How long audio lasts."""
    return samples.size / RATE_HZ
