"""JSON lines: one conversation a line, or one turn a line with the conversation's id.

    {"id": "c1", "turns": [{"speaker": "agent", "text": "Is this Alex?"}, {"speaker": "caller", "text": "It is."}]}

    {"conversation": "c1", "speaker": "agent", "text": "Is this Alex?"}
    {"conversation": "c1", "speaker": "caller", "text": "It is."}

Other keys are passed over. Turns of several conversations may be mixed; each keeps the order of the file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from evals.importing.columns import Columns
from evals.importing.conversation import Conversation, Speaker, Utterance
from evals.importing.source import Source, json_kind, shown
from evals.importing.speakers import Speakers


def read_json_lines(source: Source, columns: Columns, speakers: Speakers) -> Iterator[Conversation]:
    """The conversations of the file, each as soon as it is whole."""
    rows = Grouped(source)
    whole: dict[str, int] = {}
    for line, row in source.objects():
        turns = columns.find("turns", row)
        if turns is None or not isinstance(row[turns], list):
            _add_turn(rows, row, line, columns, speakers, source)
            continue
        identity = _identity(row, line, columns, source)
        if identity is None:
            continue
        if identity in whole:
            first = whole[identity]
            source.mistakes.add(line, f"conversation `{shown(identity)}` stands on line {first} already")
            continue
        whole[identity] = line
        utterances = utterances_of(row[turns], line, columns, speakers, source)
        found = source.conversation(identity, line, utterances) if utterances is not None else None
        if found is not None:
            yield found
    yield from rows.conversations()


class Grouped:
    """Turns that come one by one, gathered into their conversations in the order these begin."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._lines: dict[str, int] = {}
        self._turns: dict[str, list[Utterance]] = {}

    def add(self, identity: str, line: int, utterance: Utterance | None) -> None:
        """Takes a turn; None for one of somebody who is left out."""
        self._lines.setdefault(identity, line)
        turns = self._turns.setdefault(identity, [])
        if utterance is not None:
            turns.append(utterance)

    def conversations(self) -> Iterator[Conversation]:
        """All of them; those that cannot be used are noted."""
        for identity, turns in self._turns.items():
            found = self._source.conversation(identity, self._lines[identity], turns)
            if found is not None:
                yield found


def utterances_of(
    turns: list[Any], line: int, columns: Columns, speakers: Speakers, source: Source
) -> list[Utterance] | None:
    """A conversation's turns, each an object; None when one of them cannot be used."""
    found: list[Utterance] | None = []
    for number, turn in enumerate(turns, start=1):
        place = f"turn {number}: "
        if not isinstance(turn, dict):
            source.mistakes.add(line, f"{place}must be an object, not {json_kind(turn)}")
            found = None
            continue
        said = _said(turn, line, place, columns, source)
        if said is None:
            found = None
            continue
        speaker = speakers.of(said[0], line)
        if speaker is not None and found is not None:
            found.append(Utterance(speaker=speaker, text=said[1]))
    return found


def _add_turn(
    rows: Grouped,
    row: Mapping[str, Any],
    line: int,
    columns: Columns,
    speakers: Speakers,
    source: Source,
) -> None:
    identity = _identity(row, line, columns, source)
    said = _said(row, line, "", columns, source)
    if identity is None or said is None:
        return
    speaker: Speaker | None = speakers.of(said[0], line)
    rows.add(identity, line, Utterance(speaker=speaker, text=said[1]) if speaker else None)


def _identity(row: Mapping[str, Any], line: int, columns: Columns, source: Source) -> str | None:
    key = columns.find("conversation", row)
    value = row[key] if key is not None else None
    if isinstance(value, str | int) and not isinstance(value, bool) and str(value).strip():
        return str(value).strip()
    if key is None:
        source.mistakes.add(line, f"the conversation's id is missing: {columns.wanted('conversation')}")
    else:
        source.mistakes.add(line, f"`{key}` must be a text or a whole number, and not empty")
    return None


def _said(
    row: Mapping[str, Any], line: int, place: str, columns: Columns, source: Source
) -> tuple[str, str] | None:
    """The speaker's name and the words; None, and a mistake for each that is missing or wrong."""
    found = []
    for kind in ("speaker", "text"):
        key = columns.find(kind, row)
        if key is None:
            source.mistakes.add(line, f"{place}the {kind} is missing: {columns.wanted(kind)}")
        elif row[key] is None and kind == "text":
            found.append("")  # a message that only calls a tool
        elif not isinstance(row[key], str):
            source.mistakes.add(line, f"{place}`{shown(key)}` must be a text, not {json_kind(row[key])}")
        else:
            found.append(row[key])
    return (found[0], found[1]) if len(found) == 2 else None
