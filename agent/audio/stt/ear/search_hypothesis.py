"""What a search heard: words with their times, and what speaks for each of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from agent.audio.stt.ear.search_fusion import Words

# A frame where a symbol is clearest, its log probability there, and the symbols before.
Trace = tuple[int, float, "Trace | None"]

_SAME_WITHIN_FRAMES = 2  # two ways of hearing a symbol put it a frame or two apart


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardWord:
    """A word, and what speaks for it.

    Attributes:
        text: the word.
        complete: whether a boundary after it was heard, too.
        first_frame: where its first symbol was clearest; frames count from the first one heard.
        last_frame: and its last.
        mean_log_posterior: mean over its symbols of their natural log probability where they were clearest.
        least_log_posterior: the least of those.
        language_log_probability: natural log probability after the words before; 0 without a language model.
        margin: by how much (natural log) the hypothesis is ahead of the best one that has another word there;
            negative when it is behind, never more than the search's `score_margin`; nothing in a partial.
    """

    text: str
    complete: bool
    first_frame: int
    last_frame: int
    mean_log_posterior: float
    least_log_posterior: float
    language_log_probability: float
    margin: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hypothesis:
    """Words, and the natural log of their probability times what language adds."""

    words: tuple[HeardWord, ...]
    score: float

    @property
    def text(self) -> str:
        """The words with spaces between them."""
        return " ".join(word.text for word in self.words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfinished:
    """A word being said: how it is written so far, its symbols, and the log probability of what it may become."""

    text: str
    size: int
    log_probability: float


def heard_words(
    words: Words, trace: Trace | None, *, unfinished: Unfinished | None = None, closed: bool = False
) -> tuple[HeardWord, ...]:
    """The words with the symbols of `trace`, one for each of theirs.

    Args:
        words: complete words.
        trace: the last symbol, with those before.
        unfinished: a word behind them.
        closed: whether a boundary was heard after the last of `words`.
    """
    texts = [(each.word, each.size, each.log_probability) for each in words.listed()]
    complete = len(texts) if closed or unfinished else len(texts) - 1
    if unfinished:
        texts.append((unfinished.text, unfinished.size, unfinished.log_probability))
    symbols = symbols_of(trace)
    heard, at = [], 0
    for place, (text, size, language_log) in enumerate(texts):
        own = symbols[at : at + size]
        at += size
        logs = [log for _, log in own]
        heard.append(
            HeardWord(
                text=text,
                complete=place < complete,
                first_frame=own[0][0],
                last_frame=own[-1][0],
                mean_log_posterior=sum(logs) / len(logs),
                least_log_posterior=min(logs),
                language_log_probability=language_log,
            )
        )
    return tuple(heard)


def symbols_of(trace: Trace | None) -> list[tuple[int, float]]:
    """Frame and log probability of each symbol, first to last."""
    symbols: list[tuple[int, float]] = []
    while trace is not None:
        symbols.append(trace[:2])
        trace = trace[2]
    return symbols[::-1]


def with_margins(
    ranked: Sequence[Hypothesis], *, size: int, settled: Sequence[float], most: float
) -> list[Hypothesis]:
    """The first `size` hypotheses, their words with margins against all of `ranked`.

    Args:
        ranked: hypotheses, best first.
        size: how many are wanted.
        settled: margins of the first words, which all hypotheses share.
        most: the largest margin there is.
    """
    spans = [_spans(hypothesis) for hypothesis in ranked]
    found = []
    for at, hypothesis in enumerate(ranked[:size]):
        words = []
        for place, word in enumerate(hypothesis.words):
            if place < len(settled):
                margin = settled[place]
            else:
                rivals = (
                    other.score
                    for rank, other in enumerate(ranked)
                    if rank != at and not _has(spans[rank], word)
                )
                margin = min(most, hypothesis.score - next(rivals, -float("inf")))
            words.append(replace(word, margin=margin))
        found.append(replace(hypothesis, words=tuple(words)))
    return found


def _spans(hypothesis: Hypothesis) -> Mapping[str, Sequence[HeardWord]]:
    spans: dict[str, list[HeardWord]] = {}
    for word in hypothesis.words:
        spans.setdefault(word.text, []).append(word)
    return spans


def _has(spans: Mapping[str, Sequence[HeardWord]], word: HeardWord) -> bool:
    """Whether the same word is there at about the same time."""
    return any(
        other.first_frame <= word.last_frame + _SAME_WITHIN_FRAMES
        and word.first_frame <= other.last_frame + _SAME_WITHIN_FRAMES
        for other in spans.get(word.text, ())
    )
