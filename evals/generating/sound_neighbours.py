"""Which words sound like a word: the nearest of a list by the sounds that differ.

Sounds are those of the embedded ear's lexicon (`agent.audio.stt.ear.lexicon`), one character each; the distance is
Levenshtein's over the longer word's length, computed for all words of the list at once.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from agent.audio.stt.ear.lexicon import ways

NEAREST = 6
FARTHEST = 0.6  # of the sounds may differ; beyond that nobody would take one word for the other
SHARPNESS = 5.0  # a word twice as far is so many times as unlikely, by exp(-SHARPNESS * distance)


class SoundNeighbours:
    """The words of a list, ready to be searched."""

    def __init__(self, words: Sequence[str]) -> None:
        self._words = list(words)
        self._found: dict[str, dict[str, float]] = {}

    def of(self, word: str) -> Mapping[str, float]:
        """The nearest words with their weights; empty where none is near, or the word has no sound."""
        if word not in self._found:
            self._found[word] = self._nearest(word)
        return self._found[word]

    def _nearest(self, word: str) -> dict[str, float]:
        sounds = _sounds(word)
        if not sounds or not self._words:
            return {}
        lengths, table = self._table
        distances = _distances(sounds, lengths, table) / np.maximum(lengths, len(sounds))
        order = np.argsort(distances, kind="stable")
        found: dict[str, float] = {}
        for place in order[: NEAREST + 1].tolist():
            other, distance = self._words[place], float(distances[place])
            if other != word and distance <= FARTHEST and len(found) < NEAREST:
                found[other] = math.exp(-SHARPNESS * distance)
        return found

    @cached_property
    def _table(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """How long each word sounds, and its sounds, a row a word; words without sounds are as long as none."""
        said = [_sounds(word) for word in self._words]
        lengths = np.array([len(sounds) or 1_000 for sounds in said], dtype=np.int64)
        table = np.zeros((len(said), max((len(sounds) for sounds in said), default=0)), dtype=np.int64)
        for row, sounds in enumerate(said):
            table[row, : len(sounds)] = [ord(sound) for sound in sounds]
        return lengths, table


def _sounds(word: str) -> str:
    if not word.replace("'", "").isalpha() or not word.isascii():
        return ""
    said = ways(word)
    return said[0] if said else ""


def _distances(sounds: str, lengths: NDArray[np.int64], table: NDArray[np.int64]) -> NDArray[np.float64]:
    """Levenshtein's distance from `sounds` to every row of the table."""
    rows, columns = table.shape
    before = np.tile(np.arange(columns + 1, dtype=np.int64), (rows, 1))
    for number, sound in enumerate(sounds, start=1):
        now = np.empty_like(before)
        now[:, 0] = number
        differs = (table != ord(sound)).astype(np.int64)
        changed = np.minimum(before[:, :-1] + differs, before[:, 1:] + 1)
        for column in range(columns):
            now[:, column + 1] = np.minimum(changed[:, column], now[:, column] + 1)
        before = now
    reached = np.minimum(lengths, columns)
    distances = before[np.arange(rows), reached].astype(np.float64)
    distances[lengths > columns] = np.inf
    return distances
