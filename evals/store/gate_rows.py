"""A run's calls as gates see them, from the store where it holds these very calls, which is many times quicker.

Parts are the truth. A run's calls in the store are those of its parts when both have the same records, and what has
been stored of a record is what its line says.
"""

from __future__ import annotations

from pathlib import Path

from evals.errors import StoreError
from evals.scoring.case_rows import CallRow
from evals.store.duck import query_columns
from evals.store.finished import FinishedCall
from evals.store.measurement_columns import measurements_by_case
from evals.store.parts import heads, read_parts, read_run_info

CALLS = """
SELECT case_id, record_sha256, scenario_sha256, caller_sha256, harness_version, passed FROM calls WHERE run_id = ?
"""

MEASUREMENTS = """
SELECT case_id, metric, version, value, unit, turn, censored, unscored_reason FROM measurements WHERE run_id = ?
"""


def case_row(call: FinishedCall) -> CallRow:
    """A finished call as gates see it."""
    return CallRow(
        case_id=call.record.case_id,
        scenario_sha256=call.record.scenario_sha256,
        caller_sha256=call.record.caller_sha256,
        harness_version=call.record.harness_version,
        passed=call.passed,
        measurements=call.measurements,
    )


def run_rows(run_folder: Path, db: Path) -> list[CallRow]:
    """The run's calls, in the order of its parts.

    Args:
        run_folder: the run.
        db: the store. Where there is none, or it is busy, or does not hold these calls, the parts are read.

    Raises:
        StoreError: the parts cannot be read.
    """
    if db.exists():
        try:
            kept = heads(run_folder)
            stored = stored_rows(db, read_run_info(run_folder).run_id)
        except StoreError:
            stored = {}  # reading the parts says what is wrong with them; a store that is broken is no matter here
        else:
            if {case_id: sha256 for case_id, (sha256, _) in stored.items()} == kept:
                return [stored[case_id][1] for case_id in kept]
    return [case_row(call) for call in read_parts(run_folder, tracks=False, words=False)]


def stored_rows(db: Path, run_id: str) -> dict[str, tuple[str, CallRow]]:
    """What the store holds of a run: by case, the record's hash and the call as gates see it.

    Raises:
        StoreError: there is no store, it stayed busy, or it is of another version.
    """
    measurements = measurements_by_case(query_columns(db, MEASUREMENTS, [run_id]))
    calls = query_columns(db, CALLS, [run_id]).to_pylist()
    return {
        call["case_id"]: (
            call.pop("record_sha256"),
            CallRow(**call, measurements=tuple(measurements.get(call["case_id"], ()))),
        )
        for call in calls
    }
