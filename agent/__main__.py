"""`python -m agent serve ...`: the agent without the harness."""

from __future__ import annotations

import sys

import typer

from agent.cli import serve
from agent.errors import AgentError

app = typer.Typer(
    name="agent",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def main() -> None:
    """A voice agent that answers the phone."""


app.command(epilog="Example: python -m agent serve --agent booking --turn-log turns.jsonl")(serve)

if __name__ == "__main__":
    try:
        app()
    except AgentError as error:
        typer.secho(f"agent: {error}", fg="red", err=True)
        sys.exit(2)
