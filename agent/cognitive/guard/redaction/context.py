"""What a number in a call is: by what the agent asked for last, or by the words around it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from agent.cognitive.guard.located_words import Located
from agent.cognitive.guard.patterns import Match, PhraseSet


class Asked(StrEnum):
    """What a number is said to be."""

    NOTHING = ""
    SECRET = "secret"  # a card's security code, a PIN, a one-time code
    CARD = "card"
    ACCOUNT = "account"  # sort code and account number
    HEALTH = "health"  # NHS number
    SOCIAL = "social"  # SSN
    PHONE = "phone"
    OTHER = "other"  # an order, a time, a sum: what may stay


_NUMBER = "(number|numbers|no|reference|ref|code|id)"
_PHRASES = {
    Asked.SECRET: (
        "security (code|number|digits)",
        "(cvv|cvc|cvv2|pin|passcode|password|otp)",
        "pin (number|code)",
        "(three|3|four|4) (digits|numbers) ... (back|front|reverse)",
        "(one time|onetime|verification|authorisation|authorization|memorable) (code|passcode|password|pin|word)",
        "(code|digits) (on|from) the (back|reverse)",
    ),
    Asked.CARD: (
        "(card|cards) (number|numbers|details|digits)",
        "long (card)? number",
        "(number|numbers|digits) ... (credit|debit|bank|payment)? card",
        "(credit|debit|visa|mastercard|amex|payment) card",
        "(expiry|expiration) (date)?",
        "pan",
    ),
    Asked.ACCOUNT: ("sort code*", "(bank)? account number", "(bank|account) details", "account (no|num)"),
    Asked.HEALTH: ("nhs (number|no)?", "(national)? health service number"),
    Asked.SOCIAL: ("(ssn|social security)", "social (number)?"),
    Asked.OTHER: (
        f"(order|booking|reference|tracking|invoice|ticket|case|policy|confirmation|parcel|purchase|serial|model|job|"
        f"flight|customer|member|membership|product|part|claim) {_NUMBER}?",
        "(what|which) (time|day|date|year|size|floor|room|quantity|amount|house number|flat)",
        "how (many|much|long|old|often)",
        "(budget|price|cost|quantity|amount|total|door number|house number|flat number|meter reading|mileage)",
        "(slot|slots|time|times|start|starts|end|ends|date|created|updated|at) (id)?",
        "(extension|room|gate|platform|floor|line)",
    ),
    Asked.PHONE: (
        "(phone|telephone|mobile|cell|contact|callback|call back|landline|home|work|daytime|best) (number|no)?",
        "(call|ring|reach|text|phone|contact) (me|you|us|him|her|them) (back)? (on|at)",
        "(my|your|the|his|her|our) number",
        "(msisdn|fax)",
    ),
}
_SET = PhraseSet({str(asked): phrases for asked, phrases in _PHRASES.items()})
# Words of "at", "home", "best", "work", "line" are too common in speech to say what is asked for.
_WEAK = frozenset("at home best work line start starts end ends time times at date room".split())


def asked_for(line: Located) -> Asked:
    """What the agent asks for in a line; the weightiest when there are several."""
    return next((Asked(match.name) for match in _matches(line)), Asked.NOTHING)


def key_meaning(line: Located) -> Asked:
    """What a key of a structure says of its value, its words being `line`."""
    return next((Asked(match.name) for match in _SET.search(line)), Asked.NOTHING)


class Naming:
    """What the words of one line say of the numbers in it."""

    def __init__(self, line: Located) -> None:
        self._places: Sequence[tuple[int, int, Asked]] = sorted(
            (match.start, match.end, Asked(match.name)) for match in _matches(line, every=True)
        )

    def of(self, start: int, end: int) -> Asked:
        """What the number between these characters is said to be: by the last words before it, or the next after."""
        before = [asked for _, stop, asked in self._places if stop <= start]
        after = [asked for begin, _, asked in self._places if begin >= end]
        return before[-1] if before else after[0] if after else Asked.NOTHING


def _matches(line: Located, *, every: bool = False) -> list[Match]:
    found = _SET.all_matches(line) if every else _SET.search(line)
    texts = {(word.start, word.end): word.text for word in line.words}
    return [match for match in found if texts.get((match.start, match.end)) not in _WEAK]
