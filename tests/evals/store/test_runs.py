from __future__ import annotations

from pathlib import Path

import pytest

from evals.errors import BadInput
from evals.store.part_writer import PartWriter
from evals.store.parts import write_run_info
from evals.store.runs import list_runs, resolve_run
from tests.store_builders import a_finished_call, a_run

MORNING, EVENING = "20261121-105830-smoke-1a2b3c", "20261121-210000-smoke-4d5e6f"


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    for run_id, started in ((EVENING, "2026-11-21T21:00:00+00:00"), (MORNING, "2026-11-21T10:58:30+00:00")):
        write_run_info(tmp_path / "runs" / run_id, a_run(run_id, started_iso=started))
    with PartWriter(tmp_path / "runs" / MORNING, 0) as writer:
        writer.append(a_finished_call())
    return tmp_path


def test_runs_are_listed_oldest_first_with_what_is_finished(reports: Path) -> None:
    (reports / "runs" / "broken").mkdir()
    (reports / "runs" / "broken" / "run.json").write_text("{")
    assert [(run.info.run_id, run.finished) for run in list_runs(reports)] == [(MORNING, 1), (EVENING, 0)]


@pytest.mark.parametrize(
    ("name", "meant"),
    [(MORNING, MORNING), ("20261121-10", MORNING), ("latest", EVENING), (EVENING, EVENING)],
)
def test_a_run_is_meant_by_its_id_a_beginning_or_latest(reports: Path, name: str, meant: str) -> None:
    assert resolve_run(reports, name) == reports / "runs" / meant


def test_a_runs_folder_names_it_too(reports: Path) -> None:
    folder = reports / "runs" / MORNING
    assert resolve_run(reports, str(folder)) == folder


def test_an_ambiguous_beginning_lists_what_it_may_mean(reports: Path) -> None:
    with pytest.raises(BadInput, match=f"2 runs begin with this: {MORNING}, {EVENING}"):
        resolve_run(reports, "2026")


@pytest.mark.parametrize("name", ["nobody", "", "../runs", "/etc"])
def test_an_unknown_name_says_what_there_is(reports: Path, name: str) -> None:
    with pytest.raises(BadInput, match=f"no such run; newest runs: .*{EVENING}"):
        resolve_run(reports, name)


@pytest.mark.parametrize("name", ["latest", "x"])
def test_without_runs_it_says_so(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadInput, match=r"there is no(ne| run)"):
        resolve_run(tmp_path, name)
