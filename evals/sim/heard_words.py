"""Which of the agent's words played at the caller's ear, and when.

The agent tells which frames it sent for which words (`SpeechSent`); the line's tap tells which frames played.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from agent.events import CallEvent, SpeechSent, WordSpan
from agent.media import FRAME_NS
from evals.record import HeardWord
from evals.sim.line import PlayedFrame


def heard_words(events: Iterable[CallEvent], played: Sequence[PlayedFrame]) -> tuple[HeardWord, ...]:
    """The words heard, in the order they played; the last of a cut reply may be incomplete."""
    start_ns = {frame.number: frame.start_ns for frame in played}
    sent = sorted((e for e in events if isinstance(e, SpeechSent)), key=lambda e: e.first_frame)
    # A burst that was cut while being sent has fewer frames than planned: the next one's begin there.
    ends = [*(later.first_frame for later in sent[1:]), 1 << 62]
    words: list[HeardWord] = []
    for speech, end in zip(sent, ends, strict=False):
        for word in speech.words:
            heard = _heard(word, speech, start_ns, end)
            if heard is not None:
                words.append(heard)
    return tuple(words)


def _heard(word: WordSpan, speech: SpeechSent, start_ns: dict[int, int], end: int) -> HeardWord | None:
    first = speech.first_frame + word.start_ns // FRAME_NS
    last = speech.first_frame + max(word.start_ns, word.end_ns - 1) // FRAME_NS
    if first >= end or first not in start_ns:
        return None
    frames = [number for number in range(first, min(last, end - 1) + 1) if number in start_ns]
    complete = len(frames) == last - first + 1
    begin_ns = start_ns[first] + word.start_ns % FRAME_NS
    into_last_ns = word.end_ns - (last - speech.first_frame) * FRAME_NS
    over_ns = start_ns[last] + into_last_ns if complete else start_ns[frames[-1]] + FRAME_NS
    return HeardWord(text=word.text, start_ns=begin_ns, end_ns=over_ns, seq=speech.seq, complete=complete)
