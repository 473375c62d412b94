"""The one place where a real cognitive layer is put together, or the client of one that runs elsewhere.

Apart from `assembly`, so that a service of the cognitive layer loads no ears and no voice.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping

from agent.cognitive.flow import Flow
from agent.cognitive.orchestrator import FlowOrchestrator
from agent.cognitive.ports import CallStore, Tool
from agent.remote_turn import FLOW_TOKEN, RemoteFlow
from agent.settings import AgentSettings


def make_dialogue(
    flow: Flow,
    tools: Mapping[str, Tool],
    *,
    store: CallStore | None = None,
    patience_s: float = 0.0,
    stopwatch: Callable[[], int] | None = None,
) -> FlowOrchestrator:
    """The cognitive layer over a flow.

    Args:
        flow: the conversation.
        tools: by name, every tool that the flow calls.
        store: state and journal; this process's memory when left out.
        patience_s: how long a turn that overtook the one before it waits for it; 0 where none can.
        stopwatch: reads nanoseconds for the stage times of traces; without it they have none.
    """
    return FlowOrchestrator(flow, tools, store, patience_s=patience_s, stopwatch=stopwatch)


def remote_dialogue(settings: AgentSettings) -> RemoteFlow | None:
    """The client of the cognitive layer that runs elsewhere; None where the settings name none."""
    if not settings.flow_url:
        return None
    return RemoteFlow(settings.flow_url, token=os.environ.get(FLOW_TOKEN, ""))
