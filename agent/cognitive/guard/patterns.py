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
_ALLOWED = re.compile(r"[a-z0-9()|?*# .]+")
_PART = re.compile(r"\.\.\.|\(|\)\??|\||[a-z0-9#]+\*?\??")


@dataclass(frozen=True, slots=True)
class Match:
    """A phrase found, as characters of the text that was searched."""

    name: str
    start: int
    end: int


class PhraseSet:
    """Phrases by name, searched together.

    Raises:
        ValueError: a phrase is not of the language.
    """

    def __init__(self, phrases: Mapping[str, Iterable[str]]) -> None:
        self._compiled = tuple(
            (name, re.compile("|".join(_expression(phrase) for phrase in listed)))
            for name, listed in phrases.items()
        )

    def search(self, located: Located) -> Iterator[Match]:
        """The first match of each name, in the order of the names."""
        for name, expression in self._compiled:
            found = expression.search(located.plain)
            if found is not None and located.words:
                yield Match(name, *located.span(found.start(), found.end()))

    def all_matches(self, located: Located) -> Iterator[Match]:
        """Every match of every name."""
        for name, expression in self._compiled:
            for found in expression.finditer(located.plain) if located.words else ():
                yield Match(name, *located.span(found.start(), found.end()))


def phrase_mistake(phrase: str) -> str:
    """What keeps a phrase from being one; empty when nothing does."""
    try:
        re.compile(_expression(phrase))
    except ValueError as error:
        return str(error)
    return ""


def _expression(phrase: str) -> str:
    """The regular expression of a phrase: every word brings the space before it, the whole ends before one."""
    text = phrase.lower().replace("'", "").replace("’", "")
    if not text.strip() or len(text) > MAX_PHRASE_CHARS:
        raise ValueError(f"{phrase[:40]!r} is empty or longer than {MAX_PHRASE_CHARS} characters")
    if not _ALLOWED.fullmatch(text):
        raise ValueError(f"{phrase!r} has characters beside words, digits, ( ) | ? * # and ...")
    depth, pieces, at = 0, [], 0
    for found in _PART.finditer(text):
        if text[at : found.start()].strip():
            raise ValueError(f"{phrase!r}: {text[at : found.start()].strip()!r} is out of place")
        at = found.end()
        part = found[0]
        depth += part == "("
        depth -= part.startswith(")")
        if depth < 0 or depth > 3:
            raise ValueError(f"{phrase!r}: the brackets do not match, or nest too deeply")
        pieces.append(_piece(part))
    if depth or text[at:].strip():
        raise ValueError(f"{phrase!r}: the brackets do not match, or {text[at:].strip()!r} is out of place")
    try:
        expression = re.compile("".join(pieces) + "(?= )")
    except re.error as error:
        raise ValueError(f"{phrase!r}: {error.msg}") from error
    if expression.match(" "):
        raise ValueError(f"{phrase!r} would match no words at all")
    return expression.pattern


def _piece(part: str) -> str:
    match part:
        case "...":
            return rf"(?: [^ ]+){{0,{GAP_WORDS}}}?"
        case "(":
            return "(?:"
        case ")" | ")?" | "|":
            return part
        case _:
            optional = part.endswith("?")
            word = part.removesuffix("?")
            stem = word.removesuffix("*").replace("#", "[0-9]+")
            spelled = f" {stem}{'[^ ]*' if word.endswith('*') else ''}"
            return f"(?:{spelled})?" if optional else spelled
