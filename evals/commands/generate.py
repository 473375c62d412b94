"""`milliwatt corpus generate`: progress while conversations are made, and what came of it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)

from agent.cognitive.flow import Flow
from agent.cognitive.flow_file import load_flow
from evals.errors import BadInput
from evals.generating.confusions import ConfusionModel
from evals.generating.confusions_file import confusions_path, load_confusions
from evals.generating.generator import Request, Tally, conversations
from evals.generating.plan import SPOKEN, Plan, plan_for
from evals.generating.suite_lines import Head, head_line, scenario_line
from evals.generating.variations import Rates, Variation, rates
from evals.generating.wording import Wording
from evals.generating.wording_file import BUILT_IN as BUILT_IN_WORDINGS
from evals.generating.wording_file import load_wording
from evals.scenario.fields import NAME, did_you_mean
from evals.scenario.file import JSON_LINES_SUFFIX, load_suite
from evals.scenario.flow_names import flow_path
from evals.scenario.json_lines import MAX_JSON_BYTES
from evals.scenario.lines import BUILT_IN as BUILT_IN_LINES
from evals.scenario.lines import CLEAN
from evals.scenario.model import Scenario, StepKind, Suite
from evals.scenario.yaml_lines import MAX_LINE
from evals.sim.world import check_world
from evals.store.disk import make_folder, write_atomically
from evals.suite import GATES_FILE
from evals.version import HARNESS_VERSION

NO_CONFUSIONS = "none"

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerateOptions:
    """What `milliwatt corpus generate` was asked for.

    Attributes:
        suites: suite files; a `gates.yaml` among them is passed over.
        out: the suite to write.
        count, seed: how many conversations, and of which dice.
        vary: options such as `keys=0.5`; see `evals.generating.variations`.
        confusions: a model of a recogniser's errors by name or path, or `none`.
        lines: line conditions that the calls take turns on; the scenarios' own when empty.
        wording: a file of the user's own sentences; the flow's when None.
        name: the suite's name; its file's when empty.
        force: write the file anew if it is there.
    """

    suites: tuple[Path, ...]
    out: Path
    count: int
    seed: int = 1
    vary: tuple[str, ...] = ()
    confusions: str = NO_CONFUSIONS
    lines: tuple[str, ...] = ()
    wording: Path | None = None
    name: str = ""
    force: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Material:
    """All that generating needs, read and checked."""

    suites: tuple[Suite, ...]
    flow: Flow
    wording: Wording
    confusions: ConfusionModel | None
    rates: Rates
    plans: tuple[Plan, ...]
    head: Head
    left_out: int = 0


def generate(options: GenerateOptions, *, out: Console, err: Console) -> int:
    """Writes the suite and returns the exit status: 1 when fewer conversations than asked for are to be had.

    Raises:
        HarnessError: bad input, or the suite cannot be written.
    """
    material = _material(options)
    tally = Tally()
    text = [head_line(material.head)]
    request = Request(
        plans=material.plans,
        count=options.count,
        seed=options.seed,
        rates=material.rates,
        confusions=material.confusions,
        lines=options.lines,
    )
    with _progress(err) as progress:
        bar = progress.add_task("making conversations", total=options.count)
        for scenario in conversations(request, material.flow, material.wording, tally):
            text.append(scenario_line(scenario, material.head))
            if tally.made % 100 == 0:
                progress.update(bar, completed=tally.made)
        progress.update(bar, completed=tally.made)
    data = "".join(text).encode()
    _check_readable(options.out, text, len(data))
    make_folder(options.out.parent)
    write_atomically(options.out, data)
    for line in _report(options, material, tally, len(data)):
        out.print(line, highlight=False, markup=False, soft_wrap=True)
    return 0 if tally.made == options.count else 1


def _check_readable(path: Path, lines: Sequence[str], size: int) -> None:
    """A suite that `milliwatt run` would refuse is not written.

    Raises:
        BadInput: the suite, or a line of it, would be too large.
    """
    mistakes = [
        f"line {number} would be longer than the {MAX_LINE} characters that a line may have"
        for number, line in enumerate(lines, start=1)
        if len(line) > MAX_LINE
    ]
    if size > MAX_JSON_BYTES:
        most = MAX_JSON_BYTES // 1024**2
        mistakes.append(
            f"would be {size / 1024**2:.0f} MiB, and {most} are the most: make several, with other seeds"
        )
    if mistakes:
        raise BadInput(str(path), mistakes[:20])


def _progress(err: Console) -> Progress:
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=err,
        disable=not err.is_terminal,
    )


def _material(options: GenerateOptions) -> _Material:
    """Reads everything; one error lists what is wrong with the options and the files."""
    mistakes: list[str] = []
    chosen = _gathered(mistakes, lambda: rates(options.vary))
    confusions = None
    if options.confusions != NO_CONFUSIONS:
        path = confusions_path(options.confusions)
        confusions = _gathered(mistakes, lambda: load_confusions(path))
    mistakes += _option_mistakes(options, confusions)
    files = [path for path in options.suites if path.name != GATES_FILE]
    if not files:
        mistakes.append("there is no suite among the files")
    read = [_gathered(mistakes, partial(load_suite, path, check_world=check_world)) for path in files]
    suites = [suite for suite in read if suite is not None]
    flows = {flow_path(scenario.flow, Path(suite.folder)) for suite in suites for scenario in suite.scenarios}
    if len(flows) > 1:
        mistakes.append(f"the suites are of several flows: {', '.join(sorted(str(flow) for flow in flows))}")
    if mistakes or chosen is None or len(flows) != 1:
        raise BadInput("corpus generate", mistakes)
    flow = load_flow(flows.pop())
    wording = load_wording(options.wording or BUILT_IN_WORDINGS / f"{flow.name}.yaml", flow)
    names = [suite.name for suite in suites]
    if len(set(names)) < len(names):
        raise BadInput("corpus generate", ["two of the suites have the same name"])
    plans, left_out = _plans(suites, flow, wording)
    if not plans:
        raise BadInput("corpus generate", ["no scenario can be said anew: all of them play recordings"])
    return _Material(
        suites=tuple(suites),
        flow=flow,
        wording=wording,
        confusions=confusions,
        rates=chosen,
        plans=plans,
        head=_head(options, suites),
        left_out=left_out,
    )


def _gathered(mistakes: list[str], read: Callable[[], T]) -> T | None:
    """What `read` gives; after a `BadInput` nothing, and its mistakes are noted."""
    try:
        return read()
    except BadInput as error:
        front = "" if error.where == "options" else f"{error.where}: "
        mistakes += [f"{front}{mistake}" for mistake in error.mistakes]
        return None


def _option_mistakes(options: GenerateOptions, confusions: ConfusionModel | None) -> list[str]:
    mistakes = []
    if options.out.suffix != JSON_LINES_SUFFIX:
        mistakes.append(f"--out {options.out}: a generated suite's name ends in {JSON_LINES_SUFFIX}")
    elif options.out.exists() and not options.force:
        mistakes.append(f"--out {options.out}: is there already; --force writes it anew")
    if options.name and not NAME.fullmatch(options.name):
        mistakes.append(f"--suite {options.name}: must be of letters, digits, _ and -")
    for name in options.lines:
        if name not in BUILT_IN_LINES:
            mistakes.append(f"--line {name}: there is no such line{did_you_mean(name, BUILT_IN_LINES)}")
        elif confusions is not None and name not in confusions.conditions:
            known = ", ".join(sorted(set(confusions.conditions) & set(BUILT_IN_LINES)))
            mistakes.append(f"--line {name}: {options.confusions} was not fitted on it; it was on {known}")
    return mistakes


def _plans(suites: Sequence[Suite], flow: Flow, wording: Wording) -> tuple[tuple[Plan, ...], int]:
    """Each scenario's plan, and how many scenarios play recordings, which nobody can say anew."""
    scenarios = [
        (suite.name, _pinned(scenario, suite, suites[0])) for suite in suites for scenario in suite.scenarios
    ]
    spoken = [
        (name, scenario)
        for name, scenario in scenarios
        if all(step.kind is not StepKind.PLAYS for step in scenario.caller)
    ]
    plans = tuple(plan_for(name, scenario, flow, wording) for name, scenario in spoken)
    return plans, len(scenarios) - len(spoken)


