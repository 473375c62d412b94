"""Phrases to look for, in a small language that cannot run away as a regular expression can.

    (ignore|forget) ... (your|previous) instructions      alternatives; "..." is up to four words of any kind
    you? might have (a|an)? diagnos*                      "?" after a word or group: may be missing; "*": any ending
    call 0800#                                            "#": any digits here, as part of a word

Words are those of `located_words`: lower case, no punctuation, no apostrophes ("dont"). A phrase matches whole words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from agent.cognitive.guard.located_words import Located

GAP_WORDS = 4
"""The most words that "..." stands for."""
MAX_PHRASE_CHARS = 2_000
MAX_GAPS = 4
MAX_DEPTH = 4
_ALLOWED = re.compile(r"[a-z0-9()|?*# .]+")
_PART = re.compile(r"\.\.\.|\(|\)\??|\||[a-z0-9#]+\*?\??|[^ ]")


@dataclass(frozen=True, slots=True)
class Match:
    """A phrase found, as characters of the text that was searched."""

    name: str
    start: int
    end: int


class PhraseSet:
    """Phrases by name, searched together; each is tried only where a word stands that it can begin with.

    Raises:
        ValueError: a phrase is not of the language.
    """

    def __init__(self, phrases: Mapping[str, Iterable[str]]) -> None:
        self._names = tuple(phrases)
        self._by_word: dict[str, list[_Phrase]] = {}
        self._by_stem: list[tuple[str, _Phrase]] = []
        for name, listed in phrases.items():
            for text in dict.fromkeys(listed):
                source, firsts = _compiled(text)
                phrase = (name, re.compile(source))
                for first in sorted(firsts):
                    if first.endswith("*"):
                        self._by_stem.append((first[:-1], phrase))
                    else:
                        self._by_word.setdefault(first, []).append(phrase)

    def search(self, located: Located) -> list[Match]:
        """The first match of each name, in the order of the names."""
        found: dict[str, Match] = {}
        for match in self._matches(located):
            found.setdefault(match.name, match)
        return [found[name] for name in self._names if name in found]

    def all_matches(self, located: Located) -> list[Match]:
        """Every match of every name, in the order of the text."""
        return list(dict.fromkeys(self._matches(located)))

    def _matches(self, located: Located) -> Iterator[Match]:
        if not located.words:
            return
        at = 0
        for place, word in enumerate(located.words):
            candidates = self._by_word.get(word.text, ())
            stems = [phrase for stem, phrase in self._by_stem if word.text.startswith(stem)]
            for name, expression in (*candidates, *stems):
                hit = expression.match(located.plain, at)
                if hit is not None:
                    last = place + located.plain.count(" ", at + 1, hit.end())
                    yield Match(name, word.start, located.words[last].end)
            at += len(word.text) + 1


_Phrase = tuple[str, re.Pattern[str]]


def phrase_mistake(phrase: str) -> str:
    """What keeps a phrase from being one; empty when nothing does."""
    try:
        _compiled(phrase)
    except ValueError as error:
        return str(error)
    return ""


def _compiled(phrase: str) -> tuple[str, frozenset[str]]:
    """The regular expression of a phrase, and the words that it can begin with ("*" ends a stem).

    In the expression every word brings the space before it, and the whole ends before one.
    """
    text = phrase.lower().replace("'", "").replace("’", "")
    if not text.strip() or len(text) > MAX_PHRASE_CHARS:
        raise ValueError(f"{phrase[:40]!r} is empty or longer than {MAX_PHRASE_CHARS} characters")
    if not _ALLOWED.fullmatch(text):
        raise ValueError(f"{phrase!r} has characters beside words, digits, ( ) | ? * # and ...")
    parts = _PART.findall(text)
    if "".join(parts) != text.replace(" ", ""):
        raise ValueError(f"{phrase!r}: a sign is out of place")
    if parts.count("...") > MAX_GAPS:
        raise ValueError(f"{phrase!r}: more than {MAX_GAPS} gaps")
    reading = _Reading(parts)
    source, firsts, empty = reading.alternatives(depth=0)
    if reading.place < len(parts):
        raise ValueError(f"{phrase!r}: the brackets do not match")
    if empty:
        raise ValueError(f"{phrase!r} would match no words at all")
    if "" in firsts:
        raise ValueError(f"{phrase!r}: it must begin with a word")
    return f"(?:{source})(?= )", firsts


class _Reading:
    """Reads the parts of a phrase: each step gives an expression, its first words, and whether it can be empty."""

    def __init__(self, parts: list[str]) -> None:
        self._parts = parts
        self.place = 0

    def alternatives(self, *, depth: int) -> tuple[str, frozenset[str], bool]:
        if depth > MAX_DEPTH:
            raise ValueError(f"brackets nest deeper than {MAX_DEPTH}")
        sources, firsts, empty = [], frozenset[str](), False
        while True:
            source, begins, can_be_empty = self._sequence(depth)
            sources.append(source)
            firsts, empty = firsts | begins, empty or can_be_empty
            if self.place < len(self._parts) and self._parts[self.place] == "|":
                self.place += 1
            else:
                return "|".join(sources), firsts, empty

    def _sequence(self, depth: int) -> tuple[str, frozenset[str], bool]:
        sources, firsts, empty = [], frozenset[str](), True
        while self.place < len(self._parts) and self._parts[self.place] not in ("|", ")", ")?"):
            source, begins, can_be_empty = self._item(depth)
            sources.append(source)
            if empty:
                firsts = firsts | begins
            empty = empty and can_be_empty
        return "".join(sources), firsts, empty

    def _item(self, depth: int) -> tuple[str, frozenset[str], bool]:
        part = self._parts[self.place]
        self.place += 1
        if part == "...":
            return rf"(?: [^ ]+){{0,{GAP_WORDS}}}?", frozenset({""}), True
        if part == "(":
            source, firsts, empty = self.alternatives(depth=depth + 1)
            if self.place >= len(self._parts):
                raise ValueError("a bracket is not closed")
            optional = self._parts[self.place] == ")?"
            self.place += 1
            return f"(?:{source}){'?' if optional else ''}", firsts, empty or optional
        optional = part.endswith("?")
        word = part.removesuffix("?")
        stem = word.removesuffix("*")
        source = " " + stem.replace("#", "[0-9]+") + ("[^ ]*" if word.endswith("*") else "")
        first = stem.partition("#")[0] + "*" if "#" in stem or word.endswith("*") else stem
        firsts = frozenset("0123456789") if first == "*" else frozenset({first})
        firsts = frozenset(f"{digit}*" for digit in firsts) if first == "*" else firsts
        return (f"(?:{source})?", firsts, True) if optional else (source, firsts, False)
