import io
import json
import pickle
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from agent.cognitive import classifier_file
from agent.cognitive.classifier import Classifier
from agent.cognitive.classifier_file import load_classifier, save_classifier
from agent.errors import BadClassifier
from tests.agent.cognitive.phrases import NONSENSE, WISHES, a_classifier


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return a_classifier().with_threshold(0.37)


@pytest.fixture
def saved(classifier: Classifier, tmp_path: Path) -> Path:
    path = tmp_path / "intents.npz"
    save_classifier(classifier, path)
    return path


def changed(path: Path, **arrays: Any) -> Path:
    """The file with some arrays in others' place; None leaves one out."""
    with np.load(path) as file:
        kept = {name: file[name] for name in file.files} | arrays
    np.savez(path, **{name: array for name, array in kept.items() if array is not None})
    return path


def described(path: Path, **keys: Any) -> Path:
    with np.load(path) as file:
        told = json.loads(file["description"].tobytes())
    told |= keys
    return changed(path, description=np.frombuffer(json.dumps(told).encode(), dtype=np.uint8))


def mistakes(path: Path) -> str:
    with pytest.raises(BadClassifier) as told:
        load_classifier(path)
    return "; ".join(told.value.mistakes)


def test_what_is_loaded_scores_exactly_as_what_was_saved(classifier: Classifier, saved: Path) -> None:
    loaded = load_classifier(saved)
    assert (loaded.intents, loaded.threshold) == (classifier.intents, 0.37)
    assert loaded.vocabulary == classifier.vocabulary
    for text in [*(wish for wishes in WISHES.values() for wish in wishes), *NONSENSE, "zzz", ""]:
        assert loaded.scores(text.split()) == classifier.scores(text.split())


def test_a_file_saved_over_another_takes_its_place_and_leaves_nothing_beside(
    classifier: Classifier, saved: Path
) -> None:
    save_classifier(classifier.with_threshold(0.5), saved)
    assert load_classifier(saved).threshold == 0.5
    assert [path.name for path in saved.parent.iterdir()] == ["intents.npz"]


def test_equal_classifiers_make_equal_arrays(saved: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.npz"
    save_classifier(load_classifier(saved), again)
    with np.load(saved) as one, np.load(again) as other:
        assert all(np.array_equal(one[name], other[name]) for name in one.files)


def test_a_file_cut_off_anywhere_is_refused(saved: Path) -> None:
    whole = saved.read_bytes()
    for share in (0.0, 0.1, 0.5, 0.9, 0.999):
        saved.write_bytes(whole[: int(share * len(whole))])
        assert mistakes(saved)


def test_a_file_that_is_not_there_or_something_else_is_refused(tmp_path: Path) -> None:
    assert "No such file" in mistakes(tmp_path / "none.npz")
    text = tmp_path / "text.npz"
    text.write_text("intents: yes, no")
    assert "not a zip" in mistakes(text)


def test_a_pickle_in_it_is_never_opened(saved: Path) -> None:
    opened: list[int] = []

    class Trap:
        def __reduce__(self) -> tuple[Any, ...]:
            return (opened.append, (1,))

    buffer = io.BytesIO()
    np.lib.format.write_array_header_1_0(buffer, {"descr": "|O", "fortran_order": False, "shape": (1,)})
    pickle.dump(np.array([Trap()], dtype=object), buffer)
    with zipfile.ZipFile(saved) as archive:
        kept = {info.filename: archive.read(info) for info in archive.infolist()}
    with zipfile.ZipFile(saved, "w") as archive:
        for name, content in (kept | {"inner_bias.npy": buffer.getvalue()}).items():
            archive.writestr(name, content)
    assert "pickle" in mistakes(saved).lower()
    assert opened == []


def test_a_file_that_unpacks_to_too_much_is_refused_before_it_is_unpacked(
    saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with np.load(saved) as file:
        np.savez_compressed(
            saved, **{name: file[name] for name in file.files} | {"inner": np.zeros((4000, 1000))}
        )
    monkeypatch.setattr(classifier_file, "MOST_BYTES", 1_000_000)
    assert saved.stat().st_size < 1_000_000
    assert "unpacks to" in mistakes(saved)


def test_missing_and_strange_arrays_are_all_told(saved: Path) -> None:
    told = mistakes(changed(saved, outer=None, inner_bias=None, extra=np.zeros(3)))
    assert (
        "outer is missing" in told and "inner_bias is missing" in told and "'extra' does not belong" in told
    )


def test_arrays_of_another_kind_are_all_told(saved: Path) -> None:
    told = mistakes(changed(saved, inner_bias=np.zeros(48), outer_bias=np.zeros(5, dtype=np.float16)))
    assert "inner_bias is 1-dimensional float64" in told and "outer_bias is 1-dimensional" in told


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_values_that_are_no_numbers_are_told(saved: Path, value: float) -> None:
    spoilt = np.zeros((2, 5), dtype=np.float16)
    spoilt[1, 3] = value
    assert mistakes(changed(saved, outer_bias=spoilt)) == "outer_bias has values that are no numbers"


def test_arrays_that_do_not_fit_together_are_all_told(saved: Path) -> None:
    rows = np.zeros((7, 48), dtype=np.float16)
    told = mistakes(changed(saved, inner=rows, outer_bias=np.zeros((2, 9), dtype=np.float16)))
    assert "7 rows for" in told and "outer biases (2, 9)" in told


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ({"schema": 2}, "schema"),
        ({"threshold": 1.5}, "threshold"),
        ({"intents": ["book", "book", "balance", "lost_card"]}, "named twice"),
        ({"intents": ["book", "cancel"]}, "5 labels for 2 intents"),
        ({"unseen": -1}, "unseen"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_a_description_that_cannot_be_is_refused(saved: Path, keys: dict[str, Any], told: str) -> None:
    assert told in mistakes(described(saved, **keys))
