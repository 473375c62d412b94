"""The bench on a data set of four made-up intents; its figures on CLINC150 are in tests/bench."""

import json
from pathlib import Path

import pytest

from agent.cognitive.classifier_file import load_classifier
from agent.cognitive.committee_fitting import Fitting
from evals.bench_dispatch import DispatchBench, as_json, bench_dispatch, epochs
from evals.intent_data import read_intent_data
from tests.agent.cognitive.phrases import NONSENSE, OPENINGS, WISHES
from tests.cli import milliwatt

BRIEF = Fitting(members=2, hidden=24, epochs=40, batch=8)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rows = [
        [[f"{opening} {wish}", intent] for intent, wishes in WISHES.items() for wish in wishes]
        for opening in OPENINGS
    ]
    outside = [[text, "oos"] for text in NONSENSE]
    parts = {"train": [row for part in rows[:4] for row in part], "val": rows[4], "test": rows[5]}
    parts |= {"oos_train": outside, "oos_val": outside, "oos_test": outside[:3]}
    path = tmp_path_factory.mktemp("intents")
    (path / "data_full.json").write_text(json.dumps(parts))
    return path


@pytest.fixture(scope="module")
def told(folder: Path) -> tuple[DispatchBench, int]:
    epochs_told: list[int] = []
    result = bench_dispatch(read_intent_data(folder), 1, BRIEF, lambda: epochs_told.append(1))
    return result, len(epochs_told)


def test_each_dispatcher_has_a_row_with_its_counts(told: tuple[DispatchBench, int]) -> None:
    full, few, flow = told[0].rows
    assert [row.examples for row in (full, few, flow)] == [48, 40, 40]
    for row in (full, few, flow):
        assert (row.in_scope, row.outside) == (12, 3)
        assert row.answered_right <= row.sorted_right <= row.in_scope
        assert row.accuracy == row.answered_right / 12 and row.recall == row.turned_away / 3


def test_plain_intents_are_told_apart(told: tuple[DispatchBench, int]) -> None:
    assert all(row.sorted_right >= 11 for row in told[0].rows)


def test_progress_is_told_as_often_as_was_announced(told: tuple[DispatchBench, int]) -> None:
    assert told[1] == epochs(BRIEF)


def test_the_test_part_changes_neither_model_nor_threshold(folder: Path, tmp_path: Path) -> None:
    parts = json.loads((folder / "data_full.json").read_text())
    swapped = parts | {"test": [["cancel my order", "balance"]], "oos_test": [["block my card", "oos"]]}
    (tmp_path / "data_full.json").write_text(json.dumps(swapped))
    brief = Fitting(members=1, hidden=8, epochs=3, batch=8)
    for name, data in (("one", folder), ("other", tmp_path)):
        bench_dispatch(read_intent_data(data), 1, brief, lambda: None, tmp_path / f"{name}.npz")
    one, other = (load_classifier(tmp_path / f"{name}.npz") for name in ("one", "other"))
    assert one.threshold == other.threshold
    assert one.scores(["block", "card"]) == other.scores(["block", "card"])


def test_json_has_the_rates(told: tuple[DispatchBench, int]) -> None:
    row = as_json(told[0])["rows"][0]
    assert row["in_scope_accuracy"] == row["answered_right"] / row["in_scope"]


def test_the_command_prints_a_table_and_keeps_the_classifier(folder: Path, tmp_path: Path) -> None:
    kept = tmp_path / "intents.npz"
    done = milliwatt("bench", "dispatch", "--data", folder, "--members", 1, "--epochs", 2, "--save", kept)
    assert done.returncode == 0, done.stderr
    assert "classifier, every example" in done.stdout
    assert load_classifier(kept).intents == tuple(sorted(WISHES))


def test_bad_input_is_one_clear_message_and_status_2(folder: Path, tmp_path: Path) -> None:
    none = milliwatt("bench", "dispatch", "--data", tmp_path)
    assert none.returncode == 2 and "data_full.json" in none.stderr
    nowhere = milliwatt("bench", "dispatch", "--data", folder, "--save", tmp_path / "none" / "x.npz")
    assert nowhere.returncode == 2 and "there is no folder" in nowhere.stderr
