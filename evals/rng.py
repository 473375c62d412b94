"""Dice with names: every random stream comes from one seed and a path of names.

A stream depends on its seed and names only, so a draw added in one place shifts nothing elsewhere.
"""

from __future__ import annotations

import hashlib

import numpy as np


def rng_for(seed: int, *names: str | int) -> np.random.Generator:
    """The generator of the stream called `names` under `seed`; the same arguments give the same draws.

    Example:
        `rng_for(1, "stt.final", "books_first_slot", 3)`
    """
    text = "\x1f".join([str(seed), *(str(name) for name in names)])
    digest = hashlib.blake2b(text.encode(), digest_size=16).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest, "big")))
