from pathlib import Path

import pytest

from evals.errors import BadInput
from evals.scenario.file import load_suite
from evals.scenario.lines import BUILT_IN, CLEAN
from evals.scenario.model import Line
from tests.evals.scenario.suite_files import HEAD, SCENARIO, write_suite


def lines_of(folder: Path, text: str) -> tuple[Line, ...]:
    return load_suite(write_suite(folder, HEAD + text + SCENARIO)).lines


def test_names_of_the_product_can_be_used_at_once(tmp_path: Path) -> None:
    names = list(BUILT_IN)
    assert lines_of(tmp_path, f"matrix: {{line: [{', '.join(names)}]}}\n") == tuple(BUILT_IN.values())


def test_every_name_is_that_of_its_line() -> None:
    assert [(name, line.name) for name, line in BUILT_IN.items()] == [(name, name) for name in BUILT_IN]


def test_noise_and_its_level_come_together() -> None:
    assert all((line.noise == "none") == (line.snr_db is None) for line in BUILT_IN.values())


def test_line_named_by_the_suite(tmp_path: Path) -> None:
    text = "lines: {shed: {noise: white, snr_db: 12.5, loss_ratio: 0.01, delay_ms: 90}}\ndefaults: {line: shed}\n"
    assert lines_of(tmp_path, text) == (
        Line(name="shed", noise="white", snr_db=12.5, loss_ratio=0.01, delay_ms=90),
    )


def test_line_written_in_place_is_known_by_its_values(tmp_path: Path) -> None:
    assert lines_of(tmp_path, "defaults: {line: {noise: none}}\n") == (CLEAN,)
    assert lines_of(tmp_path, "defaults: {line: {noise: office, snr_db: 15}}\n") == (BUILT_IN["office_15db"],)
    assert lines_of(tmp_path, "defaults: {line: {loss_ratio: 0.1}}\n") == (
        Line(name="loss_ratio=0.1", loss_ratio=0.1),
    )


def test_built_in_name_may_be_written_out_but_not_changed(tmp_path: Path) -> None:
    lines_of(tmp_path, "lines: {office_15db: {noise: office, snr_db: 15}}\n")
    with pytest.raises(BadInput, match="`office_15db` comes with the product and has other values"):
        lines_of(tmp_path, "lines: {office_15db: {noise: office, snr_db: 10}}\n")


@pytest.mark.parametrize(
    ("line", "mistake"),
    [
        ("{noise: office}", "line: noise `office` needs `snr_db`"),
        ("{snr_db: 10}", "line: `snr_db` without a `noise`"),
        ("{noise: rain, snr_db: 10}", "line: unknown noise `rain`"),
        ("{los_ratio: 0.1}", "line: unknown key `los_ratio`; did you mean `loss_ratio`?"),
        ("{loss_ratio: 3}", "line: `loss_ratio` must be a number from 0 to 0.5, not the number 3"),
        ('{loss_burst: "4"}', '`loss_burst` must be a number from 1 to 100, not the text "4"'),
        ("{delay_ms: 12.5}", "`delay_ms` must be a whole number from 0 to 2000, not the number 12.5"),
        ("[clean]", "`line` must be the name of a line or a mapping, not a list"),
        ("claen", "unknown line `claen`; did you mean `clean`?"),
    ],
)
def test_mistake_in_a_line(tmp_path: Path, line: str, mistake: str) -> None:
    with pytest.raises(BadInput) as caught:
        lines_of(tmp_path, f"defaults: {{line: {line}}}\n")
    assert len(caught.value.mistakes) == 1
    assert mistake in caught.value.mistakes[0]
