"""`milliwatt corpus import`: progress while transcripts are read, and what came of them."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from evals.errors import BadInput
from evals.importing.importer import Imported, ImportRequest, import_transcripts


def import_files(request: ImportRequest, *, out: Console, err: Console) -> int:
    """Imports the transcripts and returns the exit status.

    Raises:
        HarnessError: bad input, or a suite cannot be written.
    """
    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TimeElapsedColumn(),
        console=err,
        disable=not err.is_terminal,
    ) as progress:
        size = sum(path.stat().st_size for path in request.files if path.is_file())
        bar = progress.add_task("reading transcripts", total=size)
        count = 0

        def found() -> None:
            nonlocal count
            count += 1
            progress.update(bar, description=f"reading transcripts: {count} conversation(s)")

        imported = import_transcripts(request, progress=lambda size: progress.advance(bar, size), found=found)
    for line in report(imported):
        out.print(line, highlight=False, markup=False, soft_wrap=True)
    return 0


def report(imported: Imported) -> list[str]:
    """What was found, left out and written, a line each."""
    lines = []
    for file in imported.files:
        how = "found by its content" if file.detected else "as told"
        lines.append(f"{file.path}: {file.format} ({how}), {file.conversations} conversation(s)")
    notes = imported.notes
    head = imported.head
    lines.append(f"flow {head.flow}, {head.now} in {head.time_zone}, when diverged: {head.when_diverged}")
    counted = [
        (notes.marks, "mark(s) in square brackets, such as [laughs], left out"),
        (notes.characters, "character(s) that no suite can hold left out"),
        (notes.silences, "turn(s) of callers without a word became silence"),
        (notes.cut_replies, "very long repl(ies) of the agent cut to their end"),
    ]
    lines += [f"{count} {what}" for count, what in counted if count]
    lines += [f"{path}: {count} scenario(s)" for path, count in imported.suites]
    paths = " ".join(str(path) for path, _ in imported.suites)
    return [*lines, f"play: milliwatt run {paths} --level text"]


def pairs(options: Sequence[str], option: str, known: Sequence[str] | None = None) -> dict[str, str]:
    """Options of the form NAME=VALUE as a mapping.

    Raises:
        BadInput: one is not of that form, its name is unknown, or it is given twice.
    """
    found: dict[str, str] = {}
    mistakes = []
    for text in options:
        name, equals, value = text.partition("=")
        if not equals or not name.strip() or not value.strip():
            mistakes.append(f"{option} {text}: write it as NAME=VALUE")
        elif known is not None and name not in known:
            mistakes.append(f"{option} {text}: there are {', '.join(known)}")
        elif name in found:
            mistakes.append(f"{option} {text}: `{name}` is given twice")
        found[name] = value
    if mistakes:
        raise BadInput("options", mistakes)
    return found
