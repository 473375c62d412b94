"""The sandbox on a port of this machine, in a thread of its own, for as long as one is inside its `with`."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import uvicorn

from agent.clock import pause, stopwatch_ns
from agent.units import NS_PER_S
from evals.errors import BadInput, HarnessError
from evals.sandbox import cal_com, hooks, hubspot, slack
from evals.sandbox.app import make_app
from evals.sandbox.faults import Fault
from evals.sandbox.state import EVENT_TYPE_ID, SandboxState

START_S = 10.0
STOP_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningSandbox:
    """A sandbox that answers at `url`; `state` is what was done in it."""

    url: str
    state: SandboxState

    def environment(self) -> dict[str, str]:
        """The variables that point the agent's tools here; nothing in them is secret."""
        return {
            "CAL_COM_API_KEY": cal_com.API_KEY,
            "CAL_COM_EVENT_TYPE_ID": str(EVENT_TYPE_ID),
            "CAL_COM_BASE_URL": f"{self.url}/cal.com/v2",
            "HUBSPOT_TOKEN": hubspot.TOKEN,
            "HUBSPOT_BASE_URL": f"{self.url}/hubspot",
            "SLACK_BOT_TOKEN": slack.TOKEN,
            "SLACK_CHANNEL": slack.CHANNEL,
            "SLACK_BASE_URL": f"{self.url}/slack/api",
            "SLACK_WEBHOOK_URL": f"{self.url}/slack/services/{slack.WEBHOOK_PATH}",
            # For docs/examples/webhooks.json, which MILLIWATT_WEBHOOKS may name.
            "ADD_SUPPRESSION_URL": f"{self.url}/hooks/crm.add_suppression",
            "SEND_VIDEO_URL": f"{self.url}/hooks/crm.send_video",
            "TRANSFER_URL": f"{self.url}/hooks/transfer_to_human",
            "WEBHOOK_SECRET": hooks.SECRET,
        }


@contextmanager
def sandbox(
    *,
    port: int = 0,
    seed: int = 1,
    faults: Sequence[Fault] = (),
    limited: bool = True,
    state: SandboxState | None = None,
) -> Iterator[RunningSandbox]:
    """A sandbox that answers on loopback.

    Args:
        port: 0 for any that is free.
        limited: whether the vendors' rate limits hold.

    Raises:
        BadInput: the port cannot be had.
    """
    state = state if state is not None else SandboxState()
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind(("127.0.0.1", port))
        except OSError as error:
            raise BadInput(f"port {port}", [f"cannot be had: {error.strerror}"]) from error
        config = uvicorn.Config(
            make_app(state, faults, seed=seed, limited=limited),
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            # Answers that never come must not keep it from stopping.
            timeout_graceful_shutdown=1,
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([listening],), name="sandbox", daemon=True)
        thread.start()
        try:
            _await_start(server, thread)
            yield RunningSandbox(url=f"http://127.0.0.1:{listening.getsockname()[1]}", state=state)
        finally:
            server.should_exit = True
            thread.join(STOP_S)


def _await_start(server: uvicorn.Server, thread: threading.Thread) -> None:
    deadline_ns = stopwatch_ns() + round(START_S * NS_PER_S)
    while not server.started:
        if not thread.is_alive() or stopwatch_ns() > deadline_ns:
            raise HarnessError("the sandbox did not start")
        pause(0.005)
