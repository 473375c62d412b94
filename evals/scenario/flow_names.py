"""Which file a suite's `flow` means, and the names in it that expectations may use."""

from __future__ import annotations

import importlib.resources
import json
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class FlowNames:
    """The states of a flow and the outcomes that its end states declare."""

    states: frozenset[str]
    outcomes: frozenset[str]


def flow_path(flow: str, folder: Path) -> Path:
    """The file of a flow: `booking` is `agent/flows/booking.json`; with `/` or `.json` in it, a path from `folder`."""
    if "/" in flow or flow.endswith(".json"):
        return folder / flow
    return Path(str(importlib.resources.files("agent").joinpath("flows", f"{flow}.json")))


def flow_names(path: Path) -> FlowNames:
    """Reads the names of the flow at `path`; `OSError` or `ValueError` when it cannot be read."""
    states = json.loads(path.read_text("utf-8"))["states"]
    return FlowNames(frozenset(states), frozenset(s["outcome"] for s in states.values() if "outcome" in s))
