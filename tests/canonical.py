"""A run's results in one form, to compare byte for byte: whoever played them, in whatever order, in whatever time."""

from __future__ import annotations

from pathlib import Path

from evals.record import canonical_json
from evals.store.parts import audio_file, read_parts


def canonical_rows(run_folder: Path) -> bytes:
    """Every call's record with its tracks' hashes, measurements, checks and grades, a line each, ordered by case."""
    return b"".join(
        canonical_json(
            {
                "record": call.record,  # its tracks are hashes in this form, and were read and compared with the WAVs
                "record_sha256": call.record_sha256,
                "audio": (path := audio_file(run_folder, call)) and path.name,
                "measurements": call.measurements,
                "checks": call.checks,
                "scorecard": call.scorecard,
            }
        ).encode()
        + b"\n"
        for call in sorted(read_parts(run_folder), key=lambda call: call.record.case_id)
    )
