"""A run on a Ray cluster: batches of cases go out, finished calls come back, and this process alone stores them.

So the run's parts are written as one worker writes them, whatever becomes of nodes, and `--resume` and all else works
as ever. A batch whose process or node has died is played again elsewhere by Ray, `RETRIES` times; nothing of it was
stored before, so nothing is stored twice.

Ray comes with an extra and is imported here alone, when a run asks for it. It reports its use to nobody, starts no
dashboard, and needs no network but the cluster's own.
"""

from __future__ import annotations

import os
import pickle
import re
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from agent.clock import stopwatch_ns
from agent.units import NS_PER_S
from evals.errors import BadInput, HarnessError
from evals.player import Played, PlaySpec, played_of
from evals.ray_worker import PlayedBatch, RayJob, code_sha256, files_of, play_batch
from evals.record import Level
from evals.scenario.flow_names import flow_path
from evals.scenario.model import Case
from evals.store.part_writer import PartWriter

RETRIES = 3  # of a batch whose worker died; a case that kills its worker each time must not go on for ever
BATCH = {Level.TEXT: 25, Level.AUDIO: 1, Level.LIVE: 1}
"""Cases of a task: a call at text level takes some 10 ms, no more than Ray takes to send a task there and back."""

SILENCE_S = 600.0  # for a batch of calls, and a node that is started for it
CONNECT_S = 5.0
_WAIT_S = 1.0  # between looks at whether the user has asked to stop


@dataclass(frozen=True, slots=True, kw_only=True)
class RayPool:
    """A connection to a cluster; `cpus` is how many calls it can play at a time."""

    ray: Any
    cpus: int
    silence_s: float = SILENCE_S

    def play_all(self, spec: PlaySpec, cases: Sequence[Case], workers: int) -> Iterator[Played]:
        """Plays the cases, yielding each once it is stored. Closing the iterator drops the calls in flight.

        Args:
            spec: what every worker must know.
            cases: what to play.
            workers: how many calls at a time.

        Raises:
            HarnessError: a case could not be played or stored, a node lacks something, or nothing comes back any more.
                What was finished before is stored.
        """
        if not cases:
            return
        assert spec.run_folder is not None
        job = self.ray.put(_job(spec, cases))
        # Each task asks for a processor, so those that are sent ahead wait where they are to be played.
        ahead = 2 * workers if workers >= self.cpus else workers
        # Spread, or the first node to be ready would be sent what the others get ready for.
        play = self.ray.remote(play_batch).options(
            num_cpus=1, max_retries=RETRIES, scheduling_strategy="SPREAD"
        )
        size = BATCH[spec.level]
        batches = (cases[start : start + size] for start in range(0, len(cases), size))
        with PartWriter(spec.run_folder, worker=0) as writer:
            numbers: dict[str, int] = {}
            for done in self._finished(play, job, batches, ahead):
                number = numbers.setdefault(done.who, len(numbers))
                for call in done.calls:
                    writer.append(replace(call, worker=number))
                    yield played_of(call)

    def _finished(
        self, play: Any, job: Any, batches: Iterator[Sequence[Case]], ahead: int
    ) -> Iterator[PlayedBatch]:
        running: list[Any] = []
        heard_ns = stopwatch_ns()
        try:
            while True:
                while len(running) < ahead and (batch := next(batches, None)) is not None:
                    running.append(play.remote(job, batch))
                if not running:
                    return
                done, running = self.ray.wait(running, num_returns=1, timeout=_WAIT_S)
                if done:
                    yield self._result(done[0])
                    heard_ns = stopwatch_ns()
                elif stopwatch_ns() - heard_ns >= self.silence_s * NS_PER_S:
                    raise HarnessError(
                        f"nothing came back from Ray for {self.silence_s:g} s, with {len(running)} batch(es) of calls "
                        f"there and {self._cpus_now()} processors; finished calls are stored, go on with --resume"
                    )
        finally:
            for task in running:
                self.ray.cancel(task, force=True)

    def _result(self, task: Any) -> PlayedBatch:
        exceptions = self.ray.exceptions
        try:
            played: PlayedBatch = self.ray.get(task, timeout=self.silence_s)
        except exceptions.RayTaskError as error:  # raised by our own code there
            if isinstance(error.cause, HarnessError):
                raise error.cause from None
            raise
        except exceptions.RayError as error:
            raise HarnessError(
                f"a worker on Ray died {RETRIES + 1} times over the same calls, or its results were lost "
                f"({_first_line(error)}); finished calls are stored, go on with --resume"
            ) from error
        return played

    def _cpus_now(self) -> int:
        return int(self.ray.cluster_resources().get("CPU", 0))


@contextmanager
def ray_pool(address: str | None, workers: int | None) -> Iterator[RayPool]:
    """A connection to the cluster at `address`, or to one of this machine's own that ends with it.

    Args:
        address: HOST:PORT of a cluster's head that this machine is a node of; None starts Ray here.
        workers: processors of the cluster that is started here; all of them when None.

    Raises:
        BadInput: Ray is not installed, or there is no such cluster.
    """
    ray = _imported()
    if address is not None:
        _look_for(address)
    here: dict[str, Any] = (
        {"address": address}
        if address is not None
        else {"address": "local", "num_cpus": workers or os.cpu_count(), "include_dashboard": False}
    )
    try:
        ray.init(**here, log_to_driver=False, logging_level="ERROR", configure_logging=False)
    except (RuntimeError, ConnectionError, ValueError, OSError) as error:
        raise BadInput(
            f"--ray-address {address}" if address else "--executor ray", [_first_line(error)]
        ) from error
    try:
        yield RayPool(ray=ray, cpus=int(ray.cluster_resources().get("CPU", 1)))
    finally:
        ray.shutdown()


def _imported() -> Any:
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"  # read when it is imported, and by what it starts
    try:
        import ray
    except ImportError as error:
        raise BadInput(
            "--executor ray", [f"Ray is missing ({error}): pip install 'milliwatt[ray]'"]
        ) from error
    return ray


def _look_for(address: str) -> None:
    """Refuses what Ray itself would try for a minute, and then abort the process for."""
    where = re.fullmatch(r"([\w.-]+|\[[0-9a-fA-F:]+\]):([0-9]{1,5})", address)
    if where is None:
        raise BadInput(
            f"--ray-address {address}",
            ["write it as HOST:PORT of the cluster's head, on one of the cluster's nodes"],
        )
    try:
        with (
            suppress(TimeoutError),
            socket.create_connection((where[1].strip("[]"), int(where[2])), timeout=CONNECT_S),
        ):
            return
        why = f"no answer for {CONNECT_S:g} s"
    except (OSError, OverflowError) as error:
        why = getattr(error, "strerror", None) or str(error)
    raise BadInput(f"--ray-address {address}", [f"there is no cluster: {why}"])


def _job(spec: PlaySpec, cases: Sequence[Case]) -> RayJob:
    """The job: nodes find its files under the same names, and refuse where they are others."""
    files = {card for cards in spec.scorecards.values() for card in cards}
    for case in cases:
        folder = Path(case.folder)
        files.add(flow_path(case.scenario.flow, folder))
        files |= {folder / step.clip for step in case.scenario.caller if step.clip}
    return RayJob(
        spec=pickle.dumps(replace(spec, run_folder=None, run_id="")),
        folder=os.getcwd(),
        files=files_of(list(files)),
        code_sha256=code_sha256(),
    )


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
