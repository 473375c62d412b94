"""The guard of one flow as a value: what each finding leads to, what is never said, what must be heard first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from agent.cognitive.guard.claims import Claim
from agent.cognitive.guard.disclosures import Disclosure
from agent.cognitive.guard.finding import HandoffReason, IncomingKind
from agent.cognitive.guard.permissions import ArgumentRule

DETECTED_REASONS = tuple(
    reason
    for reason in HandoffReason
    if reason
    not in (
        HandoffReason.POLICY_BLOCK,
        HandoffReason.SYSTEM_ERROR,
        HandoffReason.LOW_CONFIDENCE,
        HandoffReason.FAILED_ATTEMPTS,
    )
)
FINDING_KINDS = (*map(str, DETECTED_REASONS), *map(str, IncomingKind))
"""The kinds that a flow may name under `guard.on`, the weightiest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardBranch:
    """Where a finding leads (a state, or `@back`), and what is said on the way there."""

    to: str
    say: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """What a flow says of its guarding; without any of it nothing is checked but what is kept.

    Attributes:
        on: by kind of finding, where it leads; a kind that is not named is not looked for.
        never_say: forbidden claims, with the lines said instead.
        must_hear: lines that must have been heard before given states.
        transfers: to whom a call may be given; None for no list.
        arguments: what tools may be asked.
        names: the variables that hold names of people, to be taken out of what is kept.
    """

    on: Mapping[str, GuardBranch] = field(default_factory=dict)
    never_say: tuple[Claim, ...] = ()
    must_hear: tuple[Disclosure, ...] = ()
    transfers: tuple[str, ...] | None = None
    arguments: tuple[ArgumentRule, ...] = ()
    names: tuple[str, ...] = ()

    def states(self) -> tuple[str, ...]:
        """The states that the guard leads to by itself."""
        targets = [branch.to for branch in self.on.values()] + [
            d.otherwise for d in self.must_hear if d.otherwise
        ]
        return tuple(dict.fromkeys(target for target in targets if not target.startswith("@")))

    def texts(self) -> list[str]:
        """Every text that the guard may have the agent say."""
        said = [branch.say for branch in self.on.values()]
        said += [claim.say for claim in self.never_say] + [d.say for d in self.must_hear]
        return [text for text in said if text]
