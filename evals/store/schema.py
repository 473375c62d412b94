"""The tables of the store: every column with its type, unit and meaning.

The SQL that makes the tables, the Arrow types that fill them and the tables of `docs/store.md` are all drawn from
these values. No keys are declared: DuckDB checks unique keys against rows deleted in the same transaction, which
would forbid replacing a run; `duck.merge_run` keeps runs unique instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pyarrow as pa

STORE_SCHEMA = 4
"""Raised whenever a table changes; a store of another version is made again with `milliwatt store rebuild`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column: its SQL type, the unit of its values, and what they mean."""

    name: str
    type: str
    meaning: str
    unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table, and what one row of it is."""

    name: str
    row: str
    columns: tuple[Column, ...]


def _column(name: str, kind: str, meaning: str, unit: str = "") -> Column:
    return Column(name=name, type=kind, meaning=meaning, unit=unit)


_RUN = _column("run_id", "VARCHAR", "the run")
_CASE = _column("case_id", "VARCHAR", "the case within the run: suite/scenario/voice/line/repeat")

TABLES = (
    Table(
        name="runs",
        row="One `milliwatt run`.",
        columns=(
            _RUN,
            _column("started", "TIMESTAMP", "when it, or the last of its shards, began, in UTC", "date"),
            _column("suites", "VARCHAR[]", "names of the suites played"),
            _column(
                "suite_sha256", "JSON text", "hash of each file that a suite is made of, by suite and name"
            ),
            _column("level", "VARCHAR", "`text`, `audio` or `live`"),
            _column("seed", "BIGINT", "seed of every random stream"),
            _column("repeat", "INTEGER", "times each case was asked for", "calls"),
            _column("workers", "INTEGER", "processes that played, of all its shards together", "processes"),
            _column("target", "VARCHAR", "what answered the calls, such as `reference`"),
            _column("agent", "JSON text", "the agent's name, version, settings and providers"),
            _column("settings", "JSON text", "what `--set` changed"),
            _column("harness_version", "VARCHAR", "version of milliwatt that played it"),
            _column("normaliser", "VARCHAR", "name of the text normaliser under its word errors"),
            _column("commit", "VARCHAR", "git commit, with `+` when the tree was changed"),
            _column("cases", "INTEGER", "cases that belong to the run, played or not", "calls"),
            _column(
                "shard", "VARCHAR", "which part of a larger run it is, such as `3/8`; empty for a whole run"
            ),
            _column(
                "merged", "VARCHAR[]", "ids of the shards it was merged of; empty when it was played as one"
            ),
            _column("folder", "VARCHAR", "the run's folder, relative to the store's own"),
        ),
    ),
    Table(
        name="calls",
        row="One finished call.",
        columns=(
            _RUN,
            _CASE,
            _column("suite", "VARCHAR", "the suite's name"),
            _column("scenario_id", "VARCHAR", "the scenario's id"),
            _column("title", "VARCHAR", "the scenario's title"),
            _column("tags", "VARCHAR[]", "the scenario's tags"),
            _column("voice", "VARCHAR", "the caller's voice"),
            _column("line_name", "VARCHAR", "name of the line condition"),
            _column("line", "JSON text", "the line condition's values"),
            _column("repeat", "INTEGER", "which repeat of the case, from 0"),
            _column("seed", "BIGINT", "seed of the call"),
            _column("level", "VARCHAR", "`text`, `audio` or `live`"),
            _column("passed", "BOOLEAN", "every expectation held"),
            _column("status", "VARCHAR", "`completed`, `timed_out` or `failed`"),
            _column("failure", "VARCHAR", "the error's one line when `failed`, else empty"),
            _column("duration_ns", "BIGINT", "from answer to the end", "ns"),
            _column("outcome", "VARCHAR", "the end state's outcome; null when none was reached"),
            _column("path", "VARCHAR[]", "flow states entered, in order"),
            _column("captured", "JSON text", "variables the agent captured"),
            _column("transferred_to", "VARCHAR", "where the call was handed to, else empty"),
            _column("ended_by", "VARCHAR", "`agent`, `caller` or `harness`"),
            _column("scenario_sha256", "VARCHAR", "hash of the frozen scenario"),
            _column("caller_sha256", "VARCHAR", "hash of the caller's rendered audio; empty at text level"),
            _column("record_sha256", "VARCHAR", "the record's identity"),
            _column("harness_version", "VARCHAR", "version of milliwatt that played it"),
            _column(
                "audio",
                "VARCHAR",
                "stereo WAV (caller left), relative to the store's folder; empty when none",
            ),
            _column(
                "wall_s", "DOUBLE", "real time that playing and measuring took, where it was played", "s"
            ),
            _column("worker", "INTEGER", "which worker played it, counted over all shards of a merged run"),
        ),
    ),
    Table(
        name="turns",
        row="One thing a caller did, with what the agent made of it. Times are the caller's, zero at answer.",
        columns=(
            _RUN,
            _CASE,
            _column("turn", "INTEGER", "index of the utterance in the call, from 0"),
            _column("step", "INTEGER", "index of the scenario's step"),
            _column("kind", "VARCHAR", "`says`, `interrupts`, `plays`, `sound`, `keys` or `hangs_up`"),
            _column("sound", "VARCHAR", "which sound, else empty"),
            _column("keys", "VARCHAR", "which keys, else empty"),
            _column("said", "VARCHAR", "the reference words"),
            _column("heard", "VARCHAR", "the agent's final transcripts that belong to it, joined"),
            _column("start_ns", "BIGINT", "its audio began", "ns"),
            _column("end_ns", "BIGINT", "its audio ended", "ns"),
            _column("speech_start_ns", "BIGINT", "its first voiced sound; null when it has none", "ns"),
            _column(
                "speech_end_ns", "BIGINT", "the end of its last voiced sound; null when it has none", "ns"
            ),
            _column("expects_reply", "BOOLEAN", "the agent owed an answer"),
            _column("offered", "BOOLEAN", "false: meant to overlap a reply that was already over"),
            _column("hung_up", "BOOLEAN", "the caller put the phone down with it"),
        ),
    ),
    Table(
        name="divergences",
        row="One reply that was not the transcript's, before a line of a caller whose lines come from one.",
        columns=(
            _RUN,
            _CASE,
            _column("place", "INTEGER", "its place among the call's divergences, from 0"),
            _column("step", "INTEGER", "index of the scenario's step that was to be said next"),
            _column("seq", "INTEGER", "the agent's turn whose reply was compared; -1 before the first"),
            _column("did", "VARCHAR", "what the caller then did: `said`, `skipped` or `stopped`"),
            _column("recorded", "VARCHAR", "what the agent said in the transcript"),
            _column("replied", "VARCHAR", "what it said now"),
            _column("reason", "VARCHAR", "the counts that decided, in a sentence"),
        ),
    ),
    Table(
        name="events",
        row="One event of the agent's own log, by the agent's clock.",
        columns=(
            _RUN,
            _CASE,
            _column("seq", "INTEGER", "its place in the log, from 0"),
            _column("t_ns", "BIGINT", "when the agent knew", "ns"),
            _column("kind", "VARCHAR", "such as `speech_started` or `state_changed`"),
            _column("fields", "JSON text", "what else the event says"),
        ),
    ),
    Table(
        name="measurements",
        row="One number of a call, or of one of its turns, or the reason why there is none.",
        columns=(
            _RUN,
            _CASE,
            _column("turn", "INTEGER", "index of the utterance; null for the whole call"),
            _column("metric", "VARCHAR", "the metric's name (docs/metrics.md)"),
            _column("version", "INTEGER", "version of the metric's definition"),
            _column("value", "DOUBLE", "the number; null when unscored", "as `unit` says"),
            _column("unit", "VARCHAR", "unit of the value"),
            _column("censored", "BOOLEAN", "the value is a lower bound"),
            _column("unscored_reason", "VARCHAR", "why there is no value, else empty"),
        ),
    ),
    Table(
        name="checks",
        row="One expectation of the scenario, held or not.",
        columns=(
            _RUN,
            _CASE,
            _column("seq", "INTEGER", "its place among the call's checks, from 0"),
            _column("name", "VARCHAR", "the expectation"),
            _column("passed", "BOOLEAN", "whether it held"),
            _column("detail", "VARCHAR", "what was expected and what came"),
        ),
    ),
    Table(
        name="scorecard_items",
        row="One line of a scorecard, graded for one call.",
        columns=(
            _RUN,
            _CASE,
            _column("card", "VARCHAR", "the scorecard"),
            _column("card_version", "INTEGER", "version of the scorecard"),
            _column("item", "VARCHAR", "the line's name"),
            _column("section", "VARCHAR", "the section it stands in"),
            _column("weight", "DOUBLE", "what it weighs in the call's score", "points"),
            _column("fatal", "BOOLEAN", "failing it fails the call's scorecard"),
            _column("grade", "VARCHAR", "`pass`, `fail`, `not_applicable` or `unscored`"),
            _column("evidence", "VARCHAR", "what the grade rests on"),
        ),
    ),
    Table(
        name="verdicts",
        row="What one gate said of a run.",
        columns=(
            _RUN,
            _column(
                "baseline", "VARCHAR", "run id or baseline it was compared with; empty for an absolute gate"
            ),
            _column("seq", "INTEGER", "its place among the gates, from 0"),
            _column("gate", "VARCHAR", "the gate's name"),
            _column("outcome", "VARCHAR", "`pass`, `fail` or `too_little_data`"),
            _column("reason", "VARCHAR", "one line of reason"),
        ),
    ),
)

