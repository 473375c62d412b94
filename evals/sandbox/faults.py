"""What goes wrong in the sandbox, and when: by operation, at a rate, from a seed.

    cal.create_booking=lost:1:1      the first booking is made and its answer never comes
    cal.*=timeout:0.1                one in ten requests to the calendar is never answered, and nothing is done
    *=rate_limited:0.05              one in twenty is told to come back later

The draw of an operation's n-th request depends on seed, operation and n only, so an added request elsewhere changes
nothing here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase

from evals.errors import BadInput
from evals.rng import rng_for

OPERATIONS = (
    "cal.propose_slots",
    "cal.create_booking",
    "cal.find_bookings",
    "crm.upsert_contact",
    "crm.create_meeting",
    "crm.read_meeting",
    "chat.post_message",
    "webhook",
)
"""What the sandbox does, by the names of the agent's tools where there is one."""


class FaultKind(StrEnum):
    """A way for a request to go wrong."""

    TIMEOUT = "timeout"  # nothing is done, and no answer comes
    LOST = "lost"  # it is done, and no answer comes: the gap between effect and commit
    ERROR = "error"  # nothing is done; 500
    RATE_LIMITED = "rate_limited"  # nothing is done; 429 with Retry-After
    MALFORMED = "malformed"  # it is done, and the answer breaks off in the middle of its JSON
    SLOW = "slow"  # it is done, and the answer takes a second or two


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A fault of the operations whose names fit `operations`: with a probability, so often at most."""

    operations: str
    kind: FaultKind
    rate: float
    times: int | None = None


def parse_faults(texts: Sequence[str]) -> tuple[Fault, ...]:
    """Faults from `operation=kind[:rate[:times]]`.

    Raises:
        BadInput: some of the texts are none; each is named.
    """
    mistakes: list[str] = []
    faults = [fault for text in texts if (fault := _parsed(text, mistakes)) is not None]
    if mistakes:
        raise BadInput("--fault", mistakes)
    return tuple(faults)


class FaultPlan:
    """Which request goes wrong and how; counts the requests of each operation."""

    def __init__(self, faults: Iterable[Fault], seed: int) -> None:
        self._faults = tuple(faults)
        self._seed = seed
        self._struck = [0] * len(self._faults)
        self.requests: dict[str, int] = {}

    def next(self, operation: str) -> FaultKind | None:
        """What goes wrong with the next request for `operation`; None when nothing does."""
        number = self.requests[operation] = self.requests.get(operation, 0) + 1
        rng = rng_for(self._seed, "sandbox.fault", operation, number)
        for place, fault in enumerate(self._faults):
            # Drawn whether it applies or not, so that one fault's share shifts no other's.
            drawn = rng.random() < fault.rate
            spent = fault.times is not None and self._struck[place] >= fault.times
            if drawn and not spent and fnmatchcase(operation, fault.operations):
                self._struck[place] += 1
                return fault.kind
        return None

    def slowness_s(self, operation: str) -> float:
        """How long a slow answer takes: seconds."""
        rng = rng_for(self._seed, "sandbox.slow", operation, self.requests.get(operation, 0))
        return float(rng.uniform(0.9, 1.8))


def _parsed(text: str, mistakes: list[str]) -> Fault | None:
    operations, _, rest = text.partition("=")
    kind, _, numbers = rest.partition(":")
    rate, _, times = numbers.partition(":")
    before = len(mistakes)
    if not any(fnmatchcase(operation, operations) for operation in OPERATIONS):
        mistakes.append(f"{text!r}: there is no operation {operations!r}; there are {', '.join(OPERATIONS)}")
    if kind not in list(FaultKind):
        mistakes.append(f"{text!r}: there is no fault {kind!r}; there are {', '.join(FaultKind)}")
    share = _share(rate or "1")
    if share is None:
        mistakes.append(f"{text!r}: {rate!r} is no rate from 0 to 1")
    if times and not (times.isascii() and times.isdigit() and int(times[:9]) > 0):
        mistakes.append(f"{text!r}: {times!r} is no whole number from 1")
    if len(mistakes) > before or share is None:
        return None
    return Fault(
        operations=operations, kind=FaultKind(kind), rate=share, times=int(times[:9]) if times else None
    )


def _share(text: str) -> float | None:
    try:
        share = float(text)
    except ValueError:
        return None
    return share if 0 <= share <= 1 else None
