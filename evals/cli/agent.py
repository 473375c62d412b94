"""`milliwatt agent`: agent files, checked and shown."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from evals.cli.common import app, err, out

agent_app = typer.Typer(no_args_is_help=True, help="Agent files: checked, and what they are made of.")
app.add_typer(agent_app, name="agent")


@agent_app.callback()
def agent() -> None:
    """Agent files: checked, and what they are made of."""


@agent_app.command("check", epilog="Example: milliwatt agent check booking agents/night.toml --environment")
def agent_check(
    files: Annotated[
        list[str], typer.Argument(help="Names of built-in agents, or agent files.", metavar="FILE...")
    ],
    environment: Annotated[
        bool, typer.Option("--environment", help="Also say what this environment lacks: keys, extras.")
    ] = False,
) -> None:
    """Says all that is wrong with agent files, their flows included. Exit status: 0 nothing, 2 something."""
    from evals.commands.agent import check_agents

    raise typer.Exit(check_agents(files, os.environ if environment else None, out=out, err=err))


@agent_app.command("show", epilog="Example: milliwatt agent show booking")
def agent_show(
    file: Annotated[str, typer.Argument(help="A built-in agent's name, or an agent file.", metavar="FILE")],
) -> None:
    """Shows what an agent is made of: flow, tools with vendors, models, stores, guard, and which secrets are set."""
    from evals.commands.agent import show_agent

    show_agent(file, os.environ, out=out)