_ARROW: dict[str, Any] = {
    "VARCHAR": pa.string(),
    "JSON text": pa.string(),
    "VARCHAR[]": pa.list_(pa.string()),
    "BOOLEAN": pa.bool_(),
    "INTEGER": pa.int32(),
    "BIGINT": pa.int64(),
    "DOUBLE": pa.float64(),
    "TIMESTAMP": pa.timestamp("us"),
}


def create_statements() -> list[str]:
    """The SQL that makes an empty store of this version."""
    # JSON is kept as text: DuckDB's JSON type belongs to an extension that it might want to fetch.
    statements = [
        "CREATE TABLE store_schema (version INTEGER)",
        f"INSERT INTO store_schema VALUES ({STORE_SCHEMA})",
    ]
    for table in TABLES:
        columns = ", ".join(f'"{column.name}" {_sql_type(column)}' for column in table.columns)
        statements.append(f"CREATE TABLE {table.name} ({columns})")
    return statements


def arrow_schema(table: Table) -> Any:
    """The Arrow schema of a table's rows."""
    return pa.schema([(column.name, _ARROW[column.type]) for column in table.columns])


def _sql_type(column: Column) -> str:
    return "VARCHAR" if column.type == "JSON text" else column.type


def as_markdown() -> str:
    """The tables as `docs/store.md` gives them."""
    sections = []
    for table in TABLES:
        rows = [f"| `{c.name}` | {c.type} | {c.unit or '–'} | {c.meaning} |" for c in table.columns]
        head = ["| column | type | unit | meaning |", "| --- | --- | --- | --- |"]
        sections.append("\n".join([f"### `{table.name}`", "", table.row, "", *head, *rows]))
    return "\n\n".join(sections) + "\n"
