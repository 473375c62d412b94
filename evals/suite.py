"""`milliwatt run`: suites in, every case played once, results on the disk and in the store."""

from __future__ import annotations

import os
import secrets
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from agent.cache import ContentCache
from agent.clock import machine_wall
from agent.errors import AgentError
from evals.errors import BadInput
from evals.executors import Play
from evals.metrics.normaliser import NORMALISER
from evals.player import Played, PlaySpec
from evals.pool import play_all
from evals.record import Level, canonical_json
from evals.rng import rng_for
from evals.run_info import RunInfo
from evals.scenario.expansion import expand
from evals.scenario.file import load_suite
from evals.scenario.flow_names import flow_path
from evals.scenario.heard import as_heard
from evals.scenario.model import Case, Suite, WhenDiverged
from evals.scoring.gate_file import load_gates
from evals.scoring.scorecard_file import load_scorecard
from evals.shards import Shard
from evals.sim.known_agents import KnownAgent
from evals.sim.planted.agent import PlantedAgent
from evals.sim.world import check_world
from evals.store.disk import write_atomically
from evals.store.flows import keep_flow
from evals.store.part_writer import sync_parts
from evals.store.parts import finished_cases, read_run_info, write_run_info
from evals.store.runs import RUNS_FOLDER
from evals.suite_files import agent_hashes, differences, hashes_of
from evals.targets.registry import TargetSpec, make_targets
from evals.version import HARNESS_VERSION

GATES_FILE = "gates.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRequest:
    """What `milliwatt run` was asked for.

    Attributes:
        suites: suite files; a `gates.yaml` among them is passed over, since it is found by itself.
        level: `text` or `audio`.
        target: what answers the calls.
        seed: the run's seed.
        repeat: overrides the suites' own number of repeats.
        workers: processes.
        only: patterns on scenario ids and tags.
        shuffle: plays the cases in another order, drawn from this number; results do not depend on it.
        shard: plays only this part of the cases.
        resume: id of a run to go on with.
        reports: folder of runs and of the store.
        cache: folder of computed audio; None keeps it in memory.
        play: where the calls are played: in processes of this machine, unless said otherwise.
    """

    suites: tuple[Path, ...]
    level: Level = Level.AUDIO
    target: TargetSpec = field(default_factory=TargetSpec)
    seed: int = 1
    repeat: int | None = None
    workers: int = 1
    only: tuple[str, ...] = ()
    shuffle: int | None = None
    shard: Shard | None = None
    resume: Path | None = None
    reports: Path = Path("reports")
    cache: Path | None = None
    play: Play = play_all


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedRun:
    """A run about to be played: everything that could be wrong with the request has been looked at."""

    info: RunInfo
    folder: Path
    spec: PlaySpec
    cases: tuple[Case, ...]
    finished: int
    executor: Play = play_all

    def play(self) -> Iterator[Played]:
        """Plays what is not finished yet; each call is stored when it is yielded."""
        try:
            yield from self.executor(self.spec, self.cases, self.info.workers)
        finally:
            sync_parts(self.folder)


