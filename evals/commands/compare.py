"""`milliwatt compare`: two runs side by side, as something to read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from evals.commands.gate import run_or_baselines, shard_notes
from evals.commands.report import STANDARD_OUTPUT
from evals.errors import BadInput
from evals.record import Level
from evals.report.comparison import json_report, markdown, text
from evals.report.comparison.html import write_html
from evals.report.comparison.model import Comparison, Side
from evals.report.comparison.reading import TextRuns, compare, side_of_baseline, side_of_run
from evals.run_info import RunInfo
from evals.scoring.gate import exit_status
from evals.scoring.gate_file import kept_gates, load_gates
from evals.scoring.gates import DEFAULT_GATES, Gates
from evals.store.baselines import find_baseline
from evals.store.disk import disk_errors, make_folder, write_atomically
from evals.store.parts import write_verdicts
from evals.store.runs import list_runs, resolve_run

_SUFFIX = {"text": ".txt", "html": ".html", "md": ".md", "json": ".json"}


@dataclass(frozen=True, slots=True, kw_only=True)
class CompareOptions:
    """The command's options."""

    before: str
    after: str
    form: str = "text"
    output: Path | None = None
    text: tuple[str, str] | None = None
    also: tuple[str, ...] = ()
    gates: Path | None = None
    calls: int = 3
    reports: Path = Path("reports")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What a name means: a side of the comparison, and the run's folder where it is a run."""

    side: Side
    folder: Path | None = None


def compare_two(options: CompareOptions, *, out: Console, err: Console) -> int:
    """Compares, writes or prints, and returns the exit status.

    Raises:
        HarnessError: a run or an option cannot be used, or no case of the two can be compared.
    """
    if options.form == "html" and options.output == STANDARD_OUTPUT:
        raise BadInput("--output -", ["an HTML report comes with its audio beside it; name a file"])
    with err.status("reading the two runs"):
        before, after = _found(options.reports, options.before), _found(options.reports, options.after)
        texts, found_by = _text_runs(options, before, after)
        comparison = compare(
            before.side,
            after.side,
            gates=_gates(options, before, after),
            folders=(before.folder, after.folder),
            text=texts,
            notes=[*shard_notes(before.side.run, after.side.run), *_baseline_notes(before, after), *found_by],
            among=[resolve_run(options.reports, name) for name in options.also],
        )
    if after.folder is not None:
        write_verdicts(after.folder, before.side.name, comparison.verdicts)
    _write(comparison, options, before, after, out=out)
    return exit_status(comparison.verdicts)


def _found(reports: Path, name: str) -> _Found:
    file = find_baseline(reports, name)
    if file is not None:
        return _Found(side=side_of_baseline(file))
    folder = run_or_baselines(reports, name)
    return _Found(side=side_of_run(folder), folder=folder)


def _gates(options: CompareOptions, before: _Found, after: _Found) -> Gates:
    if options.gates is not None:
        return load_gates(options.gates)
    folder = after.folder or before.folder
    return DEFAULT_GATES if folder is None else kept_gates(folder)


def _text_runs(options: CompareOptions, before: _Found, after: _Found) -> tuple[TextRuns | None, list[str]]:
    if options.text is not None:
        first, second = (resolve_run(options.reports, name) for name in options.text)
        return TextRuns(before=first, after=second), []
    old, new = before.side.run, after.side.run
    if old is None or new is None or Level.TEXT in (old.level, new.level):
        return None, []
    found = [_text_run_like(options.reports, run) for run in (old, new)]
    if found[0] is None or found[1] is None:
        return None, []
    note = f"the layers are told apart with the text-level runs {found[0].name} and {found[1].name}"
    return TextRuns(before=found[0], after=found[1]), [note]


def _text_run_like(reports: Path, run: RunInfo) -> Path | None:
    """The newest run at text level of the same suites, agent, settings and commit; none of an uncommitted tree.

    A tree with changes (`+`) is not told apart from another with other changes.
    """
    if not run.commit or run.commit.endswith("+"):
        return None
    same = ("suite_sha256", "target", "settings", "commit", "seed")
    alike = [
        stored.folder
        for stored in list_runs(reports)
        if stored.info.level == Level.TEXT
        and not stored.info.shard
        and all(getattr(stored.info, name) == getattr(run, name) for name in same)
    ]
    return alike[-1] if alike else None


def _baseline_notes(*found: _Found) -> list[str]:
    return [
        f"{one.side.name} is a baseline, which keeps no words: compare two runs to see their turns"
        for one in found
        if one.folder is None
    ]


def _write(
    comparison: Comparison, options: CompareOptions, before: _Found, after: _Found, *, out: Console
) -> None:
    form = options.form
    if form == "text" and options.output is None:
        out.print(text.render(comparison, calls=options.calls))
        return
    path = options.output or _usual_path(options, before, after)
    if form == "html":
        write_html(comparison, path, folders=(before.folder, after.folder))
    else:
        if form == "text":
            plain = Console(width=160, record=True, file=None, quiet=False, no_color=True)
            with plain.capture() as captured:
                plain.print(text.render(comparison, calls=options.calls))
            rendered = captured.get()
        else:
            rendered = (markdown if form == "md" else json_report).render(comparison)
        if path == STANDARD_OUTPUT:
            out.out(rendered, highlight=False)
            return
        make_folder(path.parent)
        with disk_errors(f"cannot write {path}"):
            write_atomically(path, rendered.encode())
    out.print(f"comparison: {path}", highlight=False, soft_wrap=True)


def _usual_path(options: CompareOptions, before: _Found, after: _Found) -> Path:
    folder = after.folder or before.folder or options.reports
    return folder / f"compared-with-{before.side.name}{_SUFFIX[options.form]}"
