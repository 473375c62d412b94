from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evals.errors import StoreError
from evals.metrics.measurement import Measurement
from evals.record import CallerUtterance, CallRecord, HeardWord, Span, ToolCall, WireMessage, record_sha256
from evals.scoring.verdict import Check, GateOutcome, GateVerdict, ItemGrade, ScorecardItem
from evals.store.finished import FinishedCall
from evals.store.part_writer import PartWriter
from evals.store.parts import (
    audio_file,
    finished_cases,
    read_call,
    read_calls,
    read_parts,
    read_run_info,
    read_verdicts,
    write_run_info,
    write_verdicts,
)
from tests.store_builders import a_finished_call, a_record, a_run, a_text_record

CASES = [f"booking/scenario_{number}/en-gb/clean/0" for number in range(3)]

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
times = st.integers(0, 2**60)
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=5,
)
objects = st.dictionaries(texts, json_values, max_size=3)
spans = st.builds(Span, start_ns=times, end_ns=times)


def some(items: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(items, max_size=3).map(tuple)


utterances = st.builds(
    CallerUtterance,
    step=st.integers(0, 9),
    kind=texts,
    text=texts,
    start_ns=times,
    end_ns=times,
    speech=some(spans),
    sound=texts,
    keys=texts,
    expects_reply=st.booleans(),
    offered=st.booleans(),
    hung_up=st.booleans(),
)
records = st.builds(
    dataclasses.replace,
    st.just(a_record()),
    case_id=texts,
    line=objects,
    scenario=objects,
    agent=objects,
    failure=texts,
    duration_ns=times,
    caller_track=st.binary(max_size=50),
    agent_track=st.binary(max_size=50),
    utterances=some(utterances),
    agent_words=some(
        st.builds(
            HeardWord, text=texts, start_ns=times, end_ns=times, seq=st.integers(0, 9), complete=st.booleans()
        )
    ),
    wire=some(st.builds(WireMessage, t_ns=times, kind=texts, name=texts, frames=st.integers(0, 99))),
    events=some(objects),
    tools=some(
        st.builds(
            ToolCall,
            t_ns=times,
            name=texts,
            arguments=objects,
            status=texts,
            ok=st.booleans(),
            value=objects,
            error=texts,
            idempotency_key=texts,
        )
    ),
    path=some(texts),
    outcome=st.none() | texts,
    captured=st.dictionaries(texts, texts, max_size=2),
)
measurements = st.builds(
    Measurement,
    metric=texts,
    version=st.integers(1, 9),
    value=st.floats(allow_nan=False, allow_infinity=False),
    unit=texts,
    turn=st.none() | st.integers(0, 9),
    censored=st.booleans(),
)
items = st.builds(
    ScorecardItem,
    card=texts,
    card_version=st.integers(1, 9),
    item=texts,
    section=texts,
    weight=st.floats(0, 9),
    fatal=st.booleans(),
    grade=st.sampled_from(ItemGrade),
    evidence=texts,
)


def write_all(folder: Path, *calls: FinishedCall, worker: int = 0) -> Path:
    with PartWriter(folder, worker) as writer:
        for call in calls:
            writer.append(call)
    return writer.path


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    record=records,
    measured=some(measurements),
    checks=some(st.builds(Check, name=texts, passed=st.booleans(), detail=texts)),
    card=some(items),
    wall_s=st.floats(0, 1e6),
)
def test_a_call_comes_back_as_it_was_stored(
    record: CallRecord,
    measured: tuple[Measurement, ...],
    checks: tuple[Check, ...],
    card: tuple[ScorecardItem, ...],
    wall_s: float,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("run")
    stored = FinishedCall(
        record=record,
        record_sha256=record_sha256(record),
        measurements=measured,
        checks=checks,
        scorecard=card,
        wall_s=wall_s,
        worker=3,
    )
    write_all(folder, stored)
    (back,) = read_parts(folder)
    assert back == stored
    assert record_sha256(back.record) == stored.record_sha256
    assert read_call(folder, record.case_id) == stored


def test_calls_of_several_workers_are_all_read(tmp_path: Path) -> None:
    calls = [a_finished_call(case) for case in CASES]
    write_all(tmp_path, calls[0], worker=0)
    write_all(tmp_path, *calls[1:], worker=1)
    assert list(read_parts(tmp_path)) == calls
    assert finished_cases(tmp_path) == {call.record.case_id: call.record_sha256 for call in calls}


def test_the_wav_lies_beside_the_part_and_a_text_call_has_none(tmp_path: Path) -> None:
    spoken = a_finished_call(CASES[0])
    written = a_finished_call(record=a_text_record(CASES[1]))
    write_all(tmp_path, spoken, written)
    wav = audio_file(tmp_path, spoken)
    assert wav is not None
    assert [path.name for path in (tmp_path / "audio").iterdir()] == [wav.name]
    assert audio_file(tmp_path, written) is None


def test_reading_without_tracks_needs_no_wav(tmp_path: Path) -> None:
    stored = a_finished_call()
    write_all(tmp_path, stored)
    for wav in (tmp_path / "audio").iterdir():
        wav.unlink()
    (back,) = read_parts(tmp_path, tracks=False)
    assert back.record == dataclasses.replace(stored.record, caller_track=b"", agent_track=b"")
    assert back.record_sha256 == stored.record_sha256
    with pytest.raises(StoreError, match=r"cannot read .*\.wav: no such file"):
        list(read_parts(tmp_path))


def test_a_call_whose_wav_is_gone_can_be_had_without_its_tracks(tmp_path: Path) -> None:
    stored = a_finished_call()
    write_all(tmp_path, stored)
    for wav in (tmp_path / "audio").iterdir():
        wav.unlink()
    complaints: list[str] = []
    (back,) = read_parts(tmp_path, on_corrupt=complaints.append)
    assert back.record.caller_track == b""
    assert read_call(tmp_path, stored.record.case_id, on_corrupt=complaints.append) == back
    assert [complaint.endswith(".wav: no such file or folder") for complaint in complaints] == [True, True]


def test_a_wav_that_was_changed_is_noticed(tmp_path: Path) -> None:
    write_all(tmp_path, a_finished_call())
    (wav,) = (tmp_path / "audio").iterdir()
    data = bytearray(wav.read_bytes())
    data[-1] ^= 1
    wav.write_bytes(data)
    with pytest.raises(StoreError, match="not the audio that the call was stored with"):
        list(read_parts(tmp_path))


@pytest.mark.parametrize("left", [1, 100, 5000])
def test_a_torn_last_line_is_a_call_in_flight(tmp_path: Path, left: int) -> None:
    whole = a_finished_call(CASES[0])
    part = write_all(tmp_path, whole)
    with part.open("ab") as file:
        file.write(part.read_bytes()[:left])
    assert list(read_parts(tmp_path)) == [whole]
    assert list(finished_cases(tmp_path)) == [CASES[0]]


def test_a_resumed_run_goes_on_after_a_torn_line(tmp_path: Path) -> None:
    calls = [a_finished_call(case) for case in CASES]
    part = write_all(tmp_path, calls[0])
    with part.open("ab") as file:
        file.write(b'{"case_id":"booking/sce')
    resumed = write_all(tmp_path, *calls[1:])
    assert resumed != part
    assert list(read_parts(tmp_path)) == calls


def test_a_corrupt_line_is_reported_with_its_place_and_the_others_are_kept(tmp_path: Path) -> None:
    calls = [a_finished_call(case) for case in CASES]
    part = write_all(tmp_path, *calls)
    lines = part.read_bytes().splitlines(keepends=True)
    lines[1] = lines[1][:200] + b"\n"
    part.write_bytes(b"".join(lines))

    complaints: list[str] = []
    assert list(read_parts(tmp_path, on_corrupt=complaints.append)) == [calls[0], calls[2]]
    assert len(complaints) == 1
    assert f"{part}, line 2: not JSON" in complaints[0]
    assert list(finished_cases(tmp_path)) == [CASES[0], CASES[2]]
    with pytest.raises(StoreError, match="line 2: not JSON"):
        list(read_parts(tmp_path))


def test_a_line_of_another_schema_is_refused(tmp_path: Path) -> None:
    part = write_all(tmp_path, a_finished_call())
    part.write_bytes(part.read_bytes().replace(b'"schema":1,"scorecard"', b'"schema":2,"scorecard"'))
    with pytest.raises(StoreError, match="part of schema 2; this version reads 1"):
        list(read_parts(tmp_path))


def test_a_case_finished_twice_counts_once_as_first_finished(tmp_path: Path) -> None:
    first = a_finished_call()
    again = a_finished_call(record=a_record(outcome="booked"))
    write_all(tmp_path, first)
    write_all(tmp_path, again)
    assert list(read_parts(tmp_path)) == [first]
    assert finished_cases(tmp_path) == {first.record.case_id: first.record_sha256}


def test_what_the_run_was_comes_back(tmp_path: Path) -> None:
    info = a_run(settings={"endpoint_ms": "500"})
    write_run_info(tmp_path / "runs" / info.run_id, info)
    assert read_run_info(tmp_path / "runs" / info.run_id) == info


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"run_id": "x"}', "\xff"])
def test_a_bad_run_file_is_one_clear_line(tmp_path: Path, text: str) -> None:
    (tmp_path / "run.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(StoreError, match=r"^.*run\.json: not a run's file: .*$"):
        read_run_info(tmp_path)


def test_a_folder_without_a_run_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"cannot read .*run\.json: no such file or folder"):
        read_run_info(tmp_path)