def plan(request: RunRequest) -> PlannedRun:
    """Reads the suites and makes the run's folder. Nothing is played.

    Raises:
        BadInput: a suite, an option or the target cannot be used; lists every mistake of every file.
        StoreError: the run's folder cannot be written.
    """
    files, suites, cases = chosen(request)
    gates = _gates_beside(files)
    scorecards = {suite.name: _scorecards(suite) for suite in suites}
    hashes = agent_hashes(request.target.settings or {})
    for suite, path in zip(suites, files, strict=True):
        hashes |= hashes_of(suite, path, scorecards[suite.name])
    whole = tuple(case.id for case in cases)
    if request.shard is not None:
        cases = [case for case in cases if request.shard.holds(case.id)]
    if request.resume is not None:
        folder = request.resume
        info = _resumed(request, read_run_info(folder), cases, hashes)
    else:
        info = _new_info(request, suites, cases, whole, hashes)
        folder = request.reports / RUNS_FOLDER / info.run_id
        write_run_info(folder, info)
        for number, path in enumerate(gates):
            write_atomically(folder / gates_name(number), path.read_bytes())
    for flow in sorted({flow_path(case.scenario.flow, Path(case.folder)) for case in cases}):
        keep_flow(folder, flow)
    finished = finished_cases(folder)
    left = [case for case in cases if case.id not in finished]
    if request.shuffle is not None:
        order = rng_for(request.shuffle, "order").permutation(len(left))
        left = [left[index] for index in order]
    return PlannedRun(
        info=replace(info, workers=request.workers),
        folder=folder,
        spec=PlaySpec(
            target=request.target,
            level=request.level,
            run_folder=folder,
            run_id=info.run_id,
            cache_folder=request.cache,
            scorecards=scorecards,
        ),
        cases=tuple(left),
        finished=len(finished),
        executor=request.play,
    )


def chosen(request: RunRequest) -> tuple[tuple[Path, ...], list[Suite], list[Case]]:
    """The request's suite files, what is in them, and the cases to be played, before they are cut into shards.

    Nothing is written.

    Raises:
        BadInput: a suite, an option or the target cannot be used; lists every mistake of every file.
    """
    files = tuple(path for path in request.suites if path.name != GATES_FILE)
    if not files:
        raise BadInput("suites", ["there is no suite among the files"])
    suites = _load_all(files)
    _, target = make_targets(request.target, ContentCache(None))  # only to learn of a mistake
    cases = [
        case
        for suite in suites
        for case in expand(suite, seed=request.seed, repeat=request.repeat, only=request.only or None)
    ]
    if not cases:
        raise BadInput("--only", [f"no scenario's id or tag matches {', '.join(request.only)}"])
    if request.level is Level.AUDIO:
        _refuse_choosing_callers(cases)
    if request.level is Level.TEXT:
        cases = [as_heard(case) for case in _one_per_line(cases)]
        if isinstance(target, KnownAgent | PlantedAgent):
            target.text_agent(cases[0])  # refuses
    return files, suites, cases


def gates_name(number: int) -> str:
    """The name under which a run keeps the gates that stood beside its suites when it was planned."""
    return GATES_FILE if number == 0 else f"gates-{number}.yaml"


def _gates_beside(files: Sequence[Path]) -> list[Path]:
    """The gates' files beside the suites, each checked, since a run is no time to find a mistake in one."""
    found = [path for path in sorted({file.parent / GATES_FILE for file in files}) if path.is_file()]
    for path in found:
        load_gates(path)
    return found


def _load_all(paths: Sequence[Path]) -> list[Suite]:
    suites: list[Suite] = []
    broken: list[BadInput] = []
    for path in paths:
        try:
            suites.append(load_suite(path, check_world=check_world))
        except BadInput as error:
            broken.append(error)
        except AgentError as error:
            broken.append(BadInput(str(path), str(error).splitlines()))
    if len(broken) == 1:
        raise broken[0]
    if broken:
        mistakes = [f"{error.where}: {mistake}" for error in broken for mistake in error.mistakes]
        raise BadInput(f"{len(broken)} suites", mistakes)
    names = [suite.name for suite in suites]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise BadInput("suites", [f"two files call themselves {name!r}" for name in twice])
    return suites


def _refuse_choosing_callers(cases: Sequence[Case]) -> None:
    """A caller made of sound cannot choose by the agent's words: nobody but the agent knows them while it speaks."""
    choosing = {
        f"{case.suite}/{case.scenario.id}": case.scenario.when_diverged
        for case in cases
        if case.scenario.when_diverged is not WhenDiverged.CONTINUE
    }
    if choosing:
        mistakes = [
            f"scenario `{name}`: `when_diverged: {policy}` needs the agent's words, which only `--level text` knows"
            for name, policy in choosing.items()
        ]
        raise BadInput("--level audio", mistakes)


