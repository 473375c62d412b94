"""Baselines: what gates need of a run, in one small file that is committed.

    reports/baselines/<name>.json

A file holds each case with its hashes, whether it passed, and its measurements; no audio, no words, no events. It is
bounded, sorted and has one line a case: the same run gives the same bytes, and a diff shows which cases moved. Of
times it holds the run's date alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.errors import BadInput
from evals.metrics.measurement import Measurement
from evals.record import canonical_json
from evals.run_info import RunInfo
from evals.scoring.case_rows import CallRow
from evals.store.disk import disk_errors, make_folder, write_atomically
from evals.store.duck import STORE_FILE
from evals.store.gate_rows import run_rows
from evals.store.parts import read_run_info
from evals.store.runs import LATEST, RUNS_FOLDER

BASELINES_FOLDER = "baselines"
KIND, SCHEMA = "milliwatt baseline", 1
MAX_BYTES = 32 * 1024 * 1024
"""More than this is no file to commit: some ten thousand calls."""

_SUFFIX = ".json"
_HEAD = ("date", "suites", "level", "seed", "target", "harness_version", "commit")


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """A run as gates compare with it.

    Attributes:
        name: its file's name without the ending.
        date: of the run, in UTC.
        suites, level, seed, target, harness_version, commit: as in `RunInfo`.
        rows: its cases, by id.
    """

    name: str
    date: str
    suites: tuple[str, ...]
    level: str
    seed: int
    target: str
    harness_version: str
    commit: str
    rows: tuple[CallRow, ...]


def set_baseline(reports_folder: Path, name: str, run_folder: Path) -> Path:
    """Keeps the run as baseline `name`, in place of an older one of that name, and returns the file.

    Raises:
        BadInput: the name cannot be a file's or would hide a run's; the run is a shard, not finished, or too large.
        StoreError: the run cannot be read, or the file not written.
    """
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", name) or name == LATEST or name.endswith(_SUFFIX):
        raise BadInput(
            name, ["a baseline's name is letters, digits, dot, dash and underscore, and not `latest`"]
        )
    if (reports_folder / RUNS_FOLDER / name).exists():
        raise BadInput(name, ["a run has this name"])
    info = read_run_info(run_folder)
    if info.shard:
        raise BadInput(
            info.run_id,
            [
                f"is shard {info.shard} of a run; a baseline holds a whole one: `milliwatt merge` its shards, "
                "and keep the run that they make"
            ],
        )
    rows = run_rows(run_folder, reports_folder / STORE_FILE)
    left = len(set(info.cases) - {row.case_id for row in rows})
    if left or not rows:
        raise BadInput(
            info.run_id,
            [f"{left} of {len(info.cases)} cases are not played; go on with --resume {info.run_id}"],
        )
    data = _text(info, rows).encode()
    if len(data) > MAX_BYTES:
        raise BadInput(info.run_id, [f"too large for a baseline: {len(rows)} calls, {len(data) >> 20} MiB"])
    path = reports_folder / BASELINES_FOLDER / f"{name}{_SUFFIX}"
    make_folder(path.parent)
    write_atomically(path, data)
    return path


def baseline_files(reports_folder: Path) -> dict[str, Path]:
    """The baselines' files by name."""
    return {path.stem: path for path in sorted((reports_folder / BASELINES_FOLDER).glob(f"*{_SUFFIX}"))}


def find_baseline(reports_folder: Path, name: str) -> Path | None:
    """The file of the baseline that `name` means, its name or a path that ends in `.json`; None where it means none."""
    if name.endswith(_SUFFIX) and Path(name).is_file():
        return Path(name)
    return baseline_files(reports_folder).get(name)


