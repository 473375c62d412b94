"""Texts with `{{variables}}` in them, filled for one call and cut into sentences to be spoken one by one.

`{{name}}` stands for a variable as it is. `{{slot|time}}` says a date and time in words, `{{offered|times}}` a list of
them, `{{email|email}}` a mail address, `{{phone|digits}}` a number digit by digit, `{{day|date}}` a date,
`{{at|clock}}` a time of day, `{{when|moment}}` both, `{{sum|amount}}` a sum, `{{count|number}}`
a number, `{{code|signs}}` a code.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from agent.cognitive.spoken_time import spoken_choice, spoken_time
from agent.cognitive.spoken_value import (
    spoken_address,
    spoken_amount,
    spoken_date,
    spoken_moment,
    spoken_number,
    spoken_signs,
    spoken_time_of_day,
)
from agent.cognitive.spoken_words import digit_by_digit
from agent.turn import Json

Value = str | tuple[str, ...]
"""What a variable holds: a text, or a list of them."""

TRANSCRIPT = "transcript"
"""The variable that holds what the caller has just said, as it was heard: a question for a tool."""

_PLACEHOLDER = re.compile(r"\{\{\s*([^{}|]*?)\s*(?:\|\s*([^{}]*?)\s*)?\}\}")
_NAME = re.compile(r"[a-z][a-z0-9_]*")
# A full stop after one of these does not end a sentence.
_ABBREVIATIONS = ("Dr.", "Mr.", "Mrs.", "Ms.", "St.")
_SENTENCE_END = re.compile(r"(?<=[.?!])\s+(?=\S)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Placeholder:
    """One `{{name|filter}}` of a text; `filter` is empty where there is none."""

    name: str
    filter: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """What filling a text needs to know: the variables, and the caller's date and zone for spoken times."""

    variables: Mapping[str, Value]
    now_iso: str = ""
    time_zone: str = ""


def placeholders(text: str) -> list[Placeholder]:
    """The placeholders of a text, in order."""
    return [Placeholder(name=found[1], filter=found[2] or "") for found in _PLACEHOLDER.finditer(text)]


def placeholder_mistakes(text: str) -> list[str]:
    """What is wrong with a text's placeholders, whatever the variables."""
    mistakes = []
    for placeholder in placeholders(text):
        if not _NAME.fullmatch(placeholder.name):
            mistakes.append(f"{{{{{placeholder.name}}}}} is no variable name")
        if placeholder.filter and placeholder.filter not in _FILTERS:
            known = ", ".join(sorted(name for name in _FILTERS if name))
            mistakes.append(f"there is no filter {placeholder.filter!r}; there are {known}")
    rest = _PLACEHOLDER.sub("", text)
    if "{{" in rest or "}}" in rest:
        mistakes.append("a {{ or }} without its other half")
    return mistakes


def fill(text: str, wording: Wording) -> str:
    """The text with every placeholder filled; what has no value leaves no gap behind."""
    if "{{" not in text:
        return text

    def value(found: re.Match[str]) -> str:
        held = wording.variables.get(found[1], "")
        return _FILTERS.get(found[2] or "", _plain)(held, wording)

    return re.sub(r"\s+([,.?!])", r"\1", re.sub(r"\s{2,}", " ", _PLACEHOLDER.sub(value, text))).strip()


def fill_json(value: Json, wording: Wording) -> Json:
    """The same for every text within a tool's arguments."""
    if isinstance(value, str):
        return fill(value, wording)
    if isinstance(value, Mapping):
        return {key: fill_json(item, wording) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [fill_json(item, wording) for item in value]
    return value


def sentences(text: str) -> list[str]:
    """The text cut after each sentence, so that speech can begin with the first."""
    parts: list[str] = []
    for part in _SENTENCE_END.split(text.strip()):
        if parts and parts[-1].endswith(_ABBREVIATIONS):
            parts[-1] = f"{parts[-1]} {part}"
        elif part:
            parts.append(part)
    return parts


def _plain(value: Value, wording: Wording) -> str:
    return value if isinstance(value, str) else ", ".join(value)


def _time(value: Value, wording: Wording) -> str:
    return spoken_time(_plain(value, wording), now_iso=wording.now_iso, time_zone=wording.time_zone)


def _times(value: Value, wording: Wording) -> str:
    isos = (value,) if isinstance(value, str) else value
    return spoken_choice(isos, now_iso=wording.now_iso, time_zone=wording.time_zone)


def _email(value: Value, wording: Wording) -> str:
    return spoken_address(_plain(value, wording))


def _digits(value: Value, wording: Wording) -> str:
    return digit_by_digit("".join(sign for sign in _plain(value, wording) if sign in "0123456789"))


def _date(value: Value, wording: Wording) -> str:
    return spoken_date(_plain(value, wording), now_iso=wording.now_iso, time_zone=wording.time_zone)


def _moment(value: Value, wording: Wording) -> str:
    return spoken_moment(_plain(value, wording), now_iso=wording.now_iso, time_zone=wording.time_zone)


def _by(spoken: Callable[[str], str]) -> Callable[[Value, Wording], str]:
    return lambda value, wording: spoken(_plain(value, wording))


_FILTERS: Mapping[str, Callable[[Value, Wording], str]] = {
    "": _plain,
    "time": _time,
    "times": _times,
    "email": _email,
    "digits": _digits,
    "date": _date,
    "clock": _by(spoken_time_of_day),
    "moment": _moment,
    "amount": _by(spoken_amount),
    "number": _by(spoken_number),
    "signs": _by(spoken_signs),
}
