"""Which file a suite's `flow` means, and the names in it that expectations may use."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from agent.cognitive.flow_file import BUILT_IN_FLOWS, load_flow


@dataclass(frozen=True, slots=True)
class FlowNames:
    """The states of a flow, the outcomes a call on it can have, and the tools it may call."""

    states: frozenset[str]
    outcomes: frozenset[str]
    tools: frozenset[str]


def flow_path(flow: str, folder: Path) -> Path:
    """The file of a flow: `booking` is `agent/flows/booking.json`; with `/` or `.json` in it, a path from `folder`."""
    if "/" in flow or flow.endswith(".json"):
        return folder / flow
    return BUILT_IN_FLOWS / f"{flow}.json"


def built_in_flows() -> list[str]:
    """The flows that come with the product."""
    return sorted(path.stem for path in BUILT_IN_FLOWS.glob("*.json"))


def flow_names(path: Path) -> FlowNames:
    """The names of the flow at `path`.

    Raises:
        BadFlow: it is missing or has mistakes.
    """
    flow = load_flow(path)
    return FlowNames(frozenset(flow.states), frozenset(flow.outcomes()), frozenset(flow.tools))