def read_baseline(path: Path) -> Baseline:
    """The baseline in the file.

    Raises:
        BadInput: it is torn, too large, or not one that this version wrote.
        StoreError: the file cannot be read.
    """
    with disk_errors(f"cannot read {path}"), path.open("rb") as file:
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise BadInput(str(path), [f"larger than {MAX_BYTES >> 20} MiB: no baseline"])
    try:
        fields = json.loads(data, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise BadInput(str(path), [f"torn, or no baseline: not JSON ({error})"]) from error
    if not isinstance(fields, dict) or fields.get("kind") != KIND:
        raise BadInput(str(path), ["no baseline: milliwatt did not write this file"])
    if fields.get("schema") != SCHEMA:
        raise BadInput(
            str(path),
            [f"a baseline of schema {fields.get('schema')!r}; this version reads {SCHEMA}: set it anew"],
        )
    try:
        return _baseline(path.stem, fields)
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise BadInput(str(path), [f"no whole baseline: {_why(error)}; set it anew"]) from error


def _text(info: RunInfo, rows: Iterable[CallRow]) -> str:
    rows = sorted(rows, key=lambda row: row.case_id)
    metrics: dict[str, list[object]] = {}
    for item in (item for row in rows for item in row.measurements):
        kept = metrics.setdefault(item.metric, [item.version, item.unit])
        if kept != [item.version, item.unit]:
            raise BadInput(info.run_id, [f"{item.metric} is there in several versions: play the run anew"])
    head = {
        "kind": KIND,
        "schema": SCHEMA,
        "date": info.started_iso[:10],
        "suites": sorted(info.suites),
        "level": info.level,
        "seed": info.seed,
        "target": info.target,
        "harness_version": info.harness_version,
        "commit": info.commit,
        "metrics": metrics,
    }
    lines = [f'"{key}":{canonical_json(value)}' for key, value in head.items()]
    cases = ",\n".join(canonical_json(_case(row)) for row in rows)
    return "{" + ",\n".join(lines) + ',\n"cases":[\n' + cases + "\n]}\n"


def _case(row: CallRow) -> dict[str, object]:
    values: dict[str, list[list[object]]] = {}
    for item in row.measurements:
        more: list[object] = [item.unscored_reason] if item.value is None else [True] if item.censored else []
        values.setdefault(item.metric, []).append([item.turn, item.value, *more])
    return {
        "case_id": row.case_id,
        "scenario_sha256": row.scenario_sha256,
        "caller_sha256": row.caller_sha256,
        "passed": row.passed,
        "values": values,
    }


def _baseline(name: str, fields: Mapping[str, Any]) -> Baseline:
    head = {key: fields[key] for key in _HEAD}
    for key, value in head.items():
        _must_be(value, {"suites": list, "seed": int}.get(key, str), key)
    # Most of hundreds of thousands of measurements say the same as another: those are read once.
    known: dict[tuple[Any, ...], Measurement] = {}
    rows = [_row(case, str(fields["harness_version"]), fields["metrics"], known) for case in fields["cases"]]
    ids = [row.case_id for row in rows]
    if len(set(ids)) != len(ids):
        raise ValueError("a case stands in it twice")
    return Baseline(name=name, **{**head, "suites": tuple(head["suites"])}, rows=tuple(rows))


def _row(
    case: Mapping[str, Any],
    harness_version: str,
    metrics: Mapping[str, Any],
    known: dict[tuple[Any, ...], Measurement],
) -> CallRow:
    for key in ("case_id", "scenario_sha256", "caller_sha256"):
        _must_be(case[key], str, key)
    _must_be(case["passed"], bool, "passed")
    return CallRow(
        case_id=case["case_id"],
        scenario_sha256=case["scenario_sha256"],
        caller_sha256=case["caller_sha256"],
        harness_version=harness_version,
        passed=case["passed"],
        measurements=tuple(
            _known_measurement(metric, metrics[metric], value, known)
            for metric, values in case["values"].items()
            for value in values
        ),
    )


def _known_measurement(
    metric: str, of: Sequence[Any], fields: Sequence[Any], known: dict[tuple[Any, ...], Measurement]
) -> Measurement:
    # True and 1 are equal, and only one of them is a value: kinds are part of the key.
    key = (metric, *fields, *map(type, fields))
    measurement = known.get(key)
    if measurement is None:
        measurement = known[key] = _measurement(metric, of, fields)
    return measurement


def _measurement(metric: str, of: Sequence[Any], fields: Sequence[Any]) -> Measurement:
    version, unit = of
    turn, value, *more = fields
    _must_be(version, int, f"version of {metric}")
    _must_be(unit, str, f"unit of {metric}")
    if turn is not None:
        _must_be(turn, int, f"turn of {metric}")
    if value is not None:
        _must_be(value, (int, float), metric)
    return Measurement(
        metric=metric,
        version=version,
        value=None if value is None else float(value),
        unit=unit,
        turn=turn,
        censored=value is not None and more == [True],
        unscored_reason=str(more[0]) if value is None else "",
    )


def _must_be(value: object, kind: type | tuple[type, ...], what: str) -> None:
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise TypeError(f"{what} is {value!r}")


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no number")


def _why(error: BaseException) -> str:
    return f"{error} is missing" if isinstance(error, KeyError) else str(error)
