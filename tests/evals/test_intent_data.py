import json
from pathlib import Path
from typing import Any

import pytest

from evals.errors import BadInput
from evals.intent_data import read_intent_data

SMALL: dict[str, Any] = {
    "train": [["Play 2 songs", "music"], ["What's the time?", "time"], ["Play it louder", "music"]],
    "val": [["play jazz", "music"]],
    "test": [["is it ten yet", "time"]],
    "oos_train": [["who won", "oos"]],
    "oos_val": [["why is the sky blue", "oos"]],
    "oos_test": [["how tall is everest", "oos"]],
}


def written(folder: Path, **parts: Any) -> Path:
    (folder / "clinc150").mkdir()
    (folder / "clinc150" / "data_full.json").write_text(json.dumps(SMALL | parts))
    return folder


def told(folder: Path) -> str:
    with pytest.raises(BadInput) as error:
        read_intent_data(folder)
    return "; ".join(error.value.mistakes)


def test_parts_are_kept_apart_in_words_as_they_are_spoken(tmp_path: Path) -> None:
    data = read_intent_data(written(tmp_path))
    assert data.train.by_intent == {
        "music": (("play", "two", "songs"), ("play", "it", "louder")),
        "time": (("what's", "the", "time"),),
    }
    assert data.validation.by_intent == {"music": (("play", "jazz"),)}
    assert data.test.outside == (("how", "tall", "is", "everest"),)
    assert (data.train.count, data.test.count) == (3, 1)


def test_the_first_examples_of_the_first_intents_can_be_taken(tmp_path: Path) -> None:
    train = read_intent_data(written(tmp_path)).train
    assert train.first(1).by_intent == {
        "music": (("play", "two", "songs"),),
        "time": (("what's", "the", "time"),),
    }
    assert list(train.first(5, intents=1).by_intent) == ["music"]
    assert train.first(1, 1).outside == train.outside


def test_the_file_may_lie_in_the_folder_itself(tmp_path: Path) -> None:
    written(tmp_path)
    assert read_intent_data(tmp_path / "clinc150") == read_intent_data(tmp_path)


def test_a_folder_without_the_file_is_told_what_it_lacks(tmp_path: Path) -> None:
    assert "data_full.json" in told(tmp_path)


def test_every_mistake_of_the_file_is_told(tmp_path: Path) -> None:
    mistakes = told(written(tmp_path, val=[["only a text"]], oos_test=[], train="none"))
    assert "val.0" in mistakes and "oos_test" in mistakes and "train" in mistakes


def test_intents_that_nothing_teaches_are_told(tmp_path: Path) -> None:
    assert "'weather' has no example in train" in told(written(tmp_path, test=[["is it hot", "weather"]]))


def test_a_file_cut_off_is_told(tmp_path: Path) -> None:
    path = written(tmp_path) / "clinc150" / "data_full.json"
    path.write_bytes(path.read_bytes()[:100])
    assert "JSON" in told(tmp_path)
