"""`milliwatt store`: the store of results."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from evals.cli.common import Database, Reports, app, err, out

store_app = typer.Typer(no_args_is_help=True, help="The store of results.")
app.add_typer(store_app, name="store")


@store_app.command("rebuild", epilog="Example: milliwatt store rebuild")
def store_rebuild(reports: Reports = Path("reports"), db: Database = None) -> None:
    """Makes the DuckDB store again from the runs' parts."""
    from evals.store.duck import rebuild
    from evals.store.runs import RUNS_FOLDER

    path = db or reports / "milliwatt.duckdb"
    count = rebuild(path, reports / RUNS_FOLDER, say=err.print)
    out.print(f"{path}: {count} run(s)")


@store_app.command("export", epilog="Example: milliwatt store export parquet/")
def store_export(
    folder: Annotated[Path, typer.Argument(help="Where the Parquet files go.")],
    reports: Reports = Path("reports"),
    db: Database = None,
) -> None:
    """Writes each table of the store as a Parquet file."""
    from evals.store.duck import export

    for path in export(db or reports / "milliwatt.duckdb", folder):
        out.print(str(path))
