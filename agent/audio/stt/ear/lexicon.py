"""How the words of the shipped models sound: what `sounds` would say of each, written down so that the ear starts fast.

A line for each word: the word and the ways in which it is said, likeliest first. A word that is not there is
pronounced when it is needed: a name in a hint, a word of the agent's own texts.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from agent.audio.stt.ear.search_alphabet import IN_LETTERS, Alphabet
from agent.audio.stt.ear.sounds import SOUNDS, ways_to_say

LEXICON = Path(__file__).with_name("weights") / "sounds.txt.gz"


def lexicon_bytes(words: Iterable[str]) -> bytes:
    """The file of these words; the same words make the same bytes."""
    lines = [" ".join((word, *ways_to_say(word))) for word in sorted(set(words))]
    return gzip.compress("\n".join(lines).encode("ascii"), mtime=0)


@cache
def lexicon(path: Path = LEXICON) -> Mapping[str, tuple[str, ...]]:
    """Each word's ways."""
    lines = gzip.decompress(path.read_bytes()).decode("ascii").split("\n")
    return {word: tuple(ways) for word, *ways in map(str.split, lines)}


def ways(word: str) -> tuple[str, ...]:
    """How a word may sound."""
    known = lexicon().get(word)
    return ways_to_say(word) if known is None else known


IN_SOUNDS = Alphabet(symbols=SOUNDS + " ", first=1 + len(IN_LETTERS.symbols), ways=ways)
