"""A fake of a Ray cluster that has gone: nothing comes back from it, or nothing but losses."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from types import SimpleNamespace
from typing import Any, ClassVar

from agent.clock import pause


class Gone(Exception):
    """Stands for Ray's errors of lost workers."""


@dataclass
class SilentRay:
    """A fake of the few functions of Ray that are used: tasks go out, and nothing comes back, or only errors do."""

    lost: bool = False

    exceptions: ClassVar = SimpleNamespace(RayError=Gone, RayTaskError=type("RayTaskError", (Gone,), {}))

    def __post_init__(self) -> None:
        self.tasks = count()
        self.cancelled: list[int] = []

    def put(self, value: Any) -> Any:
        return value

    def remote(self, function: Any) -> Any:
        return self

    def options(self, **_: Any) -> Any:
        ray = self

        class Task:
            def remote(self, *_: Any) -> int:
                return next(ray.tasks)

        return Task()

    def wait(self, tasks: list[int], num_returns: int, timeout: float) -> tuple[list[int], list[int]]:
        pause(0.01)
        return (tasks[:1], tasks[1:]) if self.lost else ([], tasks)

    def get(self, task: int, timeout: float) -> Any:
        raise Gone("node 1234 went away\nand more")

    def cancel(self, task: int, force: bool) -> None:
        self.cancelled.append(task)

    def cluster_resources(self) -> dict[str, float]:
        return {}
