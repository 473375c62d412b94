"""Several workers for one run: processes of their own, each with its part, all ended with the run.

A worker ignores Ctrl-C (the parent tells it to stop after its call) and ends when its parent is gone, however it went.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from typing import TYPE_CHECKING

from agent.process import settle
from evals.errors import HarnessError
from evals.player import Played, Player, PlaySpec
from evals.scenario.model import Case

if TYPE_CHECKING:
    from multiprocessing.sharedctypes import Synchronized

_player: Player | None = None


def play_all(spec: PlaySpec, cases: Sequence[Case], workers: int) -> Iterator[Played]:
    """Plays the cases, yielding each once it is stored. Closing the iterator stops after the calls in flight.

    Raises:
        HarnessError: a case could not be played or stored, or a worker died; what was finished before is stored.
    """
    if workers <= 1 or len(cases) <= 1:
        with Player(spec, worker=0) as player:
            for case in cases:
                yield player.play(case)
        return
    # A forked child would inherit this process's threads' locks but not its threads; a spawned one starts clean.
    context = multiprocessing.get_context("spawn")
    number: Synchronized[int] = context.Value("i", 0)
    pool = ProcessPoolExecutor(
        workers, mp_context=context, initializer=_start_worker, initargs=(spec, number)
    )
    try:
        yield from _spread(pool, cases, workers)
    except BrokenProcessPool as error:
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
            running.append(pool.submit(_play, case))
        if not running:
            return
        done, _ = wait(running, return_when=FIRST_COMPLETED)
        for future in [future for future in running if future in done]:
            running.remove(future)
            yield future.result()


def _start_worker(spec: PlaySpec, number: Synchronized[int]) -> None:
    global _player
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with number.get_lock():
        worker = number.value
        number.value += 1
    _player = Player(spec, worker)
    settle()


def _play(case: Case) -> Played:
    assert _player is not None
    return _player.play(case)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
