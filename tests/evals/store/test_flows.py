from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from agent.cognitive.flow_file import BUILT_IN_FLOWS, built_in_flow
from evals.errors import StoreError
from evals.store.flows import keep_flow, read_flows

BOOKING = BUILT_IN_FLOWS / "booking.json"


def test_a_flow_is_kept_as_it_was_under_the_hash_that_records_name(tmp_path: Path) -> None:
    keep_flow(tmp_path, BOOKING)
    keep_flow(tmp_path, BOOKING)
    assert read_flows(tmp_path) == {
        hashlib.sha256(BOOKING.read_bytes()).hexdigest(): built_in_flow("booking")
    }


def test_a_flow_that_was_changed_or_cannot_be_read_is_left_out(tmp_path: Path) -> None:
    keep_flow(tmp_path, BOOKING)
    [kept] = (tmp_path / "flows").iterdir()
    kept.write_bytes(kept.read_bytes() + b" ")
    nonsense = b"{}"
    (tmp_path / "flows" / f"{hashlib.sha256(nonsense).hexdigest()}.json").write_bytes(nonsense)
    assert read_flows(tmp_path) == {}
    assert read_flows(tmp_path / "none") == {}


def test_a_missing_flow_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no such file"):
        keep_flow(tmp_path, tmp_path / "none.json")
