"""Several workers for one run: processes of their own, each with its part, all ended with the run.

A worker ignores Ctrl-C (the parent tells it to stop after its call) and ends when its parent is gone, however it went.
A worker that cannot start says why before it ends (`evals/worker.py`), and the run ends with that reason.
"""

from __future__ import annotations

import multiprocessing
import pickle
import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import TYPE_CHECKING

from evals.errors import HarnessError
from evals.player import Played, Player, PlaySpec
from evals.scenario.model import Case
from evals.worker import play, start_worker

if TYPE_CHECKING:
    from multiprocessing.queues import SimpleQueue
    from multiprocessing.sharedctypes import Synchronized


def play_all(spec: PlaySpec, cases: Sequence[Case], workers: int) -> Iterator[Played]:
    """Plays the cases, yielding each once it is stored. Closing the iterator stops after the calls in flight.

    Raises:
        HarnessError: a case could not be played or stored, or a worker could not start or died. What was finished
            before is stored.
    """
    if workers <= 1 or len(cases) <= 1:
        with Player(spec, worker=0) as player:
            for case in cases:
                yield player.play(case)
        return
    # A forked child would inherit this process's threads' locks but not its threads; a spawned one starts clean.
    context = multiprocessing.get_context("spawn")
    number: Synchronized[int] = context.Value("i", 0)
    failures: SimpleQueue[HarnessError] = context.SimpleQueue()
    pool = ProcessPoolExecutor(
        workers,
        mp_context=context,
        initializer=start_worker,
        initargs=(pickle.dumps(spec), number, failures),
    )
    try:
        yield from _spread(pool, cases, workers)
    except BrokenProcessPool as error:
        if not failures.empty():
            raise failures.get() from None
        raise HarnessError(
            "a worker died (killed, or out of memory); finished calls are stored, go on with --resume"
        ) from error
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _spread(pool: ProcessPoolExecutor, cases: Sequence[Case], workers: int) -> Iterator[Played]:
    """Keeps two cases a worker in flight, so that stopping early leaves little to finish."""
    waiting = iter(cases)
    running: list[Future[Played]] = []
    while True:
        while len(running) < 2 * workers and (case := next(waiting, None)) is not None:
            with _interrupts_held():  # submitting is what starts a worker
                running.append(pool.submit(play, case))
        if not running:
            return
        done, _ = wait(running, return_when=FIRST_COMPLETED)
        for future in [future for future in running if future in done]:
            running.remove(future)
            yield future.result()


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Holds Ctrl-C back, here until the end and in a process started meanwhile until it says otherwise.

    A terminal sends Ctrl-C to the workers, too. One that is still importing would die of it with a traceback.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
