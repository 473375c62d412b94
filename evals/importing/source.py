"""A transcript's file while it is read: its text line by line, what is wrong with it, and how far reading has come.

Sizes are bounded before anything is parsed, so that a wrong file ends with a line of advice and not with a full
memory.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evals.errors import BadInput
from evals.importing.conversation import MAX_UTTERANCES, Conversation, Utterance
from evals.scenario.yaml_lines import Mistakes

MAX_FILE_BYTES = 64 * 1024 * 1024
MAX_LINE_CHARACTERS = 4 * 1024 * 1024  # a stored call with all its events is one line
MAX_ROWS = 1_000_000
MAX_CONVERSATIONS = 20_000

Progress = Callable[[int], None]
"""Told how many more bytes have been read."""


@dataclass(slots=True)
class Source:
    """One file of transcripts.

    Attributes:
        path: where it is; `name` is all of it that gets into a suite.
        text: its content.
        mistakes: what is wrong with it, by line.
        progress: told of the bytes read.
    """

    path: Path
    text: str
    mistakes: Mistakes = field(default_factory=Mistakes)
    progress: Progress = lambda size: None

    @property
    def name(self) -> str:
        """The file's name without its folder."""
        return self.path.name

    def lines(self) -> Iterator[tuple[int, str]]:
        """Each line that is not blank, with its number; one that is too long is noted and left out."""
        for number, line in enumerate(self.text.split("\n"), start=1):
            self.progress(len(line.encode("utf-8", "surrogatepass")) + 1)
            if number > MAX_ROWS:
                self.mistakes.add(number, f"more than {MAX_ROWS} lines; split the file")
                return
            if len(line) > MAX_LINE_CHARACTERS:
                self.mistakes.add(number, f"longer than {MAX_LINE_CHARACTERS} characters")
            elif line.strip():
                yield number, line
            if self.mistakes.full:
                return

    def objects(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """Each line's JSON object, with its number; a line that is none is noted and left out."""
        for number, line in self.lines():
            value = parsed(line, number, self.mistakes)
            if isinstance(value, dict):
                yield number, value
            elif value is not BROKEN_JSON:
                self.mistakes.add(number, f"must be a JSON object, not {json_kind(value)}")

    def conversation(
        self, identity: str, line: int, utterances: list[Utterance], **known: Any
    ) -> Conversation | None:
        """The conversation, when it is of a usable size; otherwise None and a mistake."""
        if not utterances:
            self.mistakes.add(line, f"conversation `{shown(identity)}` holds nothing that was said")
            return None
        if len(utterances) > MAX_UTTERANCES:
            self.mistakes.add(
                line,
                f"conversation `{shown(identity)}` has {len(utterances)} utterances; {MAX_UTTERANCES} is the most",
            )
            return None
        return Conversation(id=identity, file=self.name, line=line, utterances=tuple(utterances), **known)


BROKEN_JSON = object()
"""Stands for what was no JSON and has been noted."""


def read_source(path: Path, progress: Progress = lambda size: None) -> Source:
    """The file at `path`.

    Raises:
        BadInput: it cannot be read, is too large, or is not UTF-8.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise BadInput(str(path), [f"cannot be read: {error.strerror or error}"]) from error
    if len(data) > MAX_FILE_BYTES:
        raise BadInput(str(path), [f"larger than {MAX_FILE_BYTES // 1024**2} MiB; split the file"])
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BadInput(str(path), [f"line {line}: not UTF-8"]) from error
    return Source(path, text, progress=progress)


def parsed(text: str, line: int, mistakes: Mistakes) -> Any:
    """The JSON value of a text that begins on `line`; `BROKEN_JSON`, and a mistake, when it is none."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        where = line + error.lineno - 1
        mistakes.add(where, f"this is not JSON: {error.msg.lower()} at character {error.colno}")
    except RecursionError:
        mistakes.add(line, "this JSON is nested too deep")
    except ValueError:  # a number of thousands of digits
        mistakes.add(line, "this JSON holds a number that is too long")
    return BROKEN_JSON


def json_kind(value: object) -> str:
    """What a JSON value is, for messages."""
    match value:
        case None:
            return "null"
        case bool():
            return "a truth value"
        case int() | float():
            return "a number"
        case str():
            return "a text"
        case list():
            return "a list"
        case _:
            return "an object"


def shown(text: str) -> str:
    """The beginning of a text, for messages."""
    plain = " ".join(text.split())
    return plain if len(plain) <= 40 else plain[:37] + "..."
