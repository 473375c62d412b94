"""Rows come out of a run's tables as they went in, however many batches they took."""

from __future__ import annotations

import pytest

from evals.errors import StoreError
from evals.store.rows import call_rows, run_row
from evals.store.run_tables import RunTables
from tests.store_builders import a_finished_call, a_run


@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 250])
def test_every_row_comes_out_in_the_order_it_came(count: int) -> None:
    cases = [f"booking/case_{number}/en-gb/clean/0" for number in range(count)]
    checks = call_rows("r", a_finished_call(cases[0]), audio="") if count else {}
    with RunTables() as tables:
        tables.add({"runs": [run_row(a_run(), folder="runs/r")]})
        for case in cases:
            tables.add_call({"checks": [{**row, "case_id": case} for row in checks["checks"]]})
        readers = tables.readers()
        assert tables.calls == count
        assert readers["runs"].read_all().num_rows == 1
        found = readers["checks"].read_all().to_pylist() if count else []
    assert [row["case_id"] for row in found] == [case for case in cases for _ in checks["checks"]]
    assert [row["seq"] for row in found] == [row["seq"] for _ in cases for row in checks["checks"]]
    assert set(readers) == ({"runs", "checks"} if count else {"runs"})


def test_temporary_folder_that_cannot_be_made_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", "/nowhere/at/all")
    with pytest.raises(StoreError, match="cannot make a temporary folder"), RunTables():
        pass
