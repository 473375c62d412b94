"""Logs of turns, as `agent.turn_log` writes them, read call by call.

A first pass checks every line and keeps where each call's lines stand; then a call's turns are read when its time
comes. So a log of any length takes little memory, and nothing is played while a line is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Literal

from pydantic import BaseModel, ConfigDict, Field

from agent.errors import BadTurn
from agent.turn import DialogueState, TurnInput, TurnOutput
from agent.turn_json import output_of, read, state_of, turn_of
from agent.turn_schema import DialogueStateModel, OutputModel, TurnModel
from evals.errors import BadInput
from evals.scenario.yaml_lines import Mistakes

MAX_LINE_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedTurn:
    """One line of a log.

    Attributes:
        place: its file and line, for people.
        turn: what came in.
        before: the state before it; None when its log does not tell.
        output: the answer; None when there was none.
        flow_fingerprint, code: what answered.
        redacted: places of the line that hold something else than what was said.
    """

    place: str
    turn: TurnInput
    before: DialogueState | None
    output: TurnOutput | None
    flow_fingerprint: str
    code: str
    redacted: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Spot:
    file: int
    line: int
    offset: int
    turn_id: str


@dataclass(slots=True)
class TurnFiles:
    """Logs that were looked through.

    Attributes:
        paths: the files.
        turns: how many lines they hold.
        flows: names of the flows that turns are for.
        torn: files whose last line a crash cut off; it is left out.
    """

    paths: Sequence[Path]
    turns: int = 0
    flows: set[str] = field(default_factory=set)
    torn: list[Path] = field(default_factory=list)
    _calls: dict[str, list[_Spot]] = field(default_factory=dict)

    def calls(self) -> Iterator[tuple[str, list[LoggedTurn]]]:
        """Each call with its turns, in the order in which calls begin."""
        files = [path.open("rb") for path in self.paths]
        try:
            for call_sid, spots in self._calls.items():
                yield call_sid, [self._turn(files, spot) for spot in spots]
        finally:
            for file in files:
                file.close()

    def turn_ids(self, call_sid: str) -> list[str]:
        """The ids of the call's turns."""
        return [spot.turn_id for spot in self._calls[call_sid]]

    def call_sids(self) -> list[str]:
        """Every call."""
        return list(self._calls)

    def _turn(self, files: Sequence[BinaryIO], spot: _Spot) -> LoggedTurn:
        file = files[spot.file]
        file.seek(spot.offset)
        place = f"{self.paths[spot.file].name} line {spot.line}"
        try:
            return _logged(_line(file.readline(MAX_LINE_BYTES)), place)
        except BadTurn as error:
            raise BadInput(place, ["it has changed while it was read"]) from error


def read_turn_files(paths: Sequence[Path], progress: Callable[[int], None] = lambda size: None) -> TurnFiles:
    """Looks the logs through.

    Args:
        paths: the oldest first.
        progress: told how many more bytes have been read.

    Raises:
        BadInput: a file cannot be read, or a line is no logged turn; lists every mistake.
    """
    files = TurnFiles(paths)
    sentences: list[str] = []
    for number, path in enumerate(paths):
        mistakes = Mistakes()
        try:
            with path.open("rb") as file:
                _look_through(file, number, files, mistakes, progress)
        except OSError as error:
            sentences.append(f"{path}: cannot be read: {error.strerror or error}")
        sentences += [f"{path} {sentence}" for sentence in mistakes.sentences()]
    if not sentences and not files.turns:
        sentences.append(f"{', '.join(map(str, paths))}: there is no turn in it")
    if sentences:
        raise BadInput("log of turns", sentences)
    return files


class _Versions(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore")

    flow_fingerprint: str = ""
    code: str = ""


class _Line(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore")

    schema_number: Literal[1] = Field(alias="schema")
    turn: TurnModel
    before: DialogueStateModel | None = None
    output: OutputModel | None = None
    versions: _Versions = _Versions()
    redacted: list[str] = []


def _look_through(
    file: BinaryIO, number: int, files: TurnFiles, mistakes: Mistakes, progress: Callable[[int], None]
) -> None:
    offset = count = 0
    while data := file.readline(MAX_LINE_BYTES + 1):
        count += 1
        progress(len(data))
        if len(data) > MAX_LINE_BYTES:
            mistakes.add(count, f"longer than {MAX_LINE_BYTES} bytes; is this a log of turns?")
            return
        if data.strip():
            try:
                line = _line(data)
            except BadTurn as error:
                if not data.endswith(b"\n"):
                    files.torn.append(files.paths[number])
                    return
                for where, what in error.mistakes:
                    mistakes.add(count, f"{where}: {what}" if where else what)
            else:
                spots = files._calls.setdefault(line.turn.call_sid, [])
                spots.append(_Spot(number, count, offset, line.turn.turn_id))
                files.turns += 1
                files.flows.add(line.turn.flow_id)
        if mistakes.full:
            return
        offset += len(data)


def _line(data: bytes) -> _Line:
    return read(_Line, data)


def _logged(line: _Line, place: str) -> LoggedTurn:
    return LoggedTurn(
        place=place,
        turn=turn_of(line.turn),
        before=None if line.before is None else state_of(line.before),
        output=None if line.output is None else output_of(line.output),
        flow_fingerprint=line.versions.flow_fingerprint,
        code=line.versions.code,
        redacted=tuple(line.redacted),
    )
