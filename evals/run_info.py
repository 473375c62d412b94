"""RunInfo: what a run of suites was, beside its calls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from agent.turn import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class RunInfo:
    """One `milliwatt run`.

    Attributes:
        run_id: sortable and unique: `20261121-105830-smoke-1a2b3c`.
        started_iso: wall date in UTC when it began; of a merged run, when its last shard did.
        suites: the suites' names; `suite_sha256` hashes what they are made of, by suite and file (`suite_files`).
        level: `text`, `audio` or `live`.
        seed, repeat, workers: as asked for.
        target: what answered the calls, such as `reference`.
        agent: the agent's description (see `CallRecord.agent`).
        settings: what `--set` changed.
        harness_version: version of milliwatt that played it.
        normaliser: name of the text normaliser under the word errors; empty in runs before it was stored.
        commit: git commit of the working tree, with `+` when it was changed; empty when unknown.
        cases: ids of the cases that belong to it, in playing order.
        shard: which part of a larger run it is, such as `3/8`; empty for a whole run.
        whole_cases: of a shard, ids of all the larger run's cases, in playing order.
        merged: ids of the shards that were merged into it, in order; empty for a run that was played as one.
    """

    run_id: str
    started_iso: str
    suites: tuple[str, ...]
    suite_sha256: Mapping[str, str]
    level: str
    seed: int
    repeat: int
    workers: int
    target: str
    agent: Mapping[str, Json]
    harness_version: str
    settings: Mapping[str, str] = field(default_factory=dict)
    normaliser: str = ""
    commit: str = ""
    cases: tuple[str, ...] = ()
    shard: str = ""
    whole_cases: tuple[str, ...] = ()
    merged: tuple[str, ...] = ()
