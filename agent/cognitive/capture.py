"""Values taken from the caller's words: which reader serves which type, and what a caller took back.

Words come in as `spoken_words` gives them, so what was typed and what was recognised read alike. Each reader returns
the value or None, and never guesses: two values that fit the words equally well are none. Of a line in which a value
is put right ("Tuesday, no, Wednesday") the last part that holds a value counts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import phonenumbers

from agent.cognitive.amounts import amount_said, number_said
from agent.cognitive.capture_settings import CaptureSettings
from agent.cognitive.choices import choice_said
from agent.cognitive.codes import postcode_said, reference_said
from agent.cognitive.flow import Capture, ValueType
from agent.cognitive.moment_reading import date_said, moment_said, time_said
from agent.cognitive.person_names import name_said
from agent.cognitive.reading import Reading
from agent.cognitive.repairs import after_repairs
from agent.cognitive.slot_choice import chosen_slot
from agent.cognitive.spelled import mail_address, telephone_number
from agent.cognitive.spoken_words import NUMBER_WORDS
from agent.cognitive.time_phrases import sum_of_money, timeline, when_said

# The country whose telephone numbers are expected, by the caller's zone; elsewhere only numbers with "plus" are
# checked.
_REGIONS = {"Europe/London": "GB", "Europe/Belfast": "GB", "Europe/Dublin": "IE", "America": "US", "US": "US"}
# A word of a mail address that is spelled or stands alone is shorter, or said with a sign beside.
_FEWEST_LETTERS_OF_A_NAME = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a reader may look at: the words, and for slots what was offered, on which day, in whose zone."""

    words: Sequence[str]
    offered: Sequence[str] = ()
    now_iso: str = ""
    time_zone: str = ""


def captured_value(value_type: ValueType, answer: Answer) -> str | None:
    """The value of that type in the caller's words; None when there is none, or no single one."""
    reading = read_value(Capture(variable="", type=value_type), answer)
    return None if reading is None else reading.value


def read_value(capture: Capture, answer: Answer) -> Reading | None:
    """The value that a capture takes from the words, and whether it can be only that one."""
    reader = _READERS[capture.type]
    if capture.type is ValueType.TEXT:
        return reader(answer, capture.settings)
    doubtful = False
    for words in after_repairs(answer.words):
        reading = reader(replace(answer, words=words), capture.settings)
        if reading is not None:
            return replace(reading, repaired=True)
        # "... one two three, no, four": part of a number was put right, and nobody can tell which.
        doubtful |= capture.type is ValueType.PHONE and bool(NUMBER_WORDS & set(words))
    reading = reader(answer, capture.settings)
    return replace(reading, sure=False) if reading is not None and doubtful else reading


def _telephone(answer: Answer) -> Reading | None:
    number = telephone_number(answer.words)
    return None if number is None else Reading(value=number, sure=_is_possible(number, answer.time_zone))


def _is_possible(number: str, time_zone: str) -> bool:
    """Whether a number of this length can be dialled in the caller's country; true where that is not known."""
    region = _REGIONS.get(time_zone, _REGIONS.get(time_zone.partition("/")[0]))
    if region is None and not number.startswith("+"):
        return True
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(number, region))
    except phonenumbers.NumberParseException:
        return False


def _address(answer: Answer) -> Reading | None:
    address = mail_address(answer.words)
    if address is None:
        return None
    # "Jane smith at" may be written in one or not: two names were joined that nothing joined in speech.
    local = address.partition("@")[0]
    long_words = {word for word in answer.words if len(word) > _FEWEST_LETTERS_OF_A_NAME and word.isalpha()}
    joined = any(
        first + second in local
        for first, second in zip(answer.words, answer.words[1:], strict=False)
        if first in long_words and second in long_words and not NUMBER_WORDS & {first, second}
    )
    return Reading(value=address, sure=not joined)


def _sure(value: str | None) -> Reading | None:
    return None if value is None else Reading(value=value)


_READERS: Mapping[ValueType, Callable[[Answer, CaptureSettings], Reading | None]] = {
    ValueType.SLOT: lambda a, _: _sure(
        chosen_slot(a.words, a.offered, now_iso=a.now_iso, time_zone=a.time_zone)
    ),
    ValueType.EMAIL: lambda a, _: _address(a),
    ValueType.PHONE: lambda a, _: _telephone(a),
    ValueType.WHEN: lambda a, _: _sure(when_said(a.words)),
    ValueType.MONEY: lambda a, _: _sure(sum_of_money(a.words)),
    ValueType.TIMELINE: lambda a, _: _sure(timeline(a.words)),
    ValueType.TEXT: lambda a, _: _sure(" ".join(a.words) or None),
    ValueType.NAME: lambda a, _: name_said(a.words),
    ValueType.DATE: lambda a, _: date_said(a.words, now_iso=a.now_iso, time_zone=a.time_zone),
    ValueType.TIME: lambda a, s: time_said(a.words, earliest=s.least, latest=s.most),
    ValueType.DATE_TIME: lambda a, s: moment_said(
        a.words, now_iso=a.now_iso, time_zone=a.time_zone, earliest=s.least, latest=s.most
    ),
    ValueType.NUMBER: lambda a, s: number_said(a.words, least=s.least, most=s.most),
    ValueType.AMOUNT: lambda a, s: amount_said(a.words, currency=s.currency, least=s.least, most=s.most),
    ValueType.CHOICE: lambda a, s: choice_said(a.words, s.choices),
    ValueType.POSTCODE: lambda a, _: postcode_said(a.words),
    ValueType.REFERENCE: lambda a, s: reference_said(a.words, least=s.least, most=s.most),
}
