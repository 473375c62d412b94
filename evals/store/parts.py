"""Parts: the append-only truth of a run. One file per worker and start, one JSON line per finished call.

    reports/runs/<run>/run.json                 what the run was
    reports/runs/<run>/parts/000-001.jsonl      calls that worker 1 finished when the run was first started
    reports/runs/<run>/audio/<case>-<hash>.wav  what was on the line: caller left, agent right
    reports/runs/<run>/verdicts.json            what gates said of it

A line is written before `PartWriter.append` returns, so a kill loses at most the calls in flight. The disk is made to
keep what was written four times a second, so a power cut loses a quarter of a second beside them. A file is never
opened for writing twice: a resumed run begins files of its own, and so only the last line of a file can be torn.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evals.errors import StoreError
from evals.record import canonical_json
from evals.run_info import RunInfo
from evals.scoring.verdict import GateOutcome, GateVerdict
from evals.store.call_audio import audio_name, tracks_of_wav
from evals.store.disk import disk_errors, make_folder, write_atomically
from evals.store.finished import FinishedCall
from evals.store.record_json import (
    check_of_json,
    measurement_of_json,
    record_of_json,
    scorecard_item_of_json,
    track_matches,
)

PART_SCHEMA = 1
RUN_FILE = "run.json"
VERDICTS_FILE = "verdicts.json"
PARTS_FOLDER = "parts"
AUDIO_FOLDER = "audio"


def read_parts(
    run_folder: Path,
    *,
    tracks: bool = True,
    words: bool = True,
    only: Path | None = None,
    on_corrupt: Callable[[str], None] | None = None,
) -> Iterator[FinishedCall]:
    """The run's finished calls, one at a time; a case that was finished twice counts once, as first finished.

    A torn last line is a call that was in flight when the run was killed, and is left out.

    Args:
        run_folder: the run's folder.
        tracks: read each call's audio too; without it records have empty tracks, and reading is much faster.
        words: the agent's words as they were heard too, most of a record's values, which only metrics look at.
        only: one of the run's parts, to read no other.
        on_corrupt: given one line about each corrupt line, which is then left out, and about each WAV that is missing
            or not the one that was stored, whose call then comes without its tracks. Without it the first is raised.

    Raises:
        StoreError: a line is corrupt, a WAV is missing or is not the one that was stored.
    """
    seen: set[str] = set()
    for line in part_lines(run_folder, only=only):
        try:
            finished = call_of_line(run_folder, line, tracks=tracks, words=words, on_lost_audio=on_corrupt)
        except StoreError as error:
            if on_corrupt is None:
                raise
            on_corrupt(str(error))
        else:
            if finished.record.case_id not in seen:
                seen.add(finished.record.case_id)
                yield finished


@dataclass(frozen=True, slots=True, kw_only=True)
class PartLine:
    """A whole line of a part: which one, where in its file it begins, and its bytes, newline included."""

    part: Path
    number: int
    start: int
    raw: bytes = field(repr=False)


def part_lines(run_folder: Path, *, only: Path | None = None) -> Iterator[PartLine]:
    """Every whole line of the run's parts, or of one of them, corrupt or not.

    A torn last line is a call in flight and no line.

    Raises:
        StoreError: a part cannot be read.
    """
    for part in part_files(run_folder) if only is None else [only]:
        start = 0
        with disk_errors(f"cannot read {part}"), part.open("rb") as file:
            for number, raw in enumerate(file, start=1):
                if raw.endswith(b"\n"):
                    yield PartLine(part=part, number=number, start=start, raw=raw)
                start += len(raw)


def call_of_line(
    run_folder: Path,
    line: PartLine,
    *,
    tracks: bool = True,
    words: bool = True,
    on_lost_audio: Callable[[str], None] | None = None,
) -> FinishedCall:
    """The finished call that a line holds.

    Raises:
        StoreError: the line is corrupt, or (where `on_lost_audio` is not there to be told) its WAV is.
    """
    try:
        return _finished_of_line(
            run_folder, line.raw, tracks=tracks, words=words, on_lost_audio=on_lost_audio
        )
    except _CORRUPT as error:
        raise StoreError(f"{line.part}, line {line.number}: {_why(error)}") from error


def part_files(run_folder: Path) -> list[Path]:
    """The run's parts, in the order in which they were begun."""
    return sorted((run_folder / PARTS_FOLDER).glob("*.jsonl"))


