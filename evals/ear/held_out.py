"""The fixed sentences on which a telephone recogniser is tested, and whether what matters in one was heard.

The list is a table, `corpora/ear/test_sentences.tsv`, of what is said, in words. It was written apart from every
text a recogniser learns from, and stays as it is, so that figures of different days compare. In some sentences
one thing matters more than the rest, the entity: a telephone number, a date, a time or a name spelled out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from evals.errors import BadInput

TEST_SENTENCES = Path(__file__).parents[2] / "corpora" / "ear" / "test_sentences.tsv"
DEV_SENTENCES = TEST_SENTENCES.with_name("dev_sentences.txt")
COLUMNS = ("id", "category", "text", "entity_kind", "entity_value")
CATEGORIES = ("talk", "short", "disfluent", "phone", "date", "time", "spelled", "money", "email", "postcode")
MOST_WORDS = 22

_WORD = re.compile(r"[a-z]+(?:'[a-z]+)*'?")
_TEXT = re.compile(rf"{_WORD.pattern}(?: {_WORD.pattern})*")
_ENTITY_FORM = {
    "phone": re.compile(r"[0-9]+"),
    "date": _TEXT,
    "time": _TEXT,
    "spelled": re.compile(r"[a-z]+"),
}
"""How the value of each kind of entity is written; the kinds are the categories whose sentences have one."""

_DIGIT = {
    word: str(digit)
    for digit, words in enumerate(
        ("zero oh", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
    )
    for word in words.split()
}
_LETTER = {letter: letter for letter in "abcdefghijklmnopqrstuvwxyz"}
_TIMES = {"double": 2, "triple": 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldOutSentence:
    """One sentence of the list.

    Attributes:
        text: what is said, in lower-case words.
        entity_value: digits of a `phone`, letters of a name `spelled`, the words of a `date` or `time` as in `text`.
    """

    id: str
    category: str
    text: str
    entity_kind: str | None = None
    entity_value: str | None = None


def held_out_sentences(path: Path = TEST_SENTENCES) -> tuple[HeldOutSentence, ...]:
    """The sentences of the list, in order.

    Raises:
        BadInput: the file cannot be used; lists every mistake and its line.
    """
    try:
        header, *lines = path.read_text(encoding="utf-8").removesuffix("\n").split("\n")
    except OSError as error:
        raise BadInput(str(path), [f"cannot be read: {error.strerror}"]) from error
    except UnicodeDecodeError as error:
        raise BadInput(str(path), [f"not UTF-8: {error}"]) from error
    mistakes: list[str] = []
    if header != "\t".join(COLUMNS):
        mistakes.append(f"line 1: the header is {header!r}; expected {', '.join(COLUMNS)}, parted by tabs")
    if not lines:
        mistakes.append("holds no sentences")
    sentences: list[HeldOutSentence] = []
    first_lines: dict[str, int] = {}
    for number, line in enumerate(lines, 2):
        sentence = _sentence(line)
        if isinstance(sentence, str):
            mistakes.append(f"line {number}: {sentence}")
            continue
        found = _mistakes(sentence)
        for name, value in (("id", sentence.id), ("text", sentence.text)):
            first = first_lines.setdefault(f"{name} {value}", number)
            if first != number:
                found.append(f"{name} `{value}` is also on line {first}")
        mistakes += [f"line {number}: {mistake}" for mistake in found]
        sentences.append(sentence)
    if mistakes:
        raise BadInput(str(path), mistakes)
    return tuple(sentences)


def dev_lines(path: Path = DEV_SENTENCES) -> list[str]:
    """The sentences on which weights and confidence are fitted; also kept apart from what the ear is told."""
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def digits_of(text: str) -> str:
    """The digits said in a text, "double" and "triple" carried out; other words are passed over."""
    return _spelled_out(text, _DIGIT)


def letters_of(text: str) -> str:
    """The letters said singly in a text, "double" and "triple" carried out; longer words are passed over."""
    return _spelled_out(text, _LETTER)


def entity_heard(sentence: HeldOutSentence, heard_text: str) -> bool:
    """Whether the entity of the sentence came through whole in what was heard.

    A number must be all the digits heard, a date or time must be there word for word, and a spelled name must be
    what the letters heard end with, for an "i" or "a" may stand before it.
    """
    value = sentence.entity_value
    if value is None:
        raise ValueError(f"{sentence.id} has no entity")
    match sentence.entity_kind:
        case "phone":
            return digits_of(heard_text) == value
        case "spelled":
            return letters_of(heard_text).endswith(value)
        case "date" | "time":
            return f" {value} " in f" {' '.join(_words(heard_text))} "
        case kind:
            raise ValueError(f"{kind!r} is no kind of entity; there is {', '.join(_ENTITY_FORM)}")


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def _spelled_out(text: str, signs: Mapping[str, str]) -> str:
    spelled = ""
    times = 1
    for word in _words(text):
        spelled += signs.get(word, "") * times
        times = _TIMES.get(word, 1)
    return spelled


def _sentence(line: str) -> HeldOutSentence | str:
    """The sentence of a line, or why the line holds none."""
    fields = line.split("\t")
    if len(fields) != len(COLUMNS):
        return f"{len(fields)} fields; expected {len(COLUMNS)}"
    id_, category, text, kind, value = fields
    return HeldOutSentence(
        id=id_, category=category, text=text, entity_kind=kind or None, entity_value=value or None
    )


def _mistakes(sentence: HeldOutSentence) -> list[str]:
    """All that is wrong with a sentence by itself."""
    mistakes: list[str] = []
    if sentence.category not in CATEGORIES:
        mistakes.append(f"there is no category `{sentence.category}`; there is {', '.join(CATEGORIES)}")
    elif not re.fullmatch(rf"{sentence.category}-[0-9]{{3}}", sentence.id):
        mistakes.append(f"id `{sentence.id}`; expected {sentence.category}- and three digits")
    if not _TEXT.fullmatch(sentence.text):
        mistakes.append(f"text `{sentence.text}`; expected lower-case words with single spaces between")
    elif len(sentence.text.split()) > MOST_WORDS:
        mistakes.append(f"{len(sentence.text.split())} words; expected {MOST_WORDS} at most")
    return mistakes + _entity_mistakes(sentence)


def _entity_mistakes(sentence: HeldOutSentence) -> list[str]:
    kind, value = sentence.entity_kind, sentence.entity_value
    expected = sentence.category if sentence.category in _ENTITY_FORM else None
    if sentence.category in CATEGORIES and kind != expected:
        return [f"entity kind {kind}; expected {expected} in category {sentence.category}"]
    if kind is None:
        return [] if value is None else [f"entity value `{value}` without a kind"]
    if kind not in _ENTITY_FORM:
        return [f"there is no entity kind `{kind}`; there is {', '.join(_ENTITY_FORM)}"]
    if value is None or not _ENTITY_FORM[kind].fullmatch(value):
        return [f"entity value {value} is not how a {kind} is written"]
    if not entity_heard(sentence, sentence.text):
        return [f"entity `{value}` is not in the text `{sentence.text}`"]
    return []