def _one_per_line(cases: Sequence[Case]) -> list[Case]:
    """At text level voices and lines change nothing: each scenario and repeat once."""
    kept: dict[tuple[str, str, int], Case] = {}
    for case in cases:
        kept.setdefault((case.suite, case.scenario.id, case.repeat), case)
    return list(kept.values())


def _scorecards(suite: Suite) -> tuple[Path, ...]:
    """The cards of a suite's domain: `scorecards/<domain>_*.yaml`, the domain being the suite's folder's name.

    Each is checked, since a run is no time to find a mistake in one.
    """
    domain = Path(suite.folder).resolve().name
    found = tuple(sorted(Path("scorecards").glob(f"{domain}_*.yaml")))
    for path in found:
        load_scorecard(path)
    return found


def _new_info(
    request: RunRequest,
    suites: Sequence[Suite],
    cases: Sequence[Case],
    whole: tuple[str, ...],
    hashes: Mapping[str, str],
) -> RunInfo:
    started = machine_wall()
    stamp = started.strftime("%Y%m%d-%H%M%S")
    names = tuple(suite.name for suite in suites)
    return RunInfo(
        run_id=f"{stamp}-{names[0]}-{secrets.token_hex(2)}",
        started_iso=started.isoformat(timespec="seconds"),
        suites=names,
        suite_sha256=hashes,
        level=request.level,
        seed=request.seed,
        repeat=request.repeat or max(suite.repeat for suite in suites),
        workers=request.workers,
        target=request.target.name,
        agent={"latency": request.target.latency},
        harness_version=HARNESS_VERSION,
        normaliser=NORMALISER,
        settings=dict(request.target.settings or {}),
        commit=_commit(),
        cases=tuple(case.id for case in cases),
        shard=str(request.shard or ""),
        whole_cases=whole if request.shard is not None else (),
    )


def _resumed(request: RunRequest, info: RunInfo, cases: Sequence[Case], hashes: Mapping[str, str]) -> RunInfo:
    """The run to go on with, which must be the same run: the same content under the same options."""
    asked = {
        "milliwatt": HARNESS_VERSION,
        "level": str(request.level),
        "seed": request.seed,
        "target": request.target.name,
        "settings": dict(request.target.settings or {}),
        "latency": request.target.latency,
        "shard": str(request.shard or ""),
    }
    was = {
        "milliwatt": info.harness_version,
        "level": info.level,
        "seed": info.seed,
        "target": info.target,
        "settings": dict(info.settings),
        "latency": info.agent.get("latency"),
        "shard": info.shard,
    }
    mistakes = [
        f"run {info.run_id} was started with another {name}: {_shown(was[name])} then, {_shown(asked[name])} now"
        for name in asked
        if asked[name] != was[name]
    ]
    changed = differences(info.suite_sha256, hashes)
    mistakes += [f"since run {info.run_id} was started, {change}" for change in changed]
    if not mistakes and sorted(case.id for case in cases) != sorted(info.cases):
        mistakes.append(f"run {info.run_id} was started with other cases (--repeat, --only)")
    if mistakes:
        raise BadInput("--resume", mistakes)
    return info


def _shown(value: object) -> str:
    return "none" if value in ("", {}, None) else canonical_json(value)


def _commit() -> str:
    """The working tree's commit, with `+` when something is changed; empty where there is no git."""
    folder = Path(__file__).parent
    try:
        head = _git(folder, "rev-parse", "--short=12", "HEAD")
        return head + ("+" if _git(folder, "status", "--porcelain", "--untracked-files=no") else "")
    except (OSError, subprocess.SubprocessError):
        return ""


def _git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(folder), *arguments],
        capture_output=True,
        text=True,
        timeout=10,
        check=True,
        env={**os.environ, "GIT_OPTIONAL_LOCKS": "0"},
    )
    return done.stdout.strip()
