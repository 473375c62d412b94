"""The models of words that are shipped with the ear: from the recipe's own texts, less what the tests say.

Two models, mixed when the ear hears: one of sentences that people wrote (`corpora/ear/talk_*.txt`,
`open_sentences.txt`), which know how people talk, and one of the generated sentences, which know numbers, names and
dates in every form. The second also knows the words of a word list, so that few words are written by ear alone.

No four words in a row of a test sentence, or of one on which confidence is fitted, stand in the texts that they are
made of, so that a figure on the tests is one for sentences that nobody has told it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

import numpy as np

from agent.audio.stt.ear.possessives import apart
from agent.audio.stt.ear.word_model import WordModel
from evals.ear.held_out import dev_lines, held_out_sentences
from evals.ear.texts import Kind, TextSource
from evals.errors import BadInput
from evals.rng import rng_for

CORPUS = Path(__file__).parents[2] / "corpora" / "ear"
SENTENCES = 300_000
RUN = 4  # words in a row that may not be shared with a test
# Words thrown together say nothing about language; sentences with one word exchanged say a little; what people wrote is
# in the other model.
_LEFT_OUT = {Kind.SALAD: 0.0, Kind.MUTATED: 0.25, Kind.TALK: 0.0}
# Debian's package scowl (Kevin Atkinson's Spell Checker Oriented Word Lists): its sizes are ranks of frequency, and
# each word comes so many times.
SCOWL = Path("/usr/share/dict/scowl")
_TIMES = {10: 24, 20: 6, 35: 2, 40: 2, 50: 2}
_SPELLINGS = ("english", "british")  # one of them, or words that sound alike could not be told apart
_NAMES = ("english-proper-names", "english-upper")
_NAME_TIMES = {35: 2, 40: 2, 50: 2}
_WORDS_A_LINE = 8


def generated_model(seed: int, count: int = SENTENCES) -> WordModel:
    """The model of generated sentences and of the word list.

    Raises:
        BadInput: the word list is not installed.
    """
    lines = [*map(apart, islice(language_texts(seed), count)), *listed_words(seed)]
    return WordModel.of_sentences(lines, least_words=2, least_pairs=2, least_triples=2)


def talk_model() -> WordModel:
    """The model of written sentences."""
    return WordModel.of_sentences(map(apart, written_sentences()))


def written_sentences(folder: Path = CORPUS) -> list[str]:
    """The written sentences that share no four words in a row with a test."""
    known = _kept_apart()
    found = []
    for path in sorted([*folder.glob("talk_*.txt"), folder / "open_sentences.txt"]):
        for line in path.read_text(encoding="utf-8").splitlines():
            sentence = line.strip()
            if sentence and not sentence.startswith("#") and known.isdisjoint(runs([sentence])):
                found.append(sentence)
    return found


def language_texts(seed: int) -> Iterator[str]:
    """Generated sentences without end that share no four words in a row with a test."""
    rng = rng_for(seed, "ear.language.kinds")
    source = TextSource(rng_for(seed, "ear.language"))
    known = _kept_apart()
    while True:
        kind = source.kind()
        if rng.random() >= _LEFT_OUT.get(kind, 1.0):
            continue
        sentence = source.sentence_of(kind)
        if known.isdisjoint(runs([sentence])):
            yield sentence


def listed_words(seed: int, folder: Path = SCOWL) -> list[str]:
    """The word list with names, shuffled into lines; frequent words come more often.

    Raises:
        BadInput: it is not installed.
    """
    if not folder.is_dir():
        raise BadInput(str(folder), ["the word list is missing: install Debian's package scowl"])
    words: list[str] = []
    for size, times in _TIMES.items():
        for spelling in _SPELLINGS:
            path = folder / f"{spelling}-words.{size}"
            words += [word for word in _listed(path) if _plain(word)] * times
    for size, times in _NAME_TIMES.items():
        for kind in _NAMES:
            names = [name for name in _listed(folder / f"{kind}.{size}") if name[1:].islower()]
            words += [name.lower() for name in names if _plain(name.lower())] * times
    shuffled = rng_for(seed, "ear.language.list").permutation(np.array(words))
    known = _kept_apart()
    lines = (
        " ".join(shuffled[at : at + _WORDS_A_LINE].tolist()) for at in range(0, shuffled.size, _WORDS_A_LINE)
    )
    return [line for line in lines if known.isdisjoint(runs([line]))]


def _listed(path: Path) -> list[str]:
    return path.read_text(encoding="iso-8859-1").split() if path.exists() else []


def runs(sentences: Iterable[str]) -> set[tuple[str, ...]]:
    """All runs of `RUN` words."""
    return {
        tuple(words[at : at + RUN])
        for words in (sentence.split() for sentence in sentences)
        for at in range(len(words) - RUN + 1)
    }


def _kept_apart() -> set[tuple[str, ...]]:
    return runs([*(sentence.text for sentence in held_out_sentences()), *dev_lines()])


def _plain(word: str) -> bool:
    """Whether it is a word of letters; single ones are no words here, and what has 's is made of one that has not."""
    return len(word) > 1 and word.isascii() and word.islower() and word.isalpha()
