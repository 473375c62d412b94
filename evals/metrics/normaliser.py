"""Which spellings count as the same word: the pinned text normaliser under the word errors.

Whisper's English normaliser is the base, because most published figures stand on it. On telephone English it
spoils numbers said digit by digit, clock times, e-mail addresses, "oh", Irish names and possessives; what is put
right here before it runs is listed in docs/metrics.md, and any change to it raises `NORMALISER_VERSION`.

What must come through exactly (a phone number, a slot) is judged apart from word errors: this only keeps one
spelling from being counted as an error against another.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

from whisper_normalizer.english import EnglishTextNormalizer

NORMALISER_VERSION = 1
"""Version of the rules, Whisper's and ours together, and so of every metric of words and characters."""

NORMALISER = f"whisper-normalizer 0.1.15 + milliwatt {NORMALISER_VERSION}"
"""Names the rules in force, and is stored with each run; word errors under another name are not comparable."""

_DIGIT = "zero|one|two|three|four|five|six|seven|eight|nine"
_DIGIT_WORDS = dict(zip("0123456789", _DIGIT.split("|"), strict=True))
_SPOKEN_DIGIT = rf"(?:(?:double|triple)\s+)?(?:{_DIGIT}|oh|o|nought)"

# After these, 's is "is"; after a name it is a possessive, or cannot be told from one.
_IS_AFTER = "it|he|she|that|there|here|what|where|who|how|when|this|everything|something|nothing"

_REWRITES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"[\u2018\u2019\u02bc]", "'"),
        (r"\b(?:uh[ -]?huh|m+[ -]?h+m+|erm*|ah|hm+)\b", " "),  # fillers that the base leaves half standing
        (r"\bok\b|\bo\.k\.", "okay"),
        (r"\be[ -]mail", "email"),
        (r"\bpost[ -]code", "postcode"),
        (r"\bvoice[ -]mail", "voicemail"),
        (r"\bo(?:'|\s)\s?clock\b", "oclock"),
        (r"\bo'(?=[a-z]{2})", "o"),  # O'Brien is a name, not a zero and a Brien
        (r"\b([ap])(?:\.\s?m\b\.?|\sm\b)", r"\1m"),
        (r"\b0?(\d|1\d|2[0-3])[:.]00(?=\s*[ap]m\b)", r"\1"),
        (r"\b0?(\d|1\d|2[0-3]):00\b", r"\1 oclock"),
        (r"\b0?(\d|1\d|2[0-3])[:.]([0-5]\d)(?=\s*[ap]m\b)", r"\1\2"),
        (r"\b0?(\d|1\d|2[0-3]):([0-5]\d)\b", r"\1\2"),
        (rf"\b(?!(?:{_IS_AFTER})\b)([a-z]+)'s\b(?!\s(?:been|gone|got)\b)", r"\1s"),
        (r"\+(?=\d)", "plus "),
    )
)

_EMAIL = re.compile(r"[a-z0-9._+-]+@[a-z0-9.-]*[a-z0-9]")
_EMAIL_SIGNS = {"@": " at ", ".": " dot ", "_": " underscore ", "-": " dash ", "+": " plus "}
_WRITTEN_DIGITS = re.compile(r"(?<![\w.,£$€])[0-9]+(?:[ -][0-9]+)*(?![\w%]|[.,:/][0-9])")
_SPOKEN_NUMBER = re.compile(rf"\b(?:zero|oh|o|nought)(?:\s+(?:{_SPOKEN_DIGIT}|hundred))+\b")
_LETTERS = re.compile(r"\b[a-z](?: [a-z])+\b")
_WORDLESS = re.compile(r"(?<!\S)[^\w£$€¢%]+(?!\S)|(?<!\S)[£$€¢%.]+(?!\S)")
_LONG_NUMBER_DIGITS = 7  # from here on a written number without commas is one that people say digit by digit


@lru_cache(maxsize=4096)
def normalise(text: str) -> str:
    """The text as words to be compared, one space between them; empty when nothing in it is a word."""
    text = text.lower()
    for pattern, replacement in _REWRITES:
        text = pattern.sub(replacement, text)
    text = _EMAIL.sub(_spell_email, text)
    text = _WRITTEN_DIGITS.sub(_spell_digits, text)
    text = _settle_oh(text)
    text = _SPOKEN_NUMBER.sub(lambda match: match[0].replace("hundred", "zero zero"), text)
    text = _base()(text)
    text = _WORDLESS.sub(" ", text)
    text = _LETTERS.sub(_join_letters, " ".join(text.split()))
    return " ".join(text.split())


@lru_cache(maxsize=4096)
def plain_words(text: str) -> tuple[str, ...]:
    """The words of a text, case and punctuation aside, nothing else changed: "It's 10:30." is its, 10, 30."""
    text = unicodedata.normalize("NFKC", text).casefold()
    text = re.sub(r"['\u2018\u2019\u02bc]", "", text)
    return tuple(re.findall(r"\w+", text))


def contains_words(text: str, phrase: str) -> bool:
    """Whether the words of `phrase` stand in `text` one after another, case and punctuation aside."""
    words, wanted = plain_words(text), plain_words(phrase)
    return any(words[at : at + len(wanted)] == wanted for at in range(len(words) - len(wanted) + 1))


@cache
def _base() -> EnglishTextNormalizer:
    return EnglishTextNormalizer()


def _spell_email(match: re.Match[str]) -> str:
    return "".join(_EMAIL_SIGNS.get(sign, sign) for sign in match[0])


def _spell_digits(match: re.Match[str]) -> str:
    """A written number as people say it on the phone, when it is one of those; the base drops its leading zero."""
    groups = re.split(r"[ -]", match[0])
    digits = "".join(groups)
    one_by_one = len(groups) > 1 and all(len(group) == 1 for group in groups)
    if one_by_one or len(digits) >= _LONG_NUMBER_DIGITS or (digits[0] == "0" and len(digits) > 1):
        return " ".join(_DIGIT_WORDS[digit] for digit in digits)
    return match[0]


def _settle_oh(text: str) -> str:
    """Among digits "oh" is a zero; in "oh, I see" it is a filler, and goes."""
    text = re.sub(rf"\b({_DIGIT})\s+(?:oh|o|nought)\b", r"\1 zero", text)
    text = re.sub(rf"\b(?:oh|o|nought)(?=\s+{_SPOKEN_DIGIT}\s+{_SPOKEN_DIGIT}\b)", "zero", text)
    text = re.sub(r"\b(double|triple|zero)\s+(?:oh|o|nought)\b", r"\1 zero", text)
    return re.sub(r"\boh\b", " ", text)


def _join_letters(match: re.Match[str]) -> str:
    """Letters said one by one are one spelled word; "a" and "I" beside each other are words."""
    letters = match[0].split()
    return match[0] if set(letters) <= {"a", "i"} else "".join(letters)