def test_verdicts_are_kept_by_what_they_were_compared_with(tmp_path: Path) -> None:
    good = GateVerdict(gate="task_success", outcome=GateOutcome.PASS, reason="24 of 24 in both")
    bad = GateVerdict(gate="wer", outcome=GateOutcome.FAIL, reason="0.31, was 0.22")
    assert read_verdicts(tmp_path) == {}
    write_verdicts(tmp_path, "", [good])
    write_verdicts(tmp_path, "other-run", [good])
    write_verdicts(tmp_path, "other-run", [bad, good])
    assert read_verdicts(tmp_path) == {"": (good,), "other-run": (bad, good)}
    (tmp_path / "verdicts.json").write_text(json.dumps({"": [{"gate": "x"}]}))
    with pytest.raises(StoreError, match="not a file of verdicts"):
        read_verdicts(tmp_path)


def test_some_calls_are_read_in_one_pass_and_others_stay_unread(tmp_path: Path) -> None:
    cases = [f"booking/{name}/en-gb/clean/0" for name in ("a", "ab", "b")]
    with PartWriter(tmp_path, 0) as writer:
        for case in cases:
            writer.append(a_finished_call(case))
        part = writer.path
    # A line that nobody asks for may be corrupt.
    first, *rest = part.read_bytes().splitlines(keepends=True)
    part.write_bytes(b"".join([first[:-9] + b"\n", *rest]))
    found = read_calls(tmp_path, [cases[2], cases[1], "booking/other/en-gb/clean/0"], tracks=False)
    assert {case: call.record.scenario_id for case, call in found.items()} == {cases[1]: "ab", cases[2]: "b"}
    with pytest.raises(StoreError, match="not JSON"):
        read_calls(tmp_path, cases)
