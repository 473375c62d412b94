from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.errors import BadInput, StoreError
from evals.metrics.measurement import Measurement
from evals.store.baselines import (
    baseline_files,
    find_baseline,
    read_baseline,
    set_baseline,
)
from evals.store.finished import FinishedCall
from evals.store.gate_rows import case_row
from evals.store.part_writer import PartWriter
from evals.store.parts import read_run_info, write_run_info
from tests.store_builders import a_finished_call, a_run

RUN = "20261121-105830-smoke-1a2b3c"
CASES = ("booking/a/en-gb/clean/0", "booking/b/en-gb/clean/0")


def stored(
    reports: Path, calls: Sequence[FinishedCall], *, run_id: str = RUN, started: str = "10:58:30"
) -> Path:
    folder = reports / "runs" / run_id
    cases = tuple(call.record.case_id for call in calls)
    write_run_info(
        folder, a_run(run_id, started_iso=f"2026-11-21T{started}+00:00", cases=cases or (CASES[0],))
    )
    with PartWriter(folder, 0) as writer:
        for call in calls:
            writer.append(call)
    return folder


def two_calls() -> list[FinishedCall]:
    return [a_finished_call(CASES[1], checks=[]), a_finished_call(CASES[0])]


def test_what_is_read_is_what_gates_saw_of_the_run(tmp_path: Path) -> None:
    calls = two_calls()
    kept = read_baseline(set_baseline(tmp_path, "main", stored(tmp_path, calls)))

    def by_metric(item: Measurement) -> str:
        return item.metric

    rows = [case_row(call) for call in sorted(calls, key=lambda call: call.record.case_id)]
    assert kept.rows == tuple(
        dataclasses.replace(row, measurements=tuple(sorted(row.measurements, key=by_metric))) for row in rows
    )
    assert (kept.name, kept.date, kept.suites, kept.level, kept.seed) == (
        "main", "2026-11-21", ("booking",), "audio", 1,
    )  # fmt: skip


def test_the_file_is_short_sorted_and_has_a_line_a_case(tmp_path: Path) -> None:
    path = set_baseline(tmp_path, "main", stored(tmp_path, [a_finished_call(CASES[0])]))
    *head, opening, case, closing = path.read_text(encoding="utf-8").splitlines()
    assert (opening, closing) == ('"cases":[', "]}")
    assert head == [
        '{"kind":"milliwatt baseline",',
        '"schema":1,',
        '"date":"2026-11-21",',
        '"suites":["booking"],',
        '"level":"audio",',
        '"seed":1,',
        '"target":"reference",',
        '"harness_version":"0.1.0",',
        '"commit":"1a2b3c4+",',
        '"metrics":{"response_latency":[1,"ms"],"stop_latency":[1,"ms"],"yield_latency":[1,"ms"]},',
    ]
    assert json.loads(case)["values"] == {
        "response_latency": [[0, 800.0], [2, 900.0], [3, 4000.0, True]],
        "stop_latency": [[0, None, "no interruption"]],
        "yield_latency": [[3, 180.0]],
    }
    assert path == tmp_path / "baselines" / "main.json"


def test_equal_runs_give_equal_bytes_whatever_the_order_and_the_time_of_the_day(tmp_path: Path) -> None:
    calls = two_calls()
    first = set_baseline(tmp_path, "a", stored(tmp_path, calls)).read_bytes()
    later = [dataclasses.replace(call, wall_s=9.0, worker=3) for call in calls[::-1]]
    other = stored(tmp_path, later, run_id="20261121-210000-smoke-4d5e6f", started="21:00:00")
    assert set_baseline(tmp_path, "b", other).read_bytes() == first


def test_an_older_baseline_of_the_name_is_replaced(tmp_path: Path) -> None:
    set_baseline(tmp_path, "main", stored(tmp_path, two_calls()))
    other = stored(tmp_path, two_calls()[:1], run_id="later")
    set_baseline(tmp_path, "main", other)
    assert [row.case_id for row in read_baseline(tmp_path / "baselines" / "main.json").rows] == [CASES[1]]
    assert list(baseline_files(tmp_path)) == ["main"]


