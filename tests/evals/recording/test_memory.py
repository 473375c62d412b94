"""How much memory a recording takes; tests/bench measures four hours."""

from __future__ import annotations

from pathlib import Path

from tests.evals.recording.long_calls import TURNS_A_MINUTE, scored

MINUTES = 12
MOST_MORE_BYTES = 25_000_000  # than one minute takes; the samples as floats would be 46 MB


def test_recording_is_read_in_blocks_and_never_held(tmp_path: Path) -> None:
    turns, short = scored(tmp_path / "short.wav", 1)
    assert turns == TURNS_A_MINUTE
    turns, long = scored(tmp_path / "long.wav", MINUTES)
    assert turns == MINUTES * TURNS_A_MINUTE
    assert long - short <= MOST_MORE_BYTES
