"""How the words of the shipped models sound: what `sounds` would say of each, written down so that the ear starts fast.

A line for each word, an empty line, and a line for each word again: the ways in which it is said, likeliest first. A
word with 's sounds as the word before it does, and an end. Any other that is not there is pronounced when it is needed:
a name in a hint, a word of the agent's own texts.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from agent.audio.stt.ear.possessives import CLITIC, pieces, with_clitic
from agent.audio.stt.ear.search_alphabet import IN_LETTERS, Alphabet
from agent.audio.stt.ear.sounds import SOUNDS, ways_to_say

LEXICON = Path(__file__).with_name("weights") / "sounds.txt.gz"


def lexicon_bytes(words: Iterable[str]) -> bytes:
    """The file of these words; the same words make the same bytes."""
    listed = sorted({*words} - {CLITIC})
    lines = [*listed, "", *(" ".join(ways_to_say(word)) for word in listed)]
    return gzip.compress("\n".join(lines).encode("ascii"), mtime=0)


@cache
def lexicon(path: Path = LEXICON) -> Mapping[str, str]:
    """Each word's ways, spaces between them."""
    lines = gzip.decompress(path.read_bytes()).decode("ascii").split("\n")
    half = len(lines) // 2
    return dict(zip(lines[:half], lines[half + 1 :], strict=True))


def ways(word: str) -> tuple[str, ...]:
    """How a word may sound."""
    listed = lexicon()
    known = listed.get(word)
    if known is not None:
        return tuple(known.split())
    if word.endswith(CLITIC) and (said := listed.get(pieces(word)[0])):
        return tuple([way for each in said.split() for way in with_clitic(each)])
    return ways_to_say(word)


IN_SOUNDS = Alphabet(symbols=SOUNDS + " ", first=1 + len(IN_LETTERS.symbols), ways=ways)
