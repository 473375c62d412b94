from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from evals.metrics.registry import measure
from evals.scoring.verdict import Check
from evals.store.duck import STORE_FILE, merge_run
from evals.store.part_writer import PartWriter
from evals.store.parts import write_run_info
from tests.store_builders import a_finished_call, a_record, a_run, a_text_record

APP = str(Path(__file__).parents[2] / "dashboards" / "app.py")
CASE = "booking/{}/en-gb/clean/0"
FIRST, SECOND = "20261121-105830-smoke-1a2b3c", "20261122-105830-smoke-4d5e6f"


def keep_run(reports: Path, run_id: str, started: str, *, good: bool, level: str = "audio") -> None:
    folder = reports / "runs" / run_id
    cases = tuple(CASE.format(name) for name in ("books", "objects"))
    write_run_info(folder, a_run(run_id, started_iso=started, cases=cases, level=level))
    with PartWriter(folder, 0) as writer:
        for case in cases:
            record = a_record(case) if level == "audio" else a_text_record(case)
            checks = [Check(name="states", passed=True)] if good or case != cases[0] else None
            call = a_finished_call(record=record, measurements=measure(record), checks=checks)
            writer.append(dataclasses.replace(call, worker=0))
    merge_run(reports / STORE_FILE, folder)


@pytest.fixture
def reports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MILLIWATT_DB", str(tmp_path / STORE_FILE))
    return tmp_path


def the_app(**query: str) -> AppTest:
    app = AppTest.from_file(APP, default_timeout=30)
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception, [item.value for item in app.exception]
    return app


def words(app: AppTest) -> str:
    kinds = (
        app.title,
        app.header,
        app.subheader,
        app.markdown,
        app.caption,
        app.error,
        app.success,
        app.info,
    )
    return "\n".join(str(item.value) for kind in kinds for item in kind)


def test_without_a_store_it_says_how_to_make_a_first_run(reports: Path) -> None:
    assert "milliwatt run corpora/booking/smoke.yaml" in words(the_app())
    assert not (reports / STORE_FILE).exists(), "looking makes no store"


def test_runs_are_shown_with_their_trend_and_their_difference(reports: Path) -> None:
    keep_run(reports, FIRST, "2026-11-21T10:58:30+00:00", good=True)
    keep_run(reports, SECOND, "2026-11-22T10:58:30+00:00", good=False)
    app = the_app()
    metrics = {item.label: (item.value, item.delta) for item in app.metric}
    assert metrics["Calls passed"] == ("50.0 %", "-50.0 points")
    assert metrics["Words wrong"] == ("36.4 %", "")
    assert metrics["Answer p50"] == ("900 ms", "")
    assert metrics["Answer p95"][0] == "≥ 4000 ms"
    table = app.dataframe[0].value
    assert list(table["run_id"]) == [SECOND, FIRST]
    assert list(app.dataframe[-1].value["case_id"]) == [CASE.format("books")]
    assert "2 cases in both" in words(app)


def test_one_run_alone_is_enough_and_a_text_run_has_no_delays(reports: Path) -> None:
    keep_run(reports, FIRST, "2026-11-21T10:58:30+00:00", good=True, level="text")
    app = the_app()
    assert {item.label: item.value for item in app.metric}["Answer p95"] == "–"
    assert "Not measured at these runs' level." in words(app)


def test_a_call_is_shown_with_sound_picture_words_and_grades(reports: Path) -> None:
    keep_run(reports, FIRST, "2026-11-21T10:58:30+00:00", good=False)
    app = the_app(page="One call", run=FIRST, case=CASE.format("books"))
    shown = words(app)
    assert "Caller takes the first slot offered" in shown
    assert "outcome\\: expected booked, got none" in shown
    assert len(app.get("audio")) == 1
    assert len(app.get("image")) == 1
    (talk,) = app.get("html")
    assert "<ins>alice</ins> <del>alex</del>" in talk.proto.body
    tables = [set(frame.value.columns) for frame in app.dataframe]
    assert {"grade", "item", "section", "evidence"} in tables
    assert {"s", "event", "fields"} in tables


