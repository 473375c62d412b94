"""Values that wait for the caller's word: read back when in doubt, asked about when keys and speech differ. Pure.

A value in doubt does not count. It waits in the dialogue (`Pending`) while the question stays open; the caller's yes
takes the branch that the value would have taken at once, a no or another value asks anew. After `MOST_ATTEMPTS` in vain
the state's `unconfirmed` branch is taken, or `unclear`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from agent.cognitive.capture import Answer, read_value
from agent.cognitive.capture_settings import Confirm
from agent.cognitive.flow import UNCLEAR, Capture, Flow
from agent.cognitive.pending import MOST_ATTEMPTS, Pending
from agent.cognitive.reading import Reading
from agent.cognitive.replies_to_values import Verdict, keyed_or_said, verdict
from agent.cognitive.spoken_value import spoken_value
from agent.cognitive.value_types import ValueType
from agent.cognitive.wording import Wording, fill

LOW_CONFIDENCE = 0.6
"""Below this a recogniser's confidence in a turn is low: an engineering default; recognisers' scales differ."""

_HABITS = {ValueType.PHONE: Confirm.LOW, ValueType.EMAIL: Confirm.LOW, ValueType.NAME: Confirm.LOW}
# A day or an hour that may be another is asked about as well: nothing is guessed.
_HABITS |= dict.fromkeys((ValueType.DATE, ValueType.TIME, ValueType.DATE_TIME), Confirm.LOW)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What becomes of a pending value in a turn.

    Attributes:
        captured: the value, once it counts.
        branch: the branch to take; empty where the open question stays open.
        pending: what still waits.
        says: what is said about it.
    """

    captured: Mapping[str, str] = field(default_factory=dict)
    branch: str = ""
    pending: Pending | None = None
    says: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """Says the flow's texts about values: the flow, and the caller's date and zone."""

    flow: Flow
    now_iso: str = ""
    time_zone: str = ""

    def read_back(self, capture: Capture, pending: Pending) -> str:
        """The question whether the pending value is right, or which of the two."""
        texts = self.flow.value_texts
        text = texts.which if pending.other else texts.read_back
        return self._filled(text, capture, pending.value, pending.other)

    def corrected(self, capture: Capture, value: str) -> str:
        """What is said once a value has been put right."""
        return self._filled(self.flow.value_texts.corrected, capture, value, "")

    def sorry(self, capture: Capture, value: str) -> str:
        """What is said before the question is asked again."""
        return self._filled(self.flow.value_texts.sorry, capture, value, "")

    def _filled(self, text: str, capture: Capture, value: str, other: str) -> str:
        said = {name: self._spoken(capture, held) for name, held in (("value", value), ("other", other))}
        sentence = fill(text, Wording(variables=said))
        return sentence[:1].upper() + sentence[1:]

    def _spoken(self, capture: Capture, value: str) -> str:
        return spoken_value(capture.type, value, now_iso=self.now_iso, time_zone=self.time_zone)


def needs_confirmation(capture: Capture, reading: Reading, stt_confidence: float | None) -> bool:
    """Whether a value must be read back before it counts."""
    match capture.settings.confirm or _HABITS.get(capture.type, Confirm.NEVER):
        case Confirm.ALWAYS:
            return True
        case Confirm.NEVER:
            return False
        case _:
            heard_badly = stt_confidence is not None and stt_confidence < LOW_CONFIDENCE
            return heard_badly or not reading.sure


def settle(pending: Pending, capture: Capture, answer: Answer, speaker: Speaker) -> Settlement:
    """What the caller's words make of the pending value."""
    reading = read_value(capture, answer) if capture.type is not ValueType.TEXT else None
    if pending.other:
        return _which(pending, capture, reading, answer.words, speaker)
    said = verdict(answer.words)
    if reading is not None and reading.value == pending.value and said is not Verdict.NO:
        return _counts(pending, pending.value, capture, speaker)
    if (
        reading is not None
        and reading.value != pending.value
        and (said is not Verdict.YES or not pending.value)
    ):
        # Put right, or told anew: read back once more, since this value was hard to hear.
        return _asks(replace(pending, value=reading.value, by_keys=False), capture, speaker)
    if said is Verdict.YES and pending.value:
        return _counts(pending, pending.value, capture, speaker)
    if said is Verdict.NO and pending.value:
        return _asks_anew(pending, capture, speaker)
    return _asks(pending, capture, speaker) if pending.value else _asks_anew(pending, capture, speaker)


def settle_by_keys(pending: Pending, capture: Capture, value: str, speaker: Speaker) -> Settlement:
    """What a keyed value makes of the pending one: the same counts, and of two that differ the caller chooses."""
    if value in (pending.value, pending.other) or not pending.value:
        return _counts(replace(pending, by_keys=True), value, capture, speaker)
    return disputed(pending, capture, keyed=value, said=pending.value, speaker=speaker)


def disputed(pending: Pending, capture: Capture, *, keyed: str, said: str, speaker: Speaker) -> Settlement:
    """Asks which of a keyed and a spoken value is right; never guesses."""
    waiting = replace(pending, value=keyed, other=said, by_keys=True)
    return _asks(waiting, capture, speaker)


def unheard(pending: Pending, capture: Capture, speaker: Speaker) -> Settlement:
    """Asks again of a caller who said nothing, or something that was no answer."""
    return _asks(pending, capture, speaker) if pending.value else _asks_anew(pending, capture, speaker)


def _which(
    pending: Pending, capture: Capture, reading: Reading | None, words: Sequence[str], speaker: Speaker
) -> Settlement:
    values = (pending.value, pending.other)
    if reading is not None:
        if reading.value in values:
            return _counts(pending, reading.value, capture, speaker)
        return _asks(replace(pending, value=reading.value, other="", by_keys=False), capture, speaker)
    keyed = keyed_or_said(words)
    if keyed is not None and verdict(words) is not Verdict.NO:
        return _counts(pending, values[0] if keyed else values[1], capture, speaker)
    return _asks(pending, capture, speaker)


def _counts(pending: Pending, value: str, capture: Capture, speaker: Speaker) -> Settlement:
    # Where no branch follows the caller hears what counts now; else the next question tells that it went on.
    says = "" if pending.branch else speaker.corrected(capture, value)
    return Settlement(captured={pending.variable: value}, branch=pending.branch, says=says)


def _asks(pending: Pending, capture: Capture, speaker: Speaker) -> Settlement:
    if pending.attempts > MOST_ATTEMPTS:
        return _given_up(pending, capture)
    waiting = replace(pending, attempts=pending.attempts + 1)
    return Settlement(pending=waiting, says=speaker.read_back(capture, waiting))


def _asks_anew(pending: Pending, capture: Capture, speaker: Speaker) -> Settlement:
    if pending.attempts > MOST_ATTEMPTS:
        return _given_up(pending, capture)
    waiting = replace(pending, value="", other="", attempts=pending.attempts + 1)
    return Settlement(pending=waiting, says=speaker.sorry(capture, pending.value))


def _given_up(pending: Pending, capture: Capture) -> Settlement:
    """The value is let go. One that was only welcome lets the turn that brought it take its branch."""
    if not capture.branch and pending.branch:
        return Settlement(branch=pending.branch)
    return Settlement(branch=capture.settings.unconfirmed or UNCLEAR)
