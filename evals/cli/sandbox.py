"""`milliwatt sandbox`: calendar, CRM and chat APIs on this machine, to try an agent's tools against."""

from __future__ import annotations

from typing import Annotated

import typer

from evals.cli.common import app, err, out


@app.command(epilog="Example: milliwatt sandbox --seed 7 --fault cal.create_booking=lost:1:1 --for 60")
def sandbox(
    port: Annotated[int, typer.Option(help="On 127.0.0.1; 0 for any that is free.", min=0, max=65_535)] = 0,
    seed: Annotated[int, typer.Option(help="Of the faults.", min=0)] = 1,
    fault: Annotated[
        list[str] | None,
        typer.Option(
            help="OPERATION=KIND[:RATE[:TIMES]] (repeat it): kinds are timeout, lost (done, but no answer), error, "
            "rate_limited, malformed, slow; OPERATION may hold `*`."
        ),
    ] = None,
    unlimited: Annotated[
        bool, typer.Option("--unlimited", help="Without the vendors' own rate limits.")
    ] = False,
    for_s: Annotated[
        float | None, typer.Option("--for", help="Stop after so many seconds; else on Ctrl-C.", min=0.0)
    ] = None,
) -> None:
    """Serves Cal.com, HubSpot, Slack and webhooks on loopback, in memory, with faults by seed.

    Prints the variables that point the agent's tools at it. GET /sandbox/effects shows what was done.

    Exit status: 0 it was stopped, 2 bad input.
    """
    from evals.commands.sandbox import serve_sandbox

    serve_sandbox(
        port=port, seed=seed, faults=fault or [], limited=not unlimited, for_s=for_s, out=out, err=err
    )