def test_a_call_may_be_chosen_among_the_failed(reports: Path) -> None:
    keep_run(reports, FIRST, "2026-11-21T10:58:30+00:00", good=False)
    app = the_app(page="One call")
    assert app.selectbox[1].options == [f"✗ {CASE.format('books')}", f"✓ {CASE.format('objects')}"]
    app.checkbox[0].check().run()
    assert app.selectbox[1].options == [f"✗ {CASE.format('books')}"]


def test_two_runs_are_compared_case_by_case_and_turn_by_turn(reports: Path) -> None:
    keep_run(reports, FIRST, "2026-11-21T10:58:30+00:00", good=True)
    keep_run(reports, SECOND, "2026-11-22T10:58:30+00:00", good=False)
    app = the_app(page="Compare")
    assert [(box.label, box.value) for box in app.selectbox[:2]] == [("A, before", FIRST), ("B, now", SECOND)]
    assert {item.label: item.value for item in app.metric} == {"Worse": "1", "Better": "0", "Flaky": "0"}
    assert "of 2 cases 1 got worse, 0 better" in str(app.warning[0].value)
    cases = next(frame.value for frame in app.dataframe if "rule" in frame.value.columns)
    assert list(cases["case"]) == [CASE.format("books").removesuffix("/0")]
    assert list(cases["rule"]) == ["words and deeds alike"]
    (turns,) = app.get("html")
    assert "yes this is alice" in turns.proto.body
    assert len(app.get("audio")) == 2
    app.selectbox[1].select(FIRST).run()
    assert "No call flipped or went otherwise." in words(app)


def test_runs_that_cannot_be_compared_are_told_why(reports: Path) -> None:
    keep_run(reports, FIRST, "2026-11-21T10:58:30+00:00", good=True)
    keep_run(reports, SECOND, "2026-11-22T10:58:30+00:00", good=True, level="text")
    told = words(the_app(page="Compare"))
    assert "no case of the two can be compared" in told
    assert "audio before, text now" in told


def test_one_run_alone_is_not_compared(reports: Path) -> None:
    keep_run(reports, FIRST, "2026-11-21T10:58:30+00:00", good=True)
    assert "a comparison takes two" in words(the_app(page="Compare"))


def test_hostile_words_stay_words(reports: Path) -> None:
    hostile = "<script>alert(1)</script>"
    record = a_record(CASE.format("books"), scenario={"title": hostile})
    utterances = (dataclasses.replace(record.utterances[0], text=hostile), *record.utterances[1:])
    record = dataclasses.replace(record, utterances=utterances)
    folder = reports / "runs" / FIRST
    write_run_info(folder, a_run(FIRST))
    with PartWriter(folder, 0) as writer:
        writer.append(
            a_finished_call(record=record, checks=[Check(name=hostile, passed=False, detail=hostile)])
        )
    merge_run(reports / STORE_FILE, folder)
    app = the_app(page="One call")
    assert all("<script" not in item.proto.body for item in app.get("html"))
    # In Streamlit's Markdown a backslash makes the bracket a bracket.
    assert [item.value for item in app.header] == ["\\<script\\>alert\\(1\\)\\</script\\>"]
    assert all("<script" not in str(item.value).replace("\\<", "") for item in app.error)


def test_a_call_whose_files_are_gone_is_named(reports: Path) -> None:
    keep_run(reports, FIRST, "2026-11-21T10:58:30+00:00", good=True)
    (part,) = (reports / "runs" / FIRST / "parts").iterdir()
    part.unlink()
    app = the_app(page="One call")
    assert "no longer has it" in str(app.warning[0].value)


def test_a_store_of_another_version_is_one_clear_line(reports: Path) -> None:
    (reports / STORE_FILE).write_bytes(b"no database " * 50)
    assert "not a valid DuckDB database file" in words(the_app())
