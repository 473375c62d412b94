"""The caller's clean voice: text in, speech with its true bounds out.

A voice pads its speech with silence of its own, tens to hundreds of milliseconds of it, and a latency measured from
the end of the file is wrong by that much. So the padding is cut to a known amount, and the bounds of what is really
voiced travel with the samples. A pause in the text, written `[pause 800]`, lasts from the last voiced 10 ms before it
to the first after it, as a listener would time it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass

import numpy as np

from agent.audio.ports import TextToSpeech
from agent.events import WordSpan
from agent.media import RATE_HZ, SAMPLE_NS, Samples
from evals.errors import BadInput
from evals.record import Span
from evals.signal.levels import Signal, as_signal
from evals.signal.mixing import fade_edges, to_int16
from evals.signal.voicing import speech_spans

LEAD_MS = 40  # kept before the first voiced 10 ms: two frames of line
TAIL_MS = 60  # kept after the last one: where a voice's decay ends
EDGE_MS = 5  # ramp that ends a cut piece without a click
WORD_TOUCH_MS = 20  # what a word's time and a voiced span may share by chance
LONGEST_PAUSE_MS = 20_000

_PER_MS = RATE_HZ // 1000
_LEAD, _TAIL, _EDGE = LEAD_MS * _PER_MS, TAIL_MS * _PER_MS, EDGE_MS * _PER_MS
_PAUSE = re.compile(r"\[pause (\d+)\]")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CleanSpeech:
    """Speech without noise at 8 kHz, shape (n,); spans and words count from its first sample."""

    samples: Samples
    speech: tuple[Span, ...]
    words: tuple[WordSpan, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rendering:
    """What the voice made of one piece of text, as it came, and the pause that follows it."""

    samples: Samples
    words: tuple[WordSpan, ...]
    pause_ms: int = 0


def reference_text(text: str) -> str:
    """The words of a caller's line: the text without its pauses."""
    return " ".join(_PAUSE.sub(" ", text).split())


async def render(tts: TextToSpeech, text: str, voice: str) -> list[Rendering]:
    """The pieces of the text between its pauses, each spoken by itself.

    Raises:
        BadInput: a pause is longer than `LONGEST_PAUSE_MS`.
        ProviderError: the voice failed.
    """
    pieces = _PAUSE.split(text)  # text, pause, text, pause, ..., text
    renderings = []
    for piece, pause in zip(pieces[::2], [*pieces[1::2], "0"], strict=True):
        pause_ms = int(pause[:9])
        if pause_ms > LONGEST_PAUSE_MS:
            raise BadInput("caller", [f"[pause {pause}] is longer than {LONGEST_PAUSE_MS} ms"])
        samples, words = await _speak(tts, piece.strip(), voice)
        renderings.append(Rendering(samples=samples, words=words, pause_ms=pause_ms))
    return renderings


def clean_speech(renderings: Sequence[Rendering]) -> CleanSpeech:
    """The pieces as one utterance: padding cut, pauses put in, true bounds found.

    `LEAD_MS` come before the first voiced 10 ms and `TAIL_MS` after the last one, besides pauses that the text
    begins or ends with. Where a pause is shorter than those margins, the pieces' near-silent margins overlap.
    """
    placed: list[tuple[int, Signal]] = []
    speech: list[Span] = []
    words: list[WordSpan] = []
    onset = _LEAD  # where the next voiced piece begins
    for piece in renderings:
        spans = speech_spans(piece.samples)
        if spans:
            shift = onset - spans[0][0]
            first, last = spans[0][0] - _LEAD, spans[-1][1] + _TAIL
            placed.append((onset - _LEAD, _cut(piece.samples, first, last)))
            speech += [Span(start_ns=_ns(start + shift), end_ns=_ns(end + shift)) for start, end in spans]
            words += [_shifted(_voiced(word, spans), _ns(shift)) for word in piece.words]
            onset = spans[-1][1] + shift
        onset += piece.pause_ms * _PER_MS
    canvas = np.zeros(onset + _TAIL)
    for at, part in placed:
        canvas[at : at + part.size] += part
    return CleanSpeech(samples=to_int16(canvas), speech=tuple(speech), words=tuple(words))


async def _speak(tts: TextToSpeech, text: str, voice: str) -> tuple[Samples, tuple[WordSpan, ...]]:
    pcm: list[bytes] = []
    words: list[WordSpan] = []
    if text:
        async with aclosing(tts.speak(text, voice)) as stream:
            async for chunk in stream:
                pcm.append(chunk.pcm)
                words += chunk.words
    return np.frombuffer(b"".join(pcm), dtype="<i2").astype(np.int16), tuple(words)


def _cut(samples: Samples, first: int, last: int) -> Signal:
    """Samples `first` up to `last`, filled up with silence where there are none, its edges faded."""
    kept = samples[max(0, first) : last]
    part = np.zeros(last - first)
    part[max(0, -first) : max(0, -first) + kept.size] = fade_edges(as_signal(kept), _EDGE, _EDGE)
    return part


def _voiced(word: WordSpan, spans: Sequence[tuple[int, int]]) -> WordSpan:
    """The word without the silence before and after it, which a voice may count to it."""
    held = [
        span
        for span in spans
        if min(_ns(span[1]), word.end_ns) - max(_ns(span[0]), word.start_ns) > WORD_TOUCH_MS * 1_000_000
    ]
    if not held:
        return word
    start, end = max(word.start_ns, _ns(held[0][0])), min(word.end_ns, _ns(held[-1][1]))
    return WordSpan(text=word.text, start_ns=start, end_ns=end)


def _shifted(word: WordSpan, by_ns: int) -> WordSpan:
    start = max(0, word.start_ns + by_ns)
    return WordSpan(text=word.text, start_ns=start, end_ns=max(start, word.end_ns + by_ns))


def _ns(samples: int) -> int:
    return samples * SAMPLE_NS
