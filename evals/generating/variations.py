"""What a generator may change in a conversation, each with how often it does, and reading those from options."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType

from evals.errors import BadInput
from evals.scenario.fields import did_you_mean


class Variation(StrEnum):
    """A kind of change; its name is the tag of every conversation that it was made to."""

    PARAPHRASE = "paraphrase"
    VALUES = "values"
    ORDER = "order"
    SEVERAL = "several"
    SHORT = "short"
    SLOW = "slow"
    DISFLUENCY = "disfluency"
    CORRECTION = "correction"
    BACKCHANNEL = "backchannel"
    KEYS = "keys"
    RECOGNISER = "recogniser"


USUAL: Mapping[Variation, float] = MappingProxyType(
    {
        Variation.PARAPHRASE: 1.0,
        Variation.VALUES: 1.0,
        Variation.ORDER: 0.5,
        Variation.SEVERAL: 0.3,
        Variation.SHORT: 0.15,
        Variation.SLOW: 0.1,
        Variation.DISFLUENCY: 0.25,
        Variation.CORRECTION: 0.1,
        Variation.BACKCHANNEL: 0.1,
        Variation.KEYS: 0.1,
        Variation.RECOGNISER: 1.0,
    }
)
"""How often unless told: engineering defaults, not measurements of callers. `VALUES`, `CORRECTION` and `RECOGNISER` are
drawn once a conversation, the others once for every line that they could change."""

NONE = "none"
Rates = Mapping[Variation, float]


def rates(options: Sequence[str]) -> dict[Variation, float]:
    """The rates by options such as `paraphrase`, `keys=0.5` and `none`; the usual ones without any.

    `none` stands first and switches everything off; a name alone is at its usual rate.

    Raises:
        BadInput: lists every option that cannot be used.
    """
    found = dict(USUAL)
    mistakes = []
    for number, option in enumerate(part.strip() for text in options for part in text.split(",")):
        if option == NONE and number == 0:
            found = dict.fromkeys(USUAL, 0.0)
            continue
        name, equals, text = option.partition("=")
        if name not in set(Variation):
            hint = (
                did_you_mean(name, list(Variation))
                or f"; there are {', '.join(Variation)}, and none at first"
            )
            mistakes.append(f"--vary {option}: there is no such variation{hint}")
            continue
        rate = _rate(text) if equals else USUAL[Variation(name)]
        if rate is None:
            mistakes.append(f"--vary {option}: a rate is a number from 0 to 1")
        else:
            found[Variation(name)] = rate
    if mistakes:
        raise BadInput("options", mistakes)
    return found


def _rate(text: str) -> float | None:
    try:
        rate = float(text)
    except ValueError:
        return None
    return rate if 0 <= rate <= 1 else None
