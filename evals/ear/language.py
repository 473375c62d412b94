"""The general model of words that is shipped with the ear: from the recipe's own texts, less what the tests say.

No four words in a row of a test sentence stand in the texts that it is made of, so that a figure on the tests is one
for sentences that nobody has told it.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from agent.audio.stt.ear.word_model import WordModel
from evals.ear.held_out import held_out_sentences
from evals.ear.texts import Kind, TextSource
from evals.rng import rng_for

SENTENCES = 400_000
RUN = 4  # words in a row that may not be shared with a test
# Words thrown together say nothing about language; sentences with one word exchanged say a little.
_LEFT_OUT = {Kind.SALAD: 0.0, Kind.MUTATED: 0.25}
_LEAST_WORDS, _LEAST_PAIRS, _LEAST_TRIPLES = 2, 1, 2


def general_model(seed: int, count: int = SENTENCES) -> WordModel:
    """The model of `count` sentences of the recipe."""
    lines = islice(language_texts(seed), count)
    return WordModel.of_sentences(
        lines, least_words=_LEAST_WORDS, least_pairs=_LEAST_PAIRS, least_triples=_LEAST_TRIPLES
    )


def language_texts(seed: int) -> Iterable[str]:
    """Sentences without end that share no four words in a row with a test."""
    rng = rng_for(seed, "ear.language.kinds")
    source = TextSource(rng_for(seed, "ear.language"))
    known = runs(sentence.text for sentence in held_out_sentences())
    while True:
        kind = source.kind()
        if rng.random() >= _LEFT_OUT.get(kind, 1.0):
            continue
        sentence = source.sentence_of(kind)
        if known.isdisjoint(runs([sentence])):
            yield sentence


def runs(sentences: Iterable[str]) -> set[tuple[str, ...]]:
    """All runs of `RUN` words."""
    return {
        tuple(words[at : at + RUN])
        for words in (sentence.split() for sentence in sentences)
        for at in range(len(words) - RUN + 1)
    }
