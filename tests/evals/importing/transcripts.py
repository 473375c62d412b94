"""Small builders of transcripts for tests."""

from __future__ import annotations

import json
from pathlib import Path

from evals.importing.columns import Columns
from evals.importing.conversation import Conversation, Doing, Speaker, Utterance
from evals.importing.source import Source
from evals.importing.speakers import Names, Speakers

COLUMNS = Columns()
Turns = list[tuple[str, str]]


def agent(text: str = "") -> Utterance:
    return Utterance(speaker=Speaker.AGENT, text=text)


def caller(text: str = "", doing: Doing = Doing.SAYS, heard_words: int | None = None) -> Utterance:
    return Utterance(speaker=Speaker.CALLER, text=text, doing=doing, heard_words=heard_words)


def a_conversation(*utterances: Utterance, identity: str = "c1", line: int = 1) -> Conversation:
    return Conversation(id=identity, file="calls.jsonl", line=line, utterances=tuple(utterances))


def a_source(text: str, name: str = "calls.jsonl") -> Source:
    return Source(Path(name), text)


def speakers(source: Source, **names: tuple[str, ...]) -> Speakers:
    return Speakers(Names(**names), source)


def talk(conversation: Conversation) -> Turns:
    """Who said what."""
    return [(str(said.speaker), said.text) for said in conversation.utterances]


def json_lines(*rows: object) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)
