"""Errors as they come back from a worker's process."""

from __future__ import annotations

import pickle

from evals.errors import BadInput


def test_bad_input_found_by_a_worker_is_still_bad_input_in_the_parent() -> None:
    error = pickle.loads(pickle.dumps(BadInput("suite.yaml", ["no clip", "no voice"])))
    assert isinstance(error, BadInput)
    assert (error.where, error.mistakes) == ("suite.yaml", ("no clip", "no voice"))
    assert str(error) == str(BadInput("suite.yaml", ["no clip", "no voice"]))
