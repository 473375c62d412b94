"""What the dashboard asks of the store: one query each, rows back, nothing drawn."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import streamlit as st

from evals.report.comparison.model import Comparison
from evals.report.comparison.reading import compare, side_of_run
from evals.report.figures import Share
from evals.scoring.gate_file import GATES_FILE, kept_gates
from evals.store.duck import query
from evals.store.finished import FinishedCall
from evals.store.parts import PARTS_FOLDER, audio_file, read_call

RUNS = """
WITH called AS (
    SELECT run_id, count(*) AS calls, count(*) FILTER (passed) AS passed FROM calls GROUP BY run_id
), measured AS (
    SELECT run_id,
        sum(value) FILTER (metric IN ('word_substitutions', 'word_deletions', 'word_insertions')) AS word_errors,
        sum(value) FILTER (metric IN ('word_hits', 'word_substitutions', 'word_deletions')) AS words,
        quantile_disc(value, 0.5) FILTER (metric = 'response_latency') AS answer_p50,
        quantile_disc(value, 0.95) FILTER (metric = 'response_latency') AS answer_p95,
        min(value) FILTER (metric = 'response_latency' AND censored) AS answer_known_to,
        count(value) FILTER (metric = 'response_latency') AS answers,
        sum(value) FILTER (metric = 'missed_turn') AS missed_turns,
        quantile_disc(value, 0.95) FILTER (metric = 'yield_latency') AS yield_p95,
        sum(value) FILTER (metric = 'false_stop') AS false_stops,
        sum(value) FILTER (metric = 'false_cut_ins')
            / nullif(sum(value) FILTER (metric = 'pauses_offered'), 0) AS cut_ins
    FROM measurements WHERE value IS NOT NULL GROUP BY run_id
)
SELECT runs.run_id, started, suites, level, target, seed, commit, harness_version, folder, cases,
    coalesce(calls, 0) AS calls, coalesce(passed, 0) AS passed, passed / calls AS pass_rate,
    word_errors, words, word_errors / nullif(words, 0) AS wer,
    answer_p50, answer_p95, answer_known_to, answers, missed_turns, yield_p95, false_stops, cut_ins
FROM runs LEFT JOIN called USING (run_id) LEFT JOIN measured USING (run_id)
WHERE runs.run_id NOT IN (SELECT unnest(merged) FROM runs)
ORDER BY started, runs.run_id
"""

CALLS = """
SELECT case_id, scenario_id, title, voice, line_name, passed, status, outcome, duration_ns / 1e9 AS seconds, audio
FROM calls WHERE run_id = ? ORDER BY passed, case_id
"""

FLIPS = """
SELECT a.case_id, a.passed AS passed_in_a, b.passed AS passed_in_b,
    (SELECT string_agg(name, ', ' ORDER BY seq) FROM checks
     WHERE run_id = b.run_id AND case_id = b.case_id AND NOT passed) AS broken_in_b
FROM calls a JOIN calls b USING (case_id)
WHERE a.run_id = ? AND b.run_id = ? AND a.passed != b.passed ORDER BY b.passed, case_id
"""

SHARED = """
SELECT count(*) AS shared,
    count(*) FILTER (a.scenario_sha256 != b.scenario_sha256 OR a.caller_sha256 != b.caller_sha256) AS changed
FROM calls a JOIN calls b USING (case_id) WHERE a.run_id = ? AND b.run_id = ?
"""


def all_runs(db: Path) -> pd.DataFrame:
    """Every run, oldest first, with its figures; shards that were merged stand as their run only.

    `low` and `high` are the pass rate's 95 % interval. From `answer_known_to` on, a time to answer is a lower bound:
    the reply never came.
    """
    rows = query(db, RUNS)
    shares = zip(rows["passed"].astype(int), rows["calls"].astype(int), strict=True)
    intervals = [Share(count=passed, of=calls).interval for passed, calls in shares]
    rows["suites"] = pd.Series([", ".join(suites) for suites in rows["suites"]], dtype=object)
    rows["low"] = pd.Series([interval.low if interval else None for interval in intervals], dtype=float)
    rows["high"] = pd.Series([interval.high if interval else None for interval in intervals], dtype=float)
    return rows


def calls_of(db: Path, run_id: str) -> pd.DataFrame:
    """The run's calls, failed ones first."""
    return query(db, CALLS, [run_id])


def flips(db: Path, run_a: str, run_b: str) -> pd.DataFrame:
    """Cases that passed in one of two runs and failed in the other, those that `run_b` broke first."""
    return query(db, FLIPS, [run_a, run_b])


def shared_cases(db: Path, run_a: str, run_b: str) -> tuple[int, int]:
    """How many cases both runs have, and how many of those are not the same call (scenario or caller audio)."""
    row = query(db, SHARED, [run_a, run_b]).to_dict("records")[0]
    return int(row["shared"]), int(row["changed"])


def comparison_of(before: Path, after: Path) -> Comparison:
    """Two runs, read from their folders and compared; by the gates that stood beside the later one's suite.

    Raises:
        HarnessError: no case of the two can be compared, or one of the folders cannot be read.
    """
    return _compared(before, after, _state_of(before), _state_of(after))


@st.cache_resource(max_entries=4, show_spinner="Comparing the two runs")
def _compared(before: Path, after: Path, state_before: str, state_after: str) -> Comparison:
    """Kept while nothing is added to either run: choosing another call asks for the same comparison."""
    del state_before, state_after  # what it is kept under
    return compare(side_of_run(before), side_of_run(after), gates=kept_gates(after), folders=(before, after))


def _state_of(run_folder: Path) -> str:
    files = sorted((run_folder / PARTS_FOLDER).glob("*.jsonl")) + sorted(run_folder.glob(GATES_FILE))
    return " ".join(f"{path.name}:{path.stat().st_size}:{path.stat().st_mtime_ns}" for path in files)


def place_of(names: Sequence[str], parameter: str, *, default: int) -> int:
    """Which of the names the page's address asks for."""
    asked = st.query_params.get(parameter)
    return names.index(asked) if asked in names else default


def literal(text: str, *, lines: bool = False) -> str:
    """The text as Streamlit's Markdown shows it literally, on one line or (`lines`) on its own."""
    plain = text if lines else " ".join(text.split())
    marked = "".join(f"\\{letter}" if letter in "\\`*_{}[]<>()#+-!|:$~" else letter for letter in plain)
    return marked.replace("\n", "  \n")


def whole_call(db: Path, folder: str, case_id: str) -> tuple[FinishedCall | None, Path | None]:
    """The call as its run's parts have it, and its WAV; None for what is no longer there."""
    run_folder = db.parent / folder
    call = read_call(run_folder, case_id, on_corrupt=_without_sound)
    return call, audio_file(run_folder, call) if call else None


def _without_sound(_complaint: str) -> None:
    """A call whose WAV is gone is shown without it; the page says that there is no recording."""