def test_a_baseline_is_meant_by_its_name_or_its_file(tmp_path: Path) -> None:
    path = set_baseline(tmp_path, "main", stored(tmp_path, two_calls()))
    assert find_baseline(tmp_path, "main") == find_baseline(tmp_path, str(path)) == path
    assert find_baseline(tmp_path, "mai") is None
    assert find_baseline(tmp_path / "elsewhere", "main") is None


@pytest.mark.parametrize("name", ["latest", "a/b", "..", "", RUN, "x.json", "-x"])
def test_a_name_that_would_hide_something_else_is_refused(tmp_path: Path, name: str) -> None:
    folder = stored(tmp_path, two_calls())
    with pytest.raises(BadInput):
        set_baseline(tmp_path, name, folder)


def test_a_run_that_is_not_finished_is_no_baseline(tmp_path: Path) -> None:
    folder = stored(tmp_path, [])
    with pytest.raises(BadInput, match=f"1 of 1 cases are not played; go on with --resume {RUN}"):
        set_baseline(tmp_path, "main", folder)


def test_a_shard_of_a_run_is_no_baseline_and_the_line_says_what_to_do(tmp_path: Path) -> None:
    folder = stored(tmp_path, two_calls())
    write_run_info(folder, dataclasses.replace(read_run_info(folder), shard="3/8"))
    with pytest.raises(BadInput, match=r"is shard 3/8 of a run; .* `milliwatt merge` its shards"):
        set_baseline(tmp_path, "main", folder)
    assert not (tmp_path / "baselines").exists()


def test_a_run_with_two_versions_of_a_metric_is_no_baseline(tmp_path: Path) -> None:
    older = Measurement(metric="response_latency", version=0, value=1.0, unit="ms", turn=0)
    folder = stored(tmp_path, [a_finished_call(CASES[0]), a_finished_call(CASES[1], measurements=[older])])
    with pytest.raises(BadInput, match="response_latency is there in several versions"):
        set_baseline(tmp_path, "main", folder)


def whole(tmp_path: Path) -> dict[str, object]:
    fields = json.loads(set_baseline(tmp_path, "main", stored(tmp_path, two_calls())).read_bytes())
    assert isinstance(fields, dict)
    return fields


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"kind": "other"}, "milliwatt did not write this file"),
        ({"schema": 2}, "a baseline of schema 2; this version reads 1"),
        ({"cases": None}, "no whole baseline"),
        ({"cases": [{}]}, "'case_id' is missing"),
        ({"harness_version": 7}, "harness_version is 7"),
        ({"seed": True}, "seed is True"),
        ({"metrics": {}}, "is missing"),
        ({"metrics": []}, "no whole baseline"),
    ],
)
def test_a_foreign_or_damaged_file_is_one_clear_line_and_bad_input(
    tmp_path: Path, change: dict[str, object], told: str
) -> None:
    path = tmp_path / "damaged.json"
    path.write_text(json.dumps({**whole(tmp_path), **change}))
    with pytest.raises(BadInput, match=told) as raised:
        read_baseline(path)
    assert raised.value.exit_status == 2
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("text", ["", "{", "null", "[]", "7", "[" * 100_000, '{"kind": NaN}', "\udcff"])
def test_what_is_no_baseline_at_all_is_told(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(BadInput, match="no baseline"):
        read_baseline(path)


def test_a_case_that_stands_in_it_twice_is_told(tmp_path: Path) -> None:
    fields = whole(tmp_path)
    cases = fields["cases"]
    assert isinstance(cases, list)
    path = tmp_path / "x.json"
    path.write_text(json.dumps({**fields, "cases": [*cases, cases[0]]}))
    with pytest.raises(BadInput, match="a case stands in it twice"):
        read_baseline(path)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no such file"):
        read_baseline(tmp_path / "x.json")


@pytest.fixture(scope="module")
def bytes_of_one(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("reports")
    return set_baseline(folder, "main", stored(folder, two_calls())).read_bytes()


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_torn_file_is_always_told(
    tmp_path_factory: pytest.TempPathFactory, bytes_of_one: bytes, data: st.DataObject
) -> None:
    path = tmp_path_factory.getbasetemp() / "torn.json"
    path.write_bytes(bytes_of_one[: data.draw(st.integers(0, len(bytes_of_one) - 3))])
    with pytest.raises(BadInput, match="torn, or no baseline"):
        read_baseline(path)
