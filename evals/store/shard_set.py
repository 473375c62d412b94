"""Whether runs are the shards of one run: every mistake named at once, and what the whole run was.

Shards belong together when all that decides their results is the same: what was played, under which options, by which
milliwatt, and by which gates it will be judged. What may differ is when and where they ran, and on how many workers.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from pathlib import Path

from evals.record import canonical_json
from evals.run_info import RunInfo
from evals.shards import Shard, parse_shard

SHOWN = 5  # names told of a long list


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardRun:
    """A run that is said to be a shard: its folder, what it was, and the hashes of the gates it keeps, by name."""

    folder: Path
    info: RunInfo
    gates_sha256: Mapping[str, str] = field(default_factory=dict)


def mistakes_of(shards: Sequence[ShardRun], *, allow_missing: bool = False) -> list[str]:
    """Why these runs are not the shards of one run, one line each; empty when they are.

    Args:
        shards: the runs.
        allow_missing: a part that is not there is no mistake.
    """
    if not shards:
        return ["there is no shard to merge"]
    mistakes = [
        f"{run.info.run_id} is no shard: {'it was merged itself' if run.info.merged else 'it is a whole run'}"
        for run in shards
        if not run.info.shard
    ]
    parts = [run for run in shards if run.info.shard]
    mistakes += _differing("number of shards", parts, lambda run: _shard(run).of)
    mistakes += _twice(parts)
    for name, value in _MUST_BE_EQUAL:
        mistakes += _differing(name, parts, value)
    commits = [run for run in parts if run.info.commit]  # a machine without git knows none
    mistakes += _differing("commit", commits, lambda run: run.info.commit)
    files = _differing_files(parts)
    mistakes += files
    if not mistakes:
        mistakes += _differing("cases", parts, lambda run: len(run.info.whole_cases))
    if not mistakes and len({run.info.whole_cases for run in parts}) > 1:
        mistakes.append("cases: the shards are of runs of different cases")
    mistakes += [
        f"{run.info.run_id} does not hold the cases of shard {run.info.shard}"
        for run in parts
        if list(run.info.cases) != [case for case in run.info.whole_cases if _shard(run).holds(case)]
    ]
    if len({_shard(run).of for run in parts}) == 1 and missing_shards(parts) and not allow_missing:
        mistakes.append(f"{missing_text(parts)}; --allow-missing merges what is there")
    return mistakes


def missing_shards(shards: Sequence[ShardRun]) -> list[int]:
    """Numbers of the parts that none of these runs is."""
    wanted = {number for run in shards for number in range(1, _shard(run).of + 1)}
    return sorted(wanted - {_shard(run).number for run in shards})


def missing_text(shards: Sequence[ShardRun]) -> str:
    """Which parts are not there, in words; empty when all are."""
    missing = missing_shards(shards)
    if not missing:
        return ""
    of = max(_shard(run).of for run in shards)
    one = len(missing) == 1
    return f"shard{'' if one else 's'} {few(map(str, missing))} of {of} {'is' if one else 'are'} missing"


def whole_run(shards: Sequence[ShardRun]) -> RunInfo:
    """What the run was that these are the shards of.

    Its id follows from theirs, so that merging again makes no second run. It began when its last shard did, so it is
    the latest run where that shard was.
    """
    ordered = sorted(shards, key=_shard)
    first = ordered[0].info
    ids = tuple(run.info.run_id for run in ordered)
    started = max((run.info.started_iso for run in ordered), key=_instant)
    stamp = datetime.fromisoformat(started).strftime("%Y%m%d-%H%M%S")
    name = re.sub(r"[^A-Za-z0-9._-]+", "_", first.suites[0])  # other machines' files name no folders here
    digest = hashlib.sha256("\n".join(ids).encode()).hexdigest()
    return replace(
        first,
        # Of runs that began in one second the one whose id is greatest is the latest: `merged` is beyond any hex digit.
        run_id=f"{stamp}-{name}-merged-{digest[:6]}",
        started_iso=started,
        workers=sum(run.info.workers for run in ordered),
        commit=next((run.info.commit for run in ordered if run.info.commit), ""),
        cases=first.whole_cases,
        shard="",
        whole_cases=(),
        merged=ids,
    )


def in_order(shards: Iterable[ShardRun]) -> list[ShardRun]:
    """The shards by their numbers."""
    return sorted(shards, key=_shard)


def few(names: Iterable[str]) -> str:
    """The first few of the names, and how many more there are."""
    listed = list(names)
    more = len(listed) - SHOWN
    return ", ".join(listed[:SHOWN]) + (f" and {more} more" if more > 0 else "")


_MUST_BE_EQUAL: tuple[tuple[str, Callable[[ShardRun], object]], ...] = (
    ("suites", lambda run: run.info.suites),
    ("level", lambda run: run.info.level),
    ("seed", lambda run: run.info.seed),
    ("repeat", lambda run: run.info.repeat),
    ("target", lambda run: run.info.target),
    ("latency", lambda run: run.info.agent.get("latency")),
    ("settings", lambda run: run.info.settings),
    ("harness version", lambda run: run.info.harness_version),
)


def _instant(iso: str) -> float:
    return datetime.fromisoformat(iso).timestamp()


def _shard(run: ShardRun) -> Shard:
    return parse_shard(run.info.shard)


def _twice(shards: Sequence[ShardRun]) -> list[str]:
    by_part: dict[Shard, list[ShardRun]] = {}
    for run in shards:
        by_part.setdefault(_shard(run), []).append(run)
    return [
        f"shard {part} is there {len(runs)} times: {few(_named(run, runs) for run in runs)}"
        for part, runs in sorted(by_part.items())
        if len(runs) > 1
    ]


def _named(run: ShardRun, others: Sequence[ShardRun]) -> str:
    """The run's id, or its folder where that does not tell it apart."""
    alike = sum(other.info.run_id == run.info.run_id for other in others)
    return str(run.folder) if alike > 1 else run.info.run_id


def _differing(name: str, shards: Sequence[ShardRun], value: Callable[[ShardRun], object]) -> list[str]:
    by_value: dict[str, list[ShardRun]] = {}
    for run in shards:
        by_value.setdefault(canonical_json(value(run)), []).append(run)
    if len(by_value) < 2:
        return []
    told = [f"{text} in {few(f'shard {run.info.shard}' for run in runs)}" for text, runs in by_value.items()]
    return [f"{name}: {'; '.join(told)}"]


def _differing_files(shards: Sequence[ShardRun]) -> list[str]:
    names = sorted({name for run in shards for name in (*run.info.suite_sha256, *run.gates_sha256)})
    mistakes: list[str] = []
    for name in names:
        mistakes += _differing(name, shards, partial(_hash, name))
    return mistakes


def _hash(name: str, run: ShardRun) -> str:
    found = run.info.suite_sha256.get(name) or run.gates_sha256.get(name)
    return f"sha256 {found[:8]}…" if found else "not there"