def renumbered(raw: bytes, by: int) -> bytes:
    """The line with its worker's number raised; all else of it stays as it is, byte for byte."""
    # Keys are sorted, so the worker is what a line ends with.
    head, key, number = raw.removesuffix(b"}\n").rpartition(b'"worker":')
    if not (key and number.isdigit()):
        raise ValueError("not a line of a part")
    return b"%b%b%d}\n" % (head, key, int(number) + by)


def read_call(
    run_folder: Path,
    case_id: str,
    *,
    tracks: bool = True,
    on_corrupt: Callable[[str], None] | None = None,
) -> FinishedCall | None:
    """One finished call of the run, or None; other calls' lines are passed over unread. Arguments as `read_parts`."""
    # Lines begin with the case, as `_line` writes them.
    start = f'{{"case_id":{canonical_json(case_id)},'.encode()
    for line in part_lines(run_folder):
        if line.raw.startswith(start):
            return call_of_line(run_folder, line, tracks=tracks, on_lost_audio=on_corrupt)
    return None


def read_calls(
    run_folder: Path,
    case_ids: Collection[str],
    *,
    tracks: bool = True,
    on_corrupt: Callable[[str], None] | None = None,
) -> dict[str, FinishedCall]:
    """Some finished calls of the run, by case; other calls' lines are passed over unread. Arguments as `read_parts`."""
    starts = {f'{{"case_id":{canonical_json(case_id)}'.encode(): case_id for case_id in case_ids}
    found: dict[str, FinishedCall] = {}
    for line in part_lines(run_folder):
        case_id = starts.get(line.raw[: line.raw.find(b',"record_sha256":')])
        if case_id is not None and case_id not in found:
            found[case_id] = call_of_line(run_folder, line, tracks=tracks, on_lost_audio=on_corrupt)
    return found


def audio_file(run_folder: Path, finished: FinishedCall) -> Path | None:
    """Where the call's stereo WAV is; None when the call has none."""
    path = run_folder / AUDIO_FOLDER / audio_name(finished.record.case_id, finished.record_sha256)
    return path if path.is_file() else None


def finished_cases(run_folder: Path) -> dict[str, str]:
    """The cases of the run that need not be played again, each with its record's hash. Corrupt lines do not count."""
    finished: dict[str, str] = {}
    for line in part_lines(run_folder):
        try:
            fields = json.loads(line.raw)
            finished.setdefault(str(fields["case_id"]), str(fields["record_sha256"]))
        except (ValueError, KeyError, TypeError):
            continue  # whoever reads the run's calls is told; here it only means: play it again
    return finished


def heads(run_folder: Path) -> dict[str, str]:
    """The run's cases with their records' hashes, as the beginnings of whole lines say them, unread beyond that.

    Raises:
        StoreError: a part cannot be read, or a line does not begin as lines do.
    """
    found: dict[str, str] = {}
    for line in part_lines(run_folder):
        head = _HEAD.match(line.raw)
        if head is None:
            raise StoreError(f"{line.part}, line {line.number}: not a finished call")
        found.setdefault(json.loads(head[1]), head[2].decode())
    return found


def write_run_info(run_folder: Path, info: RunInfo) -> None:
    """Writes `run.json`, whole or not at all; makes the run's folder.

    Raises:
        StoreError: the folder cannot be written.
    """
    make_folder(run_folder)
    text = json.dumps(json.loads(canonical_json(info)), indent=2, ensure_ascii=False)
    write_atomically(run_folder / RUN_FILE, text.encode() + b"\n")


