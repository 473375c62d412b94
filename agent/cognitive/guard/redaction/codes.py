"""Numbers with letters that belong to one person: postcode, National Insurance number, IBAN; written or spelled. Pure.

Letters and digits that stand side by side are joined to runs ("s w one a, one a a" is SW1A1AA), and codes are looked
for that begin and end with a word of such a run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from agent.cognitive.guard.located_words import LocatedWord
from agent.cognitive.guard.redaction.digits import REPEATS, ZEROS
from agent.cognitive.spoken_words import UNITS

# Royal Mail's form of a postcode; the outward part's letters are not told apart further.
_POSTCODE = re.compile(r"[a-pr-uwyz][a-hk-y]?\d[a-hjkmnp-y\d]?\d[abd-hjlnp-uw-z]{2}|gir0aa")
# HMRC NIM39110: prefixes that are never given out.
_NINO = re.compile(r"(?!bg|gb|nk|kn|tn|nt|zz)[a-ceghj-prtw-z][a-ceghj-nprtw-z]\d{6}[a-d]")
_IBAN = re.compile(r"[a-z]{2}\d{2}[a-z0-9]{11,30}")  # ISO 13616-1
_WRITTEN_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b")
_LONGEST = 34
_NATO = {
    "alpha": "a", "alfa": "a", "bravo": "b", "charlie": "c", "delta": "d", "echo": "e", "foxtrot": "f", "golf": "g",
    "hotel": "h", "india": "i", "juliet": "j", "juliett": "j", "kilo": "k", "lima": "l", "mike": "m", "november": "n",
    "oscar": "o", "papa": "p", "quebec": "q", "romeo": "r", "sierra": "s", "tango": "t", "uniform": "u", "victor": "v",
    "whiskey": "w", "whisky": "w", "xray": "x", "yankee": "y", "zulu": "z",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Sign:
    """Letters or digits, and the words they were said in."""

    text: str
    word: int
    word_end: int


# Words of two letters that stand beside numbers and are not spelled.
_SMALL_WORDS = frozenset("am an as at be by do go he if in is it me my no of ok on or so to up us we".split())


def nato_letter(word: str) -> str:
    """The letter that a word of the telephone alphabet stands for; empty for other words."""
    return _NATO.get(word, "")


def code_spans(text: str, words: Sequence[LocatedWord]) -> list[tuple[str, int, int]]:
    """The codes found as (kind, first character, one past the last); `text` is what the words are of."""
    found = [
        ("iban", *match.span())
        for match in _WRITTEN_IBAN.finditer(text)
        if _iban_valid(match[0].replace(" ", "").lower())
    ]
    for run in _runs(words):
        at = 0
        while at < len(run):
            hit = _code_at(run, at)
            if hit is None:
                at += 1
            else:
                kind, end = hit
                found.append((kind, words[run[at].word].start, words[run[end - 1].word_end - 1].end))
                at = end
    return found


def _code_at(run: Sequence[_Sign], at: int) -> tuple[str, int] | None:
    text, best = "", None
    for place in range(at, len(run)):
        text += run[place].text
        if len(text) > _LONGEST:
            break
        if len(text) < 5 or not text[0].isalpha():
            continue
        if _POSTCODE.fullmatch(text):
            best = ("postcode", place + 1)
        elif _NINO.fullmatch(text):
            best = ("ni number", place + 1)
        elif len(text) >= 15 and _IBAN.fullmatch(text) and _iban_valid(text):
            best = ("iban", place + 1)
    return best


def _iban_valid(text: str) -> bool:
    moved = text[4:] + text[:4]
    return int("".join(str(int(sign, 36)) for sign in moved)) % 97 == 1


def _runs(words: Sequence[LocatedWord]) -> Iterator[list[_Sign]]:
    run: list[_Sign] = []
    place = 0
    while place < len(words):
        sign = _sign_at(words, place)
        if sign is None:
            if run:
                yield run
            run = []
            place += 1
        else:
            run.append(sign)
            place = sign.word_end
    if run:
        yield run


def _sign_at(words: Sequence[LocatedWord], place: int) -> _Sign | None:
    def text(at: int) -> str:
        return words[at].text if at < len(words) else ""

    word = text(place)
    if word in REPEATS and (once := _sign_of(text(place + 1))):
        return _Sign(once * REPEATS[word], place, place + 2)
    sign = _sign_of(word)
    if not sign:
        return None
    if len(word) == 1 and text(place + 1) == "as" and text(place + 2) == "in" and text(place + 3):
        return _Sign(sign, place, place + 4)
    if len(word) == 1 and text(place + 1) == "for" and text(place + 2).startswith(word):
        return _Sign(sign, place, place + 3)
    return _Sign(sign, place, place + 1)


def _sign_of(word: str) -> str:
    if word in UNITS:
        return str(UNITS[word])
    if word in ZEROS and word != "o":
        return "0"
    if nato_letter(word):
        return nato_letter(word)
    # "sw1a", "ab12": letters and digits in one word; a word of letters alone is a word, unless it is one or two.
    if (
        word.isascii()
        and word.isalnum()
        and (any(map(str.isdigit, word)) or (len(word) <= 2 and word not in _SMALL_WORDS))
    ):
        return word
    return ""
