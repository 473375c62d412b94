"""Which part of a run a case belongs to, when a run is played in parts on several machines.

A case's shard is drawn from a hash of its id alone. So it depends neither on the machine nor on the other cases: a case
added to a suite moves no other, and every case is in exactly one of the parts. They are about equally large; a part of
a small run may be empty, which is no mistake.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from evals.errors import BadInput

MOST_SHARDS = 1000


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class Shard:
    """The part `number`, counted from 1, of a run cut into `of`; written `3/8`."""

    number: int
    of: int

    def __post_init__(self) -> None:
        if not 1 <= self.number <= self.of <= MOST_SHARDS:
            raise ValueError(f"shard {self}: a part from 1/1 to {MOST_SHARDS}/{MOST_SHARDS} is wanted")

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"

    def holds(self, case_id: str) -> bool:
        """Whether the case belongs to this part."""
        return shard_number(case_id, self.of) == self.number


def shard_number(case_id: str, of: int) -> int:
    """The part, from 1, that a case belongs to when its run is cut into `of` parts."""
    digest = hashlib.blake2b(case_id.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") % of + 1


def parse_shard(text: str) -> Shard:
    """The shard that `3/8` means.

    Raises:
        BadInput: it is not written so, or there is no such part.
    """
    written = re.fullmatch(r"([0-9]{1,4})/([0-9]{1,4})", text)
    try:
        if written is None:
            raise ValueError("write it as K/N, such as 3/8 for the third of eight parts")
        return Shard(number=int(written[1]), of=int(written[2]))
    except ValueError as error:
        raise BadInput(f"--shard {text}", [str(error)]) from error
