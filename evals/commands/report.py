"""`milliwatt report`: a run as something to read."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from evals.errors import BadInput, StoreError
from evals.report import json_report, junit, markdown
from evals.report.html import write_html
from evals.report.summary import summarise
from evals.store.flows import read_flows
from evals.store.parts import read_parts, read_run_info, read_verdicts
from evals.store.runs import resolve_run

_SUFFIX = {"html": ".html", "md": ".md", "junit": ".xml", "json": ".json"}
STANDARD_OUTPUT = Path("-")


def write_report(run_name: str, form: str, output: Path | None, reports: Path, *, out: Console) -> int:
    """Writes the report and says where it is.

    Raises:
        HarnessError: there is no such run, or the file cannot be written.
    """
    folder = resolve_run(reports, run_name)
    info = read_run_info(folder)
    path = output or folder / f"report{_SUFFIX[form]}"
    if form == "html":
        if path == STANDARD_OUTPUT:
            raise BadInput("--output -", ["an HTML report comes with its audio beside it; name a file"])
        out.print(f"report: {write_html(folder, path)}", highlight=False, soft_wrap=True)
        return 0
    calls = list(read_parts(folder, tracks=False))
    gates = [verdict for verdicts in read_verdicts(folder).values() for verdict in verdicts]
    summary = summarise(info, calls, gates=gates, flows=read_flows(folder))
    render = {"md": markdown.render, "junit": junit.render, "json": json_report.render}[form]
    text = render(summary, calls)
    if path == STANDARD_OUTPUT:
        out.out(text, highlight=False)
        return 0
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise StoreError(f"cannot write {path}: {error.strerror}") from error
    out.print(f"report: {path}", highlight=False, soft_wrap=True)
    return 0
