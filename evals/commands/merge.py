"""`milliwatt merge`: the shards of a run, from this machine and others, made into the run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from evals.commands.judged import Judging, exit_status
from evals.errors import BadInput
from evals.report import text
from evals.store.duck import merge_run
from evals.store.merging import find_shards, merge_shards
from evals.store.runs import RUNS_FOLDER, resolve_run


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeOptions:
    """The command's options."""

    runs: tuple[str, ...]
    sources: tuple[Path, ...]
    allow_missing: bool
    reports: Path
    db: Path


def merge_runs(options: MergeOptions, *, out: Console, err: Console) -> int:
    """Merges the shards, stores and judges the run, and returns the exit status.

    Raises:
        HarnessError: these are not all the shards of one run, or the run cannot be written or stored.
    """
    merged = merge_shards(
        _folders(options),
        options.reports,
        allow_missing=options.allow_missing,
        say=lambda line: err.print(line, highlight=False, soft_wrap=True),
    )
    count = len(merged.info.merged)
    err.print(f"run {merged.info.run_id}: merged of {count} shard(s)", highlight=False, soft_wrap=True)
    for line in merged.lacking:
        err.print(f"not merged: {line}", style="yellow", highlight=False, markup=False, soft_wrap=True)
    judging = Judging(merged.folder)
    merge_run(
        options.db,
        merged.folder,
        calls=judging.calls(),
        say=lambda line: err.print(line, highlight=False),
    )
    summary = judging.summary()
    out.print(text.render(summary))
    return exit_status(summary)


def _folders(options: MergeOptions) -> list[Path]:
    mistakes = [f"--from {folder}: no such folder" for folder in options.sources if not folder.is_dir()]
    if mistakes:
        raise BadInput("merge", mistakes)
    if not options.runs:
        found = [folder for source in options.sources for folder in find_shards(source)]
        if not found:
            where = ", ".join(map(str, options.sources))
            raise BadInput(
                "merge", [f"there is no shard in {where}" if where else "name the shards' runs, or --from"]
            )
        return found
    folders = []
    for name in options.runs:
        try:
            folders.append(_resolved(name, options.reports, options.sources))
        except BadInput as error:
            mistakes += [f"{error.where}: {mistake}" for mistake in error.mistakes]
    if mistakes:
        raise BadInput("merge", mistakes)
    return folders


def _resolved(name: str, reports: Path, sources: Sequence[Path]) -> Path:
    """The run that `name` means: among those of `reports`, or of the first of the other folders that knows it."""
    try:
        return resolve_run(reports, name)
    except BadInput:
        for source in sources:
            for folder in (source, *sorted(path.parent for path in source.glob(f"*/{RUNS_FOLDER}"))):
                try:
                    return resolve_run(folder, name)
                except BadInput:
                    continue
        raise
