"""Redaction of structures: what tools answer, dialogues, turn inputs, anything made of mappings, lists and values.

The texts within a structure are read in their order, as one speaker's lines, so that a card spread over several values
is found. A key says what its value is: whatever stands under `cvv` or `password` goes, under `order_id` digits stay.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from enum import Enum
from typing import Any, TypeVar

from agent.cognitive.guard.located_words import locate
from agent.cognitive.guard.redaction.context import Asked, key_meaning
from agent.cognitive.guard.redaction.masking import mask_placeholders
from agent.cognitive.guard.redaction.redaction import (
    RedactedSpan,
    RedactionState,
    Speaker,
    replaced,
    with_earlier,
)
from agent.cognitive.guard.redaction.redactor import redact

T = TypeVar("T")
MAX_DEPTH = 40
"""What is nested deeper than any honest answer is dropped."""
TOO_DEEP = "[too deep]"
_SECRET = "[secret]"
# Values of the engine's own: they name calls, turns and places, and are compared later.
_KEPT_KEYS = frozenset(
    "call_sid turn_id seq flow_id event node_id path now_iso time_zone idempotency_key t_ns stage_ns "
    "fingerprint".split()
)
_SECRET_KEYS = frozenset(
    "password passcode secret token authorization apikey api_key access_token refresh_token cvv cvc cvv2 "
    "security_code pin "
    "card_number cardnumber pan client_secret x_api_key cookie set_cookie".split()
)
_WORD_BREAK = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[\W_]+")
_LARGE = 10**11


def redacted(value: T, state: RedactionState | None = None) -> T:
    """The value with every text in it redacted; of the same shape, for any value of JSON's kinds and any dataclass.

    Integers that are a card number become its placeholder. Keys are redacted like texts. The call's state is read
    (names, what the agent asked for) and not moved on.
    """
    start = replace(state if state is not None else RedactionState(), pending=(), line=0)
    leaves = _Leaves()
    leaves.walk(value, (), 0)
    texts = iter(_redacted_texts(leaves.found, start))
    result: T = _rebuilt(value, (), 0, texts)
    return result


@dataclass(frozen=True, slots=True)
class _Leaf:
    text: str
    key: str
    number: bool


class _Leaves:
    """The texts of a structure, keys among them, in the order in which `_rebuilt` asks for them."""

    def __init__(self) -> None:
        self.found: list[_Leaf] = []

    def walk(self, value: object, keys: tuple[str, ...], depth: int) -> None:
        key = keys[-1] if keys else ""
        if depth > MAX_DEPTH or key in _KEPT_KEYS or _plain(key) in _SECRET_KEYS:
            return
        for name, part in _parts(value):
            if isinstance(value, Mapping) and isinstance(name, str):
                self.found.append(_Leaf(name, "", False))
            self.walk(part, (*keys, name) if isinstance(name, str) else keys, depth + 1)
        if isinstance(value, str) and not isinstance(value, Enum):
            self.found.append(_Leaf(value, key, False))
        elif _card_sized(value):
            self.found.append(_Leaf(_digits(value), key, True))


def _redacted_texts(leaves: Sequence[_Leaf], state: RedactionState) -> list[str]:
    spans: list[tuple[RedactedSpan, ...]] = []
    for leaf in leaves:
        means = (
            key_meaning(locate(" ".join(_WORD_BREAK.split(mask_placeholders(leaf.key)))))
            if leaf.key
            else Asked.NOTHING
        )
        spoken = leaf.key in ("transcript", "heard") and not leaf.number
        if spoken:
            done = redact(
                leaf.text, replace(state, pending=_as(state, Speaker.CALLER)), Speaker.CALLER, means=means
            )
            state = replace(state, line=done.state.line, pending=_back(done.state))
        else:
            done = redact(leaf.text, state, Speaker.DATA, means=Asked.OTHER if leaf.number else means)
            state = done.state
        spans.append(done.spans)
        for late in done.earlier:
            spans[late.line] = with_earlier(spans[late.line], late)
    return [replaced(leaf.text, found) for leaf, found in zip(leaves, spans, strict=True)]


def _as(state: RedactionState, speaker: Speaker) -> Any:
    return tuple((speaker, pieces) for _, pieces in state.pending)


def _back(state: RedactionState) -> Any:
    return tuple((Speaker.DATA, pieces) for _, pieces in state.pending)


def _rebuilt(value: Any, keys: tuple[str, ...], depth: int, texts: Any) -> Any:
    key = keys[-1] if keys else ""
    if depth > MAX_DEPTH:
        return TOO_DEEP
    if key in _KEPT_KEYS:
        return value
    if _plain(key) in _SECRET_KEYS:
        return value if value is None or value == "" else _SECRET
    if isinstance(value, Mapping):
        made: dict[Any, Any] = {}
        for name, part in value.items():
            new = next(texts) if isinstance(name, str) else name
            inner = (*keys, name) if isinstance(name, str) else keys
            while new in made:  # two keys that differed in what was taken out
                new = f"{new}'"
            made[new] = _rebuilt(part, inner, depth + 1, texts)
        return made
    if is_dataclass(value) and not isinstance(value, type):
        changed: dict[str, Any] = {}
        for name, part in _parts(value):
            changed[str(name)] = _rebuilt(part, (*keys, str(name)), depth + 1, texts)
        try:
            return replace(value, **changed)
        except (TypeError, ValueError):  # it checks its own truth, and a placeholder is none
            return changed
    if isinstance(value, str) and not isinstance(value, Enum):
        return next(texts)
    if isinstance(value, list | tuple | set | frozenset):
        items = [_rebuilt(part, keys, depth + 1, texts) for _, part in _parts(value)]
        return type(value)(items) if type(value) in (list, tuple, set, frozenset) else items
    if _card_sized(value):
        text = next(texts)
        return value if text == _digits(value) else text
    return value


def _parts(value: object) -> list[tuple[str | int, Any]]:
    """What a value holds, each with its key or its place, in an order that does not depend on hashes."""
    if isinstance(value, Mapping):
        return list(value.items())
    if is_dataclass(value) and not isinstance(value, type):
        return [(field.name, getattr(value, field.name)) for field in fields(value) if field.init]
    if isinstance(value, set | frozenset):
        return list(enumerate(sorted(value, key=repr)))
    if isinstance(value, list | tuple):
        return list(enumerate(value))
    return []


def _card_sized(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return _LARGE <= abs(value) < 10**19 and value == int(value)


def _digits(value: Any) -> str:
    return str(abs(int(value)))


def _plain(key: str) -> str:
    # A placeholder says what was taken out of the key, not what the value is.
    return "_".join(part.lower() for part in _WORD_BREAK.split(mask_placeholders(key)) if part)
