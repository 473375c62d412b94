from __future__ import annotations

import os
from pathlib import Path

import pytest

from agent.errors import BadSettings
from agent.turn_log_file import TurnLogFile


def test_lines_are_on_the_disk_when_append_returns(tmp_path: Path) -> None:
    path = tmp_path / "new" / "turns.jsonl"
    log = TurnLogFile(path)
    log.append("one")
    log.append("zwölf")
    assert path.read_text("utf-8") == "one\nzwölf\n"
    log.close()


def test_nobody_else_may_read_it(tmp_path: Path) -> None:
    TurnLogFile(tmp_path / "turns.jsonl").close()
    assert os.stat(tmp_path / "turns.jsonl").st_mode & 0o777 == 0o600


def test_a_full_file_is_put_aside_and_the_oldest_goes(tmp_path: Path) -> None:
    log = TurnLogFile(tmp_path / "t", max_bytes=10, kept=2)
    for number in range(1, 8):
        log.append(f"line{number}")
    log.close()
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {
        "t": "line7\n",
        "t.1": "line6\n",
        "t.2": "line5\n",
    }


def test_a_line_longer_than_the_bound_has_a_file_of_its_own(tmp_path: Path) -> None:
    log = TurnLogFile(tmp_path / "t", max_bytes=4, kept=1)
    log.append("a long one")
    log.append("b")
    log.close()
    assert (tmp_path / "t.1").read_text() == "a long one\n"


@pytest.mark.parametrize("torn", ['{"half', "x" * 200_000])
def test_what_a_crash_left_of_a_line_is_cut_off(tmp_path: Path, torn: str) -> None:
    path = tmp_path / "t"
    path.write_text(f"whole\n{torn}")
    log = TurnLogFile(path)
    log.append("next")
    log.close()
    assert path.read_text() == "whole\nnext\n"


def test_a_second_writer_is_told_who_has_it(tmp_path: Path) -> None:
    log = TurnLogFile(tmp_path / "t")
    with pytest.raises(BadSettings, match="another process is writing this log"):
        TurnLogFile(tmp_path / "t")
    log.close()
    TurnLogFile(tmp_path / "t").close()


def test_a_place_that_cannot_be_written_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(BadSettings, match="cannot be written"):
        TurnLogFile(tmp_path / "file" / "t")
