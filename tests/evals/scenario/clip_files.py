"""Clips for tests."""

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import soundfile

from agent.turn import Json


def write_clip(
    path: Path,
    *,
    seconds: float = 0.4,
    rate_hz: int = 8000,
    channels: int = 1,
    manifest: Mapping[str, Json] | None = None,
) -> Path:
    """A tone at `path`, with a row in its folder's manifest when one is given."""
    path.parent.mkdir(parents=True, exist_ok=True)
    tone = (3000 * np.sin(np.arange(int(seconds * rate_hz)) * 0.3)).astype(np.int16)
    soundfile.write(path, np.column_stack([tone] * channels), rate_hz)
    if manifest is not None:
        row = json.dumps({"audio": path.name, **manifest})
        (path.parent / "manifest.jsonl").write_text(f"\n{row}\n", "utf-8")
    return path
