"""Taskmaster-style JSON: one list of conversations, each with `conversation_id` and `utterances`.

    [{"conversation_id": "dlg-1", "utterances": [{"index": 0, "speaker": "USER", "text": "I'd like a table."}]}]

A single conversation without the list will do. The list is read element by element, so that a mistake has the line on
which its conversation begins.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from evals.importing.columns import Columns
from evals.importing.conversation import Conversation
from evals.importing.json_lines import utterances_of
from evals.importing.source import Source, json_kind, shown
from evals.importing.speakers import Speakers

_SPACE = " \t\r\n"


def read_taskmaster(source: Source, columns: Columns, speakers: Speakers) -> Iterator[Conversation]:
    """The conversations of the file, in its order."""
    first_lines: dict[str, int] = {}
    for line, element in _elements(source):
        if source.mistakes.full:
            return
        if not isinstance(element, dict):
            source.mistakes.add(line, f"a conversation must be an object, not {json_kind(element)}")
            continue
        key = columns.find("conversation", element)
        identity = element.get(key) if key is not None else None
        turns_key = columns.find("turns", element)
        turns = element.get(turns_key) if turns_key is not None else None
        if not isinstance(identity, str) or not identity.strip():
            source.mistakes.add(line, "`conversation_id` is missing or no text")
            continue
        if not isinstance(turns, list):
            source.mistakes.add(line, f"conversation `{shown(identity)}`: `utterances` is missing or no list")
            continue
        if identity in first_lines:
            text = f"conversation `{shown(identity)}` stands on line {first_lines[identity]} already"
            source.mistakes.add(line, text)
            continue
        first_lines[identity] = line
        utterances = utterances_of(turns, line, columns, speakers, source)
        found = source.conversation(identity.strip(), line, utterances) if utterances is not None else None
        if found is not None:
            yield found


def _elements(source: Source) -> Iterator[tuple[int, Any]]:
    """The elements of the file's list with the lines they begin on; stops at the first that is no JSON."""
    text = source.text
    decoder = json.JSONDecoder()
    at, line, listed = 0, 1, False

    def skip(at: int, signs: str = _SPACE) -> int:
        while at < len(text) and text[at] in signs:
            at += 1
        return at

    at = skip(0)
    if at < len(text) and text[at] == "[":
        listed, at = True, skip(at + 1)
    line += text.count("\n", 0, at)
    while True:
        if listed and text[at : at + 1] == "]":
            at += 1
            break
        try:
            element, end = decoder.raw_decode(text, at)
        except json.JSONDecodeError as error:
            source.mistakes.add(
                error.lineno, f"this is not JSON: {error.msg.lower()} at character {error.colno}"
            )
            return
        except (RecursionError, ValueError):
            source.mistakes.add(line, "this JSON is nested too deep or holds a number that is too long")
            return
        yield line, element
        source.progress(len(text[at:end].encode("utf-8", "surrogatepass")))
        after = skip(end)
        if listed and text[after : after + 1] == ",":
            after = skip(after + 1)
        elif listed and text[after : after + 1] != "]":
            where = line + text.count("\n", at, after)
            source.mistakes.add(where, "this is not JSON: a comma or the end of the list is missing")
            return
        line += text.count("\n", at, after)
        at = after
        if not listed:
            break
    if skip(at) < len(text):
        source.mistakes.add(line, "something follows the end of the JSON")
