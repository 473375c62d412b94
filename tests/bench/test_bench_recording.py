"""How exactly recordings are measured in noise, and what memory four hours of one take."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.evals.recording.long_calls import TURNS_A_MINUTE, scored
from tests.evals.recording.played_calls import check_at_10_db, medians, open_voices

pytestmark = pytest.mark.bench

HOURS = 4
BYTES_A_STEP = (
    160  # of both channels, for each 10 ms; their samples as floats would be 640 at 8 kHz, 3840 at 48
)


def test_memory_of_a_long_recording_is_bounded_by_its_steps(tmp_path: Path) -> None:
    _, short = scored(tmp_path / "short.wav", 1)
    turns, long = scored(tmp_path / "long.wav", HOURS * 60)
    assert turns == HOURS * 60 * TURNS_A_MINUTE
    steps = HOURS * 3600 * 100
    print(
        f"\nA recording of {HOURS} hours took {long / 2**20:.0f} MiB at most, one of a minute {short / 2**20:.0f} MiB: "
        f"{(long - short) / steps:.0f} bytes for each 10 ms of both channels"
    )
    assert long - short <= BYTES_A_STEP * steps


@pytest.mark.parametrize("noise", ["white", "street", "car"])
def test_calls_at_10_db_are_measured_within_60_ms(noise: str, tmp_path: Path) -> None:
    with open_voices(tmp_path / "voices") as voices:
        found = medians(check_at_10_db(noise, tmp_path, voices))
    print(f"\n{noise} at 10 dB, median errors in ms: " + ", ".join(f"{k} {v:.0f}" for k, v in found.items()))
