"""Where a run's calls are played: in processes of this machine, or on a Ray cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum

from evals.errors import BadInput
from evals.player import Played, PlaySpec
from evals.pool import play_all
from evals.scenario.model import Case

Play = Callable[[PlaySpec, Sequence[Case], int], Iterator[Played]]
"""Plays cases on so many workers, yielding each once it is stored."""


MOST_PROCESSES = 64


class Executor(StrEnum):
    """What `--executor` may say."""

    PROCESSES = "processes"
    RAY = "ray"


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """How to play, and how many calls at a time."""

    play: Play
    workers: int


@contextmanager
def executing(executor: Executor, workers: int | None, ray_address: str | None) -> Iterator[Execution]:
    """The execution that was asked for, ready to play and ended on leaving.

    Raises:
        BadInput: there is no such cluster, or Ray is not installed.
    """
    if executor is Executor.PROCESSES:
        mistakes = []
        if ray_address is not None:
            mistakes.append("--ray-address: only `--executor ray` plays on a cluster")
        if (workers or 1) > MOST_PROCESSES:
            mistakes.append(
                f"--workers {workers}: {MOST_PROCESSES} processes at most; more machines play shards, or Ray"
            )
        if mistakes:
            raise BadInput("options", mistakes)
        yield Execution(play=play_all, workers=workers or 1)
        return
    from evals.ray_pool import ray_pool

    with ray_pool(ray_address, workers) as pool:
        yield Execution(play=pool.play_all, workers=workers or pool.cpus)
