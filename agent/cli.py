"""The agent's own commands: `python -m agent serve` needs nothing of the harness, which has the same under its name."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from agent.errors import BadSettings

SERVE_TOKEN = "MILLIWATT_SERVE_TOKEN"
"""The environment's name for the token that clients must bring."""

_LOOPBACK = ("127.0.0.1", "::1", "localhost")


def serve(
    role: Annotated[str, typer.Option(help="What is served: `flow`, the cognitive layer.")] = "flow",
    flow: Annotated[
        list[str] | None,
        typer.Option("--flow", help="A flow's name, or a flow file (repeat it).", show_default="booking"),
    ] = None,
    agent: Annotated[
        list[str] | None,
        typer.Option(
            "--agent",
            help="An agent's name, or an agent file (repeat it): flow, tools, stores, all of it.",
            metavar="FILE",
        ),
    ] = None,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="0 takes a free one.", min=0, max=65535)] = 8080,
    webhook: Annotated[str, typer.Option(help="Address that answers the flows' tools.", metavar="URL")] = "",
    read_only_tool: Annotated[
        list[str] | None, typer.Option(help="A tool of the webhook that changes nothing (repeat it).")
    ] = None,
    turn_log: Annotated[
        Path | None,
        typer.Option(
            help="Log every turn to this file: with what callers said, or redacted where an agent file is served.",
            metavar="FILE",
        ),
    ] = None,
    turn_log_mib: Annotated[int, typer.Option(help="A fuller log is put aside.", min=1, max=100_000)] = 100,
    turn_logs_kept: Annotated[int, typer.Option(help="Full logs kept beside it.", min=0, max=10_000)] = 9,
    otlp: Annotated[
        str,
        typer.Option(
            help="Collector's address for traces over OTLP/HTTP.",
            metavar="URL",
            envvar="OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
        ),
    ] = "",
    turns: Annotated[int, typer.Option(help="Turns in flight at once.", min=1, max=100_000)] = 256,
    turn_s: Annotated[float, typer.Option(help="Longest a turn may take.", min=0.1, max=600)] = 30.0,
    grace_s: Annotated[
        float, typer.Option(help="Given to turns in flight at SIGTERM.", min=1, max=600)
    ] = 30.0,
) -> None:
    """Answers turns over HTTP until it is stopped; prints its address once it does.

    Clients must bring the token that the environment names as MILLIWATT_SERVE_TOKEN, when it names one.

    Exit status: 0 stopped by SIGTERM or Ctrl-C, 2 bad input.
    """
    if role != "flow":
        raise BadSettings(f"--role {role}: there is `flow`")
    missing = [name for name in ("starlette", "uvicorn", "httpx") if find_spec(name) is None]
    if missing:
        raise BadSettings(f"serve: {', '.join(missing)} not installed; pip install 'milliwatt[serve]'")
    from agent.serving.app import make_app
    from agent.serving.flow_service import FlowServiceOptions, make_service
    from agent.serving.limits import Limits
    from agent.serving.log import log_event, log_to_stderr
    from agent.serving.server import serve_app

    limits = Limits(turns=turns, turn_s=turn_s, grace_s=grace_s)
    token = os.environ.get(SERVE_TOKEN, "")
    service = make_service(
        FlowServiceOptions(
            flows=flow or ([] if agent else ["booking"]),
            agents=agent or (),
            environment=os.environ,
            webhook=webhook,
            read_only_tools=read_only_tool or (),
            turn_log=turn_log,
            turn_log_bytes=turn_log_mib * 1024 * 1024,
            turn_logs_kept=turn_logs_kept,
            otlp=otlp,
            token=token,
            limits=limits,
        )
    )
    log_to_stderr()
    if not token and host not in _LOOPBACK:
        log_event("service.open", advice=f"anybody who reaches {host} may send turns; set {SERVE_TOKEN}")

    def started(address: str) -> None:
        typer.echo(f"{', '.join(service.flows)} at {address}")
        log_event("service.started", address=address, flows=", ".join(service.flows), token=bool(token))

    serve_app(make_app(service), host=host, port=port, limits=limits, on_start=started)
