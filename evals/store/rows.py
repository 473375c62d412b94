"""Values as the store's rows: one mapping per row, its keys the columns of `schema.TABLES`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from evals.metrics.words_heard import heard_text
from evals.record import canonical_json
from evals.run_info import RunInfo
from evals.scoring.verdict import GateVerdict
from evals.store.finished import FinishedCall

Row = dict[str, Any]


def run_row(info: RunInfo, *, folder: str) -> Row:
    """The run's row; `folder` is relative to the store's."""
    return {
        "run_id": info.run_id,
        "started": _utc(info.started_iso),
        "suites": list(info.suites),
        "suite_sha256": canonical_json(info.suite_sha256),
        "level": info.level,
        "seed": info.seed,
        "repeat": info.repeat,
        "workers": info.workers,
        "target": info.target,
        "agent": canonical_json(info.agent),
        "settings": canonical_json(info.settings),
        "harness_version": info.harness_version,
        "normaliser": info.normaliser,
        "commit": info.commit,
        "cases": len(info.cases),
        "shard": info.shard,
        "merged": list(info.merged),
        "folder": folder,
    }


def call_rows(run_id: str, finished: FinishedCall, *, audio: str) -> Mapping[str, Sequence[Row]]:
    """Every row that one finished call gives, by table; `audio` is its WAV's path relative to the store's folder."""
    key = {"run_id": run_id, "case_id": finished.record.case_id}
    return {
        "calls": [{**key, **_call(finished), "audio": audio}],
        "turns": [{**key, **row} for row in _turns(finished)],
        "divergences": [
            {**key, "place": place, **_fields(left)} for place, left in enumerate(finished.record.divergences)
        ],
        "events": [{**key, **row} for row in _events(finished)],
        "measurements": [{**key, **_fields(item)} for item in finished.measurements],
        "checks": [{**key, "seq": seq, **_fields(item)} for seq, item in enumerate(finished.checks)],
        "scorecard_items": [{**key, **_fields(item)} for item in finished.scorecard],
    }


def verdict_rows(run_id: str, verdicts: Mapping[str, Iterable[GateVerdict]]) -> list[Row]:
    """The rows of a run's verdicts, given by the run they were compared with."""
    return [
        {"run_id": run_id, "baseline": baseline, "seq": seq, **_fields(verdict)}
        for baseline, items in verdicts.items()
        for seq, verdict in enumerate(items)
    ]


def _call(finished: FinishedCall) -> Row:
    record = finished.record
    tags = record.scenario.get("tags", [])
    return {
        "suite": record.suite,
        "scenario_id": record.scenario_id,
        "title": str(record.scenario.get("title", "")),
        "tags": [str(tag) for tag in tags] if isinstance(tags, list | tuple) else [],
        "voice": record.voice,
        "line_name": str(record.line.get("name", "")),
        "line": canonical_json(record.line),
        "repeat": record.repeat,
        "seed": record.seed,
        "level": str(record.level),
        "passed": finished.passed,
        "status": str(record.status),
        "failure": record.failure,
        "duration_ns": record.duration_ns,
        "outcome": record.outcome,
        "path": list(record.path),
        "captured": canonical_json(record.captured),
        "transferred_to": record.transferred_to,
        "ended_by": record.ended_by,
        "scenario_sha256": record.scenario_sha256,
        "caller_sha256": record.caller_sha256,
        "record_sha256": finished.record_sha256,
        "harness_version": record.harness_version,
        "wall_s": finished.wall_s,
        "worker": finished.worker,
    }


def _turns(finished: FinishedCall) -> Iterable[Row]:
    record = finished.record
    for turn, utterance in enumerate(record.utterances):
        yield {
            "turn": turn,
            "step": utterance.step,
            "kind": utterance.kind,
            "sound": utterance.sound,
            "keys": utterance.keys,
            "said": utterance.text,
            "heard": heard_text(record, turn),
            "start_ns": utterance.start_ns,
            "end_ns": utterance.end_ns,
            "speech_start_ns": utterance.speech[0].start_ns if utterance.speech else None,
            "speech_end_ns": utterance.speech[-1].end_ns if utterance.speech else None,
            "expects_reply": utterance.expects_reply,
            "offered": utterance.offered,
            "hung_up": utterance.hung_up,
        }


def _events(finished: FinishedCall) -> Iterable[Row]:
    for seq, event in enumerate(finished.record.events):
        rest = {name: value for name, value in event.items() if name not in ("t_ns", "kind")}
        yield {"seq": seq, "t_ns": event["t_ns"], "kind": event["kind"], "fields": canonical_json(rest)}


def _fields(item: Any) -> Row:
    return {name: getattr(item, name) for name in type(item).__dataclass_fields__}


def _utc(iso: str) -> datetime:
    date = datetime.fromisoformat(iso)
    return date.astimezone(UTC).replace(tzinfo=None) if date.tzinfo else date
