"""What every command shares: the app they belong to, its two consoles, the options they have in common."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

app = typer.Typer(
    name="milliwatt",
    help="Plays calls against a voice agent, measures them, and says whether callers are worse off.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

out = Console()
err = Console(stderr=True)

Reports = Annotated[Path, typer.Option("--reports", help="Folder of runs, reports and the store.")]
Database = Annotated[
    Path | None, typer.Option("--db", help="The DuckDB store; `milliwatt.duckdb` in the reports folder.")
]
RunName = Annotated[str, typer.Argument(help="A run's id, the beginning of one, its folder, or `latest`.")]
