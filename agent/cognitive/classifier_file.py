"""A fitted classifier in a file: numpy's `.npz` of plain arrays, and never a pickle.

`description` is JSON in bytes (schema, intents, threshold, n-grams with their weights); the other arrays are the
committee's, in half precision. A file is read only once its sizes are known to be within bounds, and refused with all
of its mistakes.
"""

from __future__ import annotations

import json
import zipfile
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from agent.cognitive.classifier import Classifier
from agent.cognitive.committee import Committee, Narrow
from agent.cognitive.ngrams import Kinds, Vocabulary
from agent.errors import BadClassifier

MOST_BYTES = 512 * 1024 * 1024
"""Of the file, and of what it unpacks to."""
MOST_DESCRIPTION_BYTES = 64 * 1024 * 1024

_AXES = {"inner": 2, "inner_bias": 1, "outer": 3, "outer_bias": 2}
_NAMES = ("description", *_AXES)
_Weight = Annotated[float, Field(gt=0, lt=1e6)]


class _Kinds(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    word: _Weight
    pair: _Weight
    character: _Weight
    characters: Annotated[tuple[Annotated[int, Field(ge=1, le=20)], ...], Field(max_length=20)]


class _Description(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    schema_: Annotated[Literal[1], Field(alias="schema")]
    intents: Annotated[tuple[str, ...], Field(min_length=2, max_length=10_000)]
    threshold: Annotated[float, Field(ge=0, le=1)]
    kinds: _Kinds
    unseen: _Weight
    grams: dict[Annotated[str, Field(min_length=1)], _Weight]
    """Each n-gram's weight, in the order of the committee's rows."""


def save_classifier(classifier: Classifier, path: Path) -> None:
    """Writes the file whole, or not at all: beside it first, then in its place."""
    vocabulary, committee = classifier.vocabulary, classifier.committee
    description = {
        "schema": 1,
        "intents": classifier.intents,
        "threshold": classifier.threshold,
        "kinds": asdict(vocabulary.kinds),
        "unseen": vocabulary.unseen,
        "grams": dict(zip(vocabulary.places, vocabulary.weights, strict=True)),
    }
    written = json.dumps(description).encode()
    beside = path.with_name(f"{path.name}.part")
    with beside.open("wb") as file:
        np.savez(
            file,
            allow_pickle=False,
            description=np.frombuffer(written, dtype=np.uint8),
            inner=committee.inner.astype(np.float16),
            inner_bias=committee.inner_bias.astype(np.float16),
            outer=committee.outer.astype(np.float16),
            outer_bias=committee.outer_bias.astype(np.float16),
        )
    beside.replace(path)


def load_classifier(path: Path) -> Classifier:
    """The classifier in a file, as it was when saved.

    Raises:
        BadClassifier: it cannot be read, is too large, or does not hold together; the message says all that is wrong.
    """
    arrays = _arrays(path)
    description = _description(path, arrays.pop("description"))
    weights = {name: array.astype(np.float32) for name, array in arrays.items()}
    _check_together(path, description, weights)
    grams = description.grams
    vocabulary = Vocabulary(
        kinds=Kinds(**description.kinds.model_dump()),
        places={gram: place for place, gram in enumerate(grams)},
        weights=list(grams.values()),
        unseen=description.unseen,
    )
    return Classifier(
        vocabulary=vocabulary,
        intents=description.intents,
        committee=Committee(**weights),
        threshold=description.threshold,
    )


def _arrays(path: Path) -> dict[str, NDArray[np.generic]]:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise BadClassifier(str(path), [f"{path.stat().st_size} bytes; {MOST_BYTES} at most"])
        with zipfile.ZipFile(path) as archive:
            members = {info.filename.removesuffix(".npy"): info.file_size for info in archive.infolist()}
        if mistakes := _wrong_members(members):
            raise BadClassifier(str(path), mistakes)
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: np.asarray(file[name]) for name in _NAMES}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, NotImplementedError) as error:
        raise BadClassifier(str(path), [str(error) or type(error).__name__]) from error
    mistakes = [
        f"{name} is {array.ndim}-dimensional {array.dtype}, not {_AXES.get(name, 1)}-dimensional {wanted}"
        for name, array in arrays.items()
        if array.dtype != (wanted := "uint8" if name == "description" else "float16")
        or array.ndim != _AXES.get(name, 1)
    ]
    if mistakes:
        raise BadClassifier(str(path), mistakes)
    return arrays


def _wrong_members(sizes: dict[str, int]) -> list[str]:
    mistakes = [f"{name} is missing" for name in _NAMES if name not in sizes]
    mistakes += [f"{name!r} does not belong in it" for name in sorted(sizes) if name not in _NAMES]
    if sum(sizes.values()) > MOST_BYTES:
        mistakes.append(f"it unpacks to {sum(sizes.values())} bytes; {MOST_BYTES} at most")
    if sizes.get("description", 0) > MOST_DESCRIPTION_BYTES:
        mistakes.append(f"its description has more than {MOST_DESCRIPTION_BYTES} bytes")
    return mistakes


def _description(path: Path, written: NDArray[np.generic]) -> _Description:
    try:
        return _Description.model_validate_json(written.tobytes())
    except ValidationError as error:
        mistakes = [
            f"description: {'.'.join(map(str, wrong['loc'])) or 'JSON'}: {wrong['msg']}"
            for wrong in error.errors(include_url=False, include_input=False)
        ]
        raise BadClassifier(str(path), mistakes[:20]) from error


def _check_together(path: Path, description: _Description, weights: dict[str, Narrow]) -> None:
    rows, width = weights["inner"].shape
    members, hidden, labels = weights["outer"].shape
    intents = len(description.intents)
    checks = {
        f"{rows} rows for {len(description.grams)} n-grams": rows == len(description.grams),
        f"{width} columns for {members} members of {hidden} units": width == members * hidden > 0,
        f"{weights['inner_bias'].size} biases for {width} columns": weights["inner_bias"].size == width,
        f"outer biases {weights['outer_bias'].shape} for {members} members with {labels} labels": (
            weights["outer_bias"].shape == (members, labels)
        ),
        f"{labels} labels for {intents} intents": labels - intents in (0, 1),
        "an intent named twice": len(set(description.intents)) == intents,
    }
    checks |= {f"{name} has values that are no numbers": _finite(array) for name, array in weights.items()}
    if mistakes := [mistake for mistake, holds in checks.items() if not holds]:
        raise BadClassifier(str(path), mistakes)


def _finite(array: Narrow) -> bool:
    # One that is infinite or no number makes the sum so; halves that are finite cannot overflow it.
    return bool(np.isfinite(array.sum(dtype=np.float64)))
