"""`milliwatt corpus confusions`: a recogniser's errors, fitted on what stored calls said and heard."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from evals.errors import BadInput
from evals.generating.confusion_fit import HeardLine, fit
from evals.generating.confusions import ConfusionModel
from evals.generating.confusions_file import confusions_text
from evals.metrics.words_heard import compared_turns, no_texts
from evals.record import CallRecord
from evals.store.disk import make_folder, write_atomically
from evals.store.parts import read_parts
from evals.store.runs import resolve_run


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfusionOptions:
    """What `milliwatt corpus confusions` was asked for: runs at audio level, and the file to write."""

    runs: tuple[str, ...]
    out: Path
    reports: Path
    force: bool = False


def fit_confusions(options: ConfusionOptions, *, out: Console) -> int:
    """Fits the model and writes it; returns the exit status.

    Raises:
        HarnessError: a run cannot be used or read, or the file not written.
    """
    if options.out.exists() and not options.force:
        raise BadInput("--out", [f"{options.out} is there already; --force writes it anew"])
    heard: list[HeardLine] = []
    sources: dict[str, int] = {}
    recognisers: dict[str, Mapping[str, str]] = {}
    mistakes: list[str] = []
    for name in options.runs:
        folder = resolve_run(options.reports, name)
        before, why = len(heard), "no caller spoke"
        for call in read_parts(folder, tracks=False):
            why = no_texts(call.record) or why
            told = _recogniser(call.record)
            recognisers[" ".join(told.values())] = told
            heard += _heard_lines(call.record)
        sources[folder.name] = len(heard) - before
        if len(heard) == before:
            mistakes.append(f"{folder.name}: nothing that was said and heard: {why}")
    if len(recognisers) > 1:
        mistakes.append(f"the runs are of several recognisers: {', '.join(sorted(recognisers))}")
    if mistakes:
        raise BadInput("corpus confusions", mistakes)
    model = fit(heard, recogniser=next(iter(recognisers.values())), sources=sources)
    make_folder(options.out.parent)
    write_atomically(options.out, confusions_text(model).encode())
    for line in _fitted(options.out, model):
        out.print(line, highlight=False, markup=False, soft_wrap=True)
    return 0


def _recogniser(record: CallRecord) -> dict[str, str]:
    """What was measured: the recogniser by its provider's name, and the version that it came with."""
    settings = record.agent.get("settings")
    stt = settings.get("stt", "") if isinstance(settings, Mapping) else ""
    return {"stt": str(stt), "milliwatt": str(record.agent.get("version", ""))}


def _heard_lines(record: CallRecord) -> list[HeardLine]:
    """Every utterance with words of which is known what was heard."""
    if no_texts(record):
        return []
    line = str(record.line.get("name", ""))
    return [
        HeardLine(line=line, said=turn.said, heard=turn.heard)
        for turn in compared_turns(record)
        if turn.said and not turn.excuse
    ]


def _fitted(path: Path, model: ConfusionModel) -> list[str]:
    lines = [f"{path}: {sum(model.sources.values())} utterances of {len(model.sources)} run(s)"]
    for name, condition in model.conditions.items():
        words = max(1, condition.words)
        lines.append(
            f"{name}: {condition.utterances} utterances, {condition.nothing} without a word; of {condition.words} words"
            f" {condition.substitutions / words:.3f} taken for others, {condition.deletions / words:.3f} lost,"
            f" {condition.insertions / words:.3f} made up; spread {condition.spread:.1f}"
        )
    return lines
