"""Fitting a model of a recogniser's errors on pairs of words said and words heard. Pure.

Both are compared in the form that the agent's dispatch sees (`agent.cognitive.spoken_words`): a recogniser's spelling
of a number is no error. The alignment is jiwer's, every error costing one; where a run of words said stands against
one of words heard, they are paired from the left, and what is left over is lost or made up.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import jiwer

from agent.cognitive.spoken_words import spoken_words
from evals.generating.confusions import Condition, ConfusionModel, WordCount

ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardLine:
    """One utterance: the line condition it was on, the words said, the words heard."""

    line: str
    said: str
    heard: str


@dataclass(slots=True)
class _Counts:
    utterances: int = 0
    nothing: int = 0
    hits: int = 0
    substitutions: int = 0
    deletions: int = 0
    insertions: int = 0
    lengths: list[int] = field(default_factory=list)
    wrong: list[int] = field(default_factory=list)


def fit(
    lines: Iterable[HeardLine], *, recogniser: Mapping[str, str], sources: Mapping[str, int]
) -> ConfusionModel:
    """The model of these utterances.

    Raises:
        ValueError: no words were said in them.
    """
    by_line: dict[str, _Counts] = {}
    every = _Counts()
    said_words: Counter[str] = Counter()
    lost: Counter[str] = Counter()
    taken: dict[str, Counter[str]] = {}
    made_up: Counter[str] = Counter()
    for line in lines:
        said, heard = spoken_words(line.said), spoken_words(line.heard)
        if not said:
            continue
        pairs = _aligned(said, heard)
        for counts in (by_line.setdefault(line.line, _Counts()), every):
            _count(counts, pairs, anything=bool(heard))
        if not heard:
            continue  # an utterance that was not heard at all says nothing of its words
        said_words.update(said)
        for one, other in pairs:
            if one is None:
                made_up[str(other)] += 1
            elif other is None:
                lost[one] += 1
            elif one != other:
                taken.setdefault(one, Counter())[other] += 1
    if not every.utterances:
        raise ValueError("no words were said")
    conditions = {name: _condition(name, by_line[name]) for name in sorted(by_line)}
    return ConfusionModel(
        recogniser=dict(recogniser),
        sources=dict(sources),
        usual=ALL,
        conditions={ALL: _condition(ALL, every), **conditions},
        words={
            word: WordCount(said=count, lost=lost[word], taken_for=dict(sorted(taken.get(word, {}).items())))
            for word, count in sorted(said_words.items())
        },
        made_up=dict(sorted(made_up.items())),
    )


def _aligned(said: Sequence[str], heard: Sequence[str]) -> list[tuple[str | None, str | None]]:
    """Words side by side; None where one has no other."""
    if not heard:
        return [(word, None) for word in said]
    pairs: list[tuple[str | None, str | None]] = []
    for chunk in jiwer.process_words(" ".join(said), " ".join(heard)).alignments[0]:
        gone = said[chunk.ref_start_idx : chunk.ref_end_idx]
        come = heard[chunk.hyp_start_idx : chunk.hyp_end_idx]
        for at in range(max(len(gone), len(come))):
            pairs.append((gone[at] if at < len(gone) else None, come[at] if at < len(come) else None))
    return pairs


def _count(counts: _Counts, pairs: Sequence[tuple[str | None, str | None]], *, anything: bool) -> None:
    counts.utterances += 1
    if not anything:
        counts.nothing += 1
        return
    wrong = 0
    for said, heard in pairs:
        if said is None:
            counts.insertions += 1
        elif heard is None:
            counts.deletions += 1
            wrong += 1
        elif said != heard:
            counts.substitutions += 1
            wrong += 1
        else:
            counts.hits += 1
    counts.lengths.append(sum(said is not None for said, _ in pairs))
    counts.wrong.append(wrong)


def _condition(name: str, counts: _Counts) -> Condition:
    return Condition(
        name=name,
        utterances=counts.utterances,
        nothing=counts.nothing,
        hits=counts.hits,
        substitutions=counts.substitutions,
        deletions=counts.deletions,
        insertions=counts.insertions,
        spread=round(_spread(counts.lengths, counts.wrong), 3),
    )


def _spread(lengths: Sequence[int], wrong: Sequence[int]) -> float:
    """The variance of an utterance's own rate over the mean one, by moments.

    With rate `p` and a factor of mean 1 and variance `v` for each utterance, errors in `n` words have the variance
    `n p (1 - p) + n (n - 1) p² v`; summed over utterances, that is solved for `v`. Never below zero.
    """
    words = sum(lengths)
    if not words or not sum(wrong):
        return 0.0
    rate = sum(wrong) / words
    beyond = sum((k - n * rate) ** 2 - n * rate * (1 - rate) for n, k in zip(lengths, wrong, strict=True))
    pairs = sum(n * (n - 1) for n in lengths) * rate * rate
    # An utterance cannot err more often than every word.
    return min(max(0.0, beyond / pairs), 1 / rate - 1) if pairs else 0.0
