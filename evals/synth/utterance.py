"""One thing the caller does on the line, as audio, and its form as bytes for the cache."""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np

from agent.events import WordSpan
from agent.media import FRAME_SAMPLES, Samples
from evals.record import Span

_MAGIC = b"milliwatt utterance 1\n"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Utterance:
    """What the caller sends with one step, always the same frames wherever in the call it is placed.

    Attributes:
        step: index into the scenario's caller steps.
        text: reference words, pauses taken out; empty for sounds without words.
        mouth: what the caller's telephone sends, shape (160 * frames,), read-only.
        received: what arrives at the agent, concealed losses included, same shape, read-only.
        speech: true voiced intervals, from the first sample of the utterance. A cough has one; tones have none.
        words: when each word was spoken, from the first sample, as far as the voice told.
    """

    step: int
    text: str
    mouth: Samples
    received: Samples
    speech: tuple[Span, ...] = ()
    words: tuple[WordSpan, ...] = ()

    def __post_init__(self) -> None:
        if self.mouth.size % FRAME_SAMPLES or self.mouth.shape != self.received.shape:
            raise ValueError(
                f"mouth has {self.mouth.size} samples and received {self.received.size}: "
                f"expected the same whole number of frames of {FRAME_SAMPLES}"
            )
        self.mouth.setflags(write=False)
        self.received.setflags(write=False)

    @property
    def frames(self) -> int:
        """How many 20 ms frames it lasts."""
        return self.mouth.size // FRAME_SAMPLES


def to_bytes(utterance: Utterance) -> bytes:
    """The utterance for the cache: one line of JSON, then the samples of both ends."""
    head = {
        "step": utterance.step,
        "text": utterance.text,
        "samples": utterance.mouth.size,
        "speech": [[span.start_ns, span.end_ns] for span in utterance.speech],
        "words": [[word.text, word.start_ns, word.end_ns] for word in utterance.words],
    }
    line = json.dumps(head, separators=(",", ":")).encode() + b"\n"
    return (
        _MAGIC + line + utterance.mouth.astype("<i2").tobytes() + utterance.received.astype("<i2").tobytes()
    )


def from_bytes(content: bytes) -> Utterance | None:
    """The utterance of such bytes; None when they are damaged, as a file cut off by a full disk is."""
    if not content.startswith(_MAGIC):
        return None
    line, _, audio = content[len(_MAGIC) :].partition(b"\n")
    try:
        head = json.loads(line)
        if len(audio) != head["samples"] * 4:
            return None
        mouth, received = np.frombuffer(audio, dtype="<i2").astype(np.int16).reshape(2, -1).copy()
        return Utterance(
            step=head["step"],
            text=head["text"],
            mouth=mouth,
            received=received,
            speech=tuple(Span(start_ns=start, end_ns=end) for start, end in head["speech"]),
            words=tuple(
                WordSpan(text=text, start_ns=start, end_ns=end) for text, start, end in head["words"]
            ),
        )
    except (ValueError, KeyError, TypeError):
        return None