def _pinned(scenario: Scenario, suite: Suite, first: Suite) -> Scenario:
    """The scenario on its suite's own voice and line, where the generated suite has others; no matrix is carried on."""
    voice = scenario.voice or (suite.voices[0] if suite.voices[0] != first.voices[0] else None)
    line = scenario.line or (suite.lines[0] if suite.lines[0] != CLEAN else None)
    return replace(scenario, voice=voice, line=line)


def _head(options: GenerateOptions, suites: Sequence[Suite]) -> Head:
    first = suites[0].scenarios[0]
    sources = ", ".join(
        f"{suite.name} ({_short_hash(path)})" for suite, path in zip(suites, _files(options), strict=True)
    )
    vary = f" --vary {' --vary '.join(options.vary)}" if options.vary else ""
    origin = (
        f"milliwatt {HARNESS_VERSION} corpus generate --count {options.count} --seed {options.seed}{vary}"
        f" --confusions {Path(options.confusions).stem} from {sources}"
    )
    return Head(
        name=options.name or _suite_name(options.out),
        flow=first.flow,
        now=first.now_iso,
        time_zone=first.time_zone,
        voice=suites[0].voices[0],
        origin=origin,
        variables=first.variables,
    )


def _files(options: GenerateOptions) -> list[Path]:
    return [path for path in options.suites if path.name != GATES_FILE]


def _suite_name(out: Path) -> str:
    return out.stem if NAME.fullmatch(out.stem) else "generated"


def _short_hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def _report(options: GenerateOptions, material: _Material, tally: Tally, size: int) -> list[str]:
    """What was made, a line each."""
    lines = [
        f"{options.out}: {tally.made} conversations from {len(material.plans)} scenarios, {size / 1e6:.1f} MB,"
        f" seed {options.seed}"
    ]
    if material.left_out:
        lines.append(f"{material.left_out} scenario(s) play recordings and were left out")
    made = ", ".join(f"{variation} {tally.by[variation]}" for variation in Variation if variation in tally.by)
    lines.append(f"variations, by conversations: {made or 'none'}")
    kept = [
        step
        for plan in material.plans
        for step, line in zip(plan.scenario.caller, plan.lines, strict=True)
        if line is None and step.kind in SPOKEN
    ]
    if kept:
        lines.append(
            f"{len(kept)} line(s) of the scenarios stay as written: their meaning is not settled, or they are cut off"
        )
    if material.confusions is not None:
        rate = tally.wrong / max(1, tally.words)
        lines.append(f"recogniser's errors: {tally.wrong} in {tally.words} words, {rate:.3f} of them")
    if tally.exhausted:
        told = ", ".join(f"{name} {count}" for name, count in sorted(tally.exhausted.items()))
        lines.append(f"nothing new to say after so many: {told}")
    if tally.made < options.count:
        lines.append(
            f"only {tally.made} of {options.count} are to be had: give more scenarios, or --vary more"
        )
    return [*lines, f"play: milliwatt run {options.out} --level text"]
