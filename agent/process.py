"""A process that answers calls."""

from __future__ import annotations

import atexit
import gc


def settle() -> None:
    """Sets what is loaded by now aside from Python's garbage collector, for as long as the process lives.

    Modules and models are some 90,000 objects. A full collection walks them all, 40 ms in which a caller may be
    waiting, and finds nothing. Call it once, when everything is loaded and before the first call; not in a library.
    """
    gc.collect()
    gc.freeze()
    atexit.register(gc.unfreeze)  # at the end modules are taken down as ever, or some complain of leaks
