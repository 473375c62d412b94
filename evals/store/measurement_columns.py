"""Measurements read from columns: those of thousands of calls at once, most of them the same value as another."""

from __future__ import annotations

from typing import Any

import numpy as np

from evals.metrics.measurement import Measurement

_NAMES = ("metric", "version", "value", "unit", "turn", "censored", "unscored_reason")
_TEXTS = ("metric", "unit", "unscored_reason")


def measurements_by_case(rows: Any) -> dict[str, list[Measurement]]:
    """The measurements of an Arrow table with `case_id` and a measurement's fields, by case, in the rows' order."""
    found: dict[str, list[Measurement]] = {}
    # Of hundreds of thousands of measurements most say the same as another (no audio, not asked, 1), and values that
    # are equal may be one object.
    known: dict[tuple[Any, ...], Measurement] = {}
    columns = [texts(rows, name) if name in _TEXTS else rows.column(name).to_pylist() for name in _NAMES]
    for case_id, *fields in zip(texts(rows, "case_id"), *columns, strict=True):
        key = tuple(fields)
        measurement = known.get(key)
        if measurement is None:
            measurement = known[key] = Measurement(**dict(zip(_NAMES, fields, strict=True)))
        if case_id in found:
            found[case_id].append(measurement)
        else:
            found[case_id] = [measurement]
    return found


def texts(rows: Any, name: str) -> list[str]:
    """A column of texts in which equal ones are one object."""
    encoded = rows.column(name).combine_chunks().dictionary_encode()
    words = np.array(encoded.dictionary.to_pylist(), dtype=object)
    found: list[str] = words[encoded.indices.to_numpy()].tolist()
    return found
