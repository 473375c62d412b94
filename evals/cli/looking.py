"""`milliwatt dashboard` and `doctor`: the review pages, and what this machine lacks."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from evals.cli.common import Database, Reports, app, out


@app.command(epilog="Example: milliwatt dashboard --port 8501")
def dashboard(
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8501,
    reports: Reports = Path("reports"),
    db: Database = None,
) -> None:
    """Opens the review pages in a browser: runs with their trends, and one call with its audio."""
    from evals.commands.dashboard import serve_dashboard

    raise typer.Exit(serve_dashboard(port, reports, db or reports / "milliwatt.duckdb"))


@app.command(epilog="Example: milliwatt doctor")
def doctor() -> None:
    """Says what this machine lacks and how to get it."""
    from evals.doctor import examine, render

    findings = examine()
    out.print(render(findings), highlight=False, markup=False)
    raise typer.Exit(0 if all(finding.ok or finding.optional for finding in findings) else 1)