def read_run_info(run_folder: Path) -> RunInfo:
    """What the run was.

    Raises:
        StoreError: there is no run in this folder, or its file is not one that `write_run_info` wrote.
    """
    path = run_folder / RUN_FILE
    with disk_errors(f"cannot read {path}"):
        raw = path.read_bytes()
    try:
        fields = json.loads(raw)
        names = ("suites", "cases", "whole_cases", "merged")
        lists = {name: tuple(fields[name]) for name in names if name in fields}
        return RunInfo(**{**fields, **lists})
    except (ValueError, KeyError, TypeError) as error:
        raise StoreError(f"{path}: not a run's file: {error}") from error


def write_verdicts(run_folder: Path, baseline: str, verdicts: Sequence[GateVerdict]) -> None:
    """Keeps what the gates said of the run against `baseline` (a run id; empty for absolute gates), beside its parts.

    Raises:
        StoreError: the folder cannot be written.
    """
    kept = {**read_verdicts(run_folder), baseline: tuple(verdicts)}
    write_atomically(run_folder / VERDICTS_FILE, canonical_json(kept).encode() + b"\n")


def read_verdicts(run_folder: Path) -> dict[str, tuple[GateVerdict, ...]]:
    """What the gates said of the run, by the run it was compared with; empty when no gate was asked.

    Raises:
        StoreError: the file is not one that `write_verdicts` wrote.
    """
    path = run_folder / VERDICTS_FILE
    if not path.exists():
        return {}
    with disk_errors(f"cannot read {path}"):
        raw = path.read_bytes()
    try:
        return {
            baseline: tuple(
                GateVerdict(**{**item, "outcome": GateOutcome(item["outcome"])}) for item in items
            )
            for baseline, items in json.loads(raw).items()
        }
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise StoreError(f"{path}: not a file of verdicts: {error}") from error


_HEAD = re.compile(
    rb'\{"case_id":("(?:[^"\\]|\\.)*"),"record_sha256":"([0-9a-f]*)",'
)  # as a part's lines begin
_CORRUPT = (StoreError, ValueError, KeyError, TypeError, AttributeError)


def _why(error: BaseException) -> str:
    if isinstance(error, StoreError):
        return str(error)
    kind = (
        "not JSON" if isinstance(error, json.JSONDecodeError | UnicodeDecodeError) else "not a finished call"
    )
    return f"{kind}: {error}"


def _finished_of_line(
    run_folder: Path,
    raw: bytes,
    *,
    tracks: bool,
    words: bool,
    on_lost_audio: Callable[[str], None] | None,
) -> FinishedCall:
    fields: dict[str, Any] = json.loads(raw)
    if not words:
        fields["record"]["agent_words"] = ()
    if fields["schema"] != PART_SCHEMA:
        raise StoreError(f"part of schema {fields['schema']}; this version reads {PART_SCHEMA}")
    caller, agent = b"", b""
    if tracks and fields["audio"]["file"]:
        try:
            caller, agent = _read_tracks(run_folder / AUDIO_FOLDER / fields["audio"]["file"], fields)
        except StoreError as error:
            if on_lost_audio is None:
                raise
            on_lost_audio(str(error))
    return FinishedCall(
        record=record_of_json(fields["record"], caller_track=caller, agent_track=agent),
        record_sha256=fields["record_sha256"],
        measurements=tuple(measurement_of_json(item) for item in fields["measurements"]),
        checks=tuple(check_of_json(item) for item in fields["checks"]),
        scorecard=tuple(scorecard_item_of_json(item) for item in fields["scorecard"]),
        wall_s=fields["wall_s"],
        worker=fields["worker"],
    )


def _read_tracks(path: Path, fields: dict[str, Any]) -> tuple[bytes, bytes]:
    with disk_errors(f"cannot read {path}"):
        data = path.read_bytes()
    audio, record = fields["audio"], fields["record"]
    try:
        caller, agent = tracks_of_wav(
            data, caller_samples=audio["caller_samples"], agent_samples=audio["agent_samples"]
        )
    except ValueError as error:
        raise StoreError(f"{path}: {error}") from error
    if not (track_matches(caller, record["caller_track"]) and track_matches(agent, record["agent_track"])):
        raise StoreError(f"{path}: not the audio that the call was stored with")
    return caller, agent
