"""What a command costs while it runs: seconds, processor time, and the memory of its processes over time."""

from __future__ import annotations

import os
import resource
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from agent.clock import pause, stopwatch_ns
from agent.units import NS_PER_S
from tests.cli import start

SAMPLE_S = 0.5


@dataclass(slots=True)
class Memory:
    """Samples of one process: seconds since the command began, and MiB in memory that it alone holds."""

    at_s: list[float] = field(default_factory=list)
    mib: list[float] = field(default_factory=list)

    def slope(self, begin_s: float, end_s: float) -> float:
        """MiB a minute, by least squares over what was sampled between the two; 0 where that is next to nothing."""
        kept = [(at, mib) for at, mib in zip(self.at_s, self.mib, strict=True) if begin_s <= at <= end_s]
        if len(kept) < 5:
            return 0.0
        at, mib = np.array(kept).T
        return float(np.polyfit(at / 60, mib, 1)[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """A command that ended.

    Attributes:
        status: its exit status.
        wall_s: from start to exit.
        cpu_s: processor time of it and all its children.
        memory: by process; the command's own is the first.
        load: of the machine when it began: processes that wanted a core besides ours.
    """

    status: int
    wall_s: float
    cpu_s: float
    memory: dict[int, Memory]
    load: float

    @property
    def peak_mib(self) -> float:
        """The most that all processes held together, at any sample."""
        sums: dict[float, float] = {}
        for memory in self.memory.values():
            for at, mib in zip(memory.at_s, memory.mib, strict=True):
                sums[at] = sums.get(at, 0.0) + mib
        return max(sums.values(), default=0.0)


def run(arguments: Sequence[str | Path], *, patience_s: float, low_priority: bool = False) -> Ran:
    """Runs a milliwatt command to its end and watches it."""
    load = os.getloadavg()[0]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begun_ns = stopwatch_ns()
    process = start(arguments, output=subprocess.DEVNULL)
    if low_priority:
        os.setpriority(os.PRIO_PROCESS, process.pid, 5)
    memory: dict[int, Memory] = {process.pid: Memory()}
    while process.poll() is None:
        at_s = (stopwatch_ns() - begun_ns) / NS_PER_S
        assert at_s < patience_s, f"{arguments[0]} took longer than {patience_s:.0f} s"
        for pid, mib in held_mib(process.pid).items():
            kept = memory.setdefault(pid, Memory())
            kept.at_s.append(at_s)
            kept.mib.append(mib)
        pause(SAMPLE_S)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Ran(
        status=process.returncode,
        wall_s=(stopwatch_ns() - begun_ns) / NS_PER_S,
        cpu_s=after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
        memory=memory,
        load=load,
    )


def held_mib(parent: int) -> dict[int, float]:
    """Proportional set size of a process and each below it, in MiB: pages shared between them count once."""
    found: dict[int, float] = {}
    pids = [parent]
    while pids:
        pid = pids.pop()
        try:
            rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
            pss_kib = next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
            found[pid] = pss_kib / 1024
            for task in Path(f"/proc/{pid}/task").iterdir():
                pids += [int(child) for child in (task / "children").read_text().split()]
        except (OSError, StopIteration):
            continue  # it has ended meanwhile
    return found
