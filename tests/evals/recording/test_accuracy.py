"""How exactly bare recordings are measured: clean, quiet, and in the noise that is hardest on it.

`just bench` plays the other noises.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from evals.scenario.model import Line
from evals.sim.audio_call import Voices
from tests.evals.recording.played_calls import check_at_10_db, errors_on, medians, open_voices


@pytest.fixture(scope="module")
def voices(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Voices]:
    with open_voices(tmp_path_factory.mktemp("voices")) as voices:
        yield voices


def test_clean_calls_are_measured_within_20_ms(tmp_path: Path, voices: Voices) -> None:
    errors = errors_on([Line(name="clean"), Line(name="quiet", level_dbov=-36.0)], tmp_path, voices)
    assert (errors.turns, errors.missed, errors.made_up) == (48, 0, 0)
    assert max(medians(errors).values()) <= 20, medians(errors)


def test_calls_in_an_office_at_10_db_are_measured_within_60_ms(tmp_path: Path, voices: Voices) -> None:
    check_at_10_db("office", tmp_path, voices)
