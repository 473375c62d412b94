"""The inside of a worker's process: it starts, says why when it cannot, and then plays what it is given.

This module imports almost nothing by itself. What a worker needs is imported once it can tell the parent of failures,
so that a library that is missing, or memory that does not suffice to load it, is one line rather than a traceback.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import threading
from contextlib import suppress
from multiprocessing.util import Finalize
from typing import TYPE_CHECKING

from agent.errors import AgentError
from evals.errors import HarnessError

if TYPE_CHECKING:
    from multiprocessing.queues import SimpleQueue
    from multiprocessing.sharedctypes import Synchronized

    from evals.player import Played, Player
    from evals.scenario.model import Case

MOST_TOLD = 2000  # characters: a parent reads it only after the worker's end, so it must fit into a pipe

_player: Player | None = None


def start_worker(spec: bytes, number: Synchronized[int], failures: SimpleQueue[HarnessError]) -> None:
    """Makes this process a worker; when it cannot become one, tells the parent through `failures` and ends.

    Args:
        spec: the pickled `PlaySpec`.
        number: how many workers have started before.
        failures: where the parent looks when a worker has died.
    """
    global _player
    # The parent decides what Ctrl-C means; it held the signal back until here.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with number.get_lock():
        worker = number.value
        number.value += 1
    try:
        from agent.process import settle
        from evals.player import Player

        _player = Player(pickle.loads(spec), worker)
        # Runs when the pool has no more to play, and not when this process is killed.
        Finalize(None, _end, exitpriority=1)
        settle()
    except Exception as error:  # whatever it is, the user reads it, and nobody reads a worker's traceback
        failures.put(_as_ours(error))
        os._exit(1)


def play(case: Case) -> Played:
    """Plays a case in this worker."""
    assert _player is not None
    return _player.play(case)


def _end() -> None:
    assert _player is not None
    with suppress(HarnessError):  # the parent makes the disk keep the parts, and says so when it cannot
        _player.close()


def _as_ours(error: Exception) -> HarnessError:
    """The error as one that travels between processes; ours as they are, others in a line."""
    if isinstance(error, HarnessError) and len(str(error)) <= MOST_TOLD:
        return error
    known = isinstance(error, HarnessError | AgentError)
    text = str(error) if known else f"{type(error).__name__}: {error}".rstrip(": ")
    first = text.strip().splitlines()[0]
    return HarnessError(f"a worker could not start: {first[:MOST_TOLD]}")


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
