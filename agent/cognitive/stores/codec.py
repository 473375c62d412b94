"""Dialogues and journal entries as JSON, and back: what all stores outside this process keep.

One object a value, `{"v": 1, ...}`; an entry's kind stands beside it, in a column of its own. The fields are those of
the types, so a field with a default can be added without a new version: what was kept before it gets the default. A
field taken away or renamed needs one. JSON knows no tuples: a tool's tuple comes back as a list.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError

from agent.cognitive.dialogue import Dialogue
from agent.cognitive.ports import (
    Acted,
    Dispatched,
    JournalEntry,
    ToolAnswered,
    TurnClosed,
    TurnOpened,
)
from agent.errors import AgentError

VERSION = 1
MAX_BYTES = 1_000_000
"""An entry larger than this is a mistake of some kind: a turn's longest are some kilobytes."""

KINDS: dict[str, type] = {
    "opened": TurnOpened,
    "dispatched": Dispatched,
    "acted": Acted,
    "tool": ToolAnswered,
    "closed": TurnClosed,
}
_NAMES = {type_: kind for kind, type_ in KINDS.items()}


class Unreadable(AgentError):
    """What a store kept cannot be read back, or cannot be kept: damaged, too large, written by a newer milliwatt."""


def kind_of(entry: JournalEntry) -> str:
    """The name an entry's type is kept under."""
    return _NAMES[type(entry)]


def entry_text(entry: JournalEntry) -> str:
    """The entry as JSON.

    Raises:
        Unreadable: it cannot be kept.
    """
    return _text(entry, type(entry))


def entry_of(kind: str, text: str) -> JournalEntry:
    """The entry that `entry_text` wrote.

    Raises:
        Unreadable: it is none.
    """
    if kind not in KINDS:
        raise Unreadable(f"a journal entry of kind {kind!r}; there are {', '.join(KINDS)}")
    entry: JournalEntry = _value(KINDS[kind], text)
    return entry


def dialogue_text(dialogue: Dialogue) -> str:
    """The dialogue as JSON.

    Raises:
        Unreadable: it cannot be kept.
    """
    return _text(dialogue, Dialogue)


def dialogue_of(text: str | bytes) -> Dialogue:
    """The dialogue that `dialogue_text` wrote.

    Raises:
        Unreadable: it is none.
    """
    dialogue: Dialogue = _value(Dialogue, text)
    return dialogue


def _text(value: object, type_: type) -> str:
    try:
        raw = _adapter(type_).dump_json(value)
    except PydanticSerializationError as error:  # half a character from somewhere, such as a lone surrogate
        raise Unreadable(f"a {type_.__name__} that cannot be written: {error}") from None
    if len(raw) > MAX_BYTES:
        raise Unreadable(f"a {type_.__name__} of {len(raw)} bytes; {MAX_BYTES} is the most that is kept")
    return f'{{"v":{VERSION},' + raw.decode()[1:]


def _value(type_: type, text: str | bytes) -> Any:
    if len(text) > MAX_BYTES + 100:
        raise Unreadable(f"a {type_.__name__} of {len(text)} bytes; {MAX_BYTES} is the most that is kept")
    mark = f'{{"v":{VERSION},'
    head = text[: len(mark)]
    if (head.decode(errors="replace") if isinstance(head, bytes) else head) != mark:
        raise Unreadable(f"a {type_.__name__} that begins {head!r}, not {mark!r}: another version wrote it")
    try:
        return _adapter(type_).validate_json(text)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise Unreadable(f"a damaged {type_.__name__}: {place}: {first['msg']}") from None


@cache
def _adapter(type_: type) -> TypeAdapter[Any]:
    return TypeAdapter(type_)
