"""Values taken from the caller's words: which reader serves which type, and what a caller took back.

Words come in as `spoken_words` gives them, so what was typed and what was recognised read alike. Each reader returns
the value or None, and never guesses: two values that fit the words equally well are none. Of a line in which a value
is put right ("Tuesday, no, Wednesday") the last part that holds a value counts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from agent.cognitive.flow import ValueType
from agent.cognitive.repairs import after_repairs
from agent.cognitive.slot_choice import chosen_slot
from agent.cognitive.spelled import mail_address, telephone_number
from agent.cognitive.time_phrases import sum_of_money, timeline, when_said


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a reader may look at: the words, and for slots what was offered, on which day, in whose zone."""

    words: Sequence[str]
    offered: Sequence[str] = ()
    now_iso: str = ""
    time_zone: str = ""


def captured_value(value_type: ValueType, answer: Answer) -> str | None:
    """The value of that type in the caller's words; None when there is none, or no single one."""
    reader = _READERS[value_type]
    if value_type is not ValueType.TEXT:
        from dataclasses import replace
        for words in after_repairs(answer.words):
            if (value := reader(replace(answer, words=words))) is not None:
                return value
    return reader(answer)


_READERS: Mapping[ValueType, Callable[[Answer], str | None]] = {
    ValueType.SLOT: lambda a: chosen_slot(a.words, a.offered, now_iso=a.now_iso, time_zone=a.time_zone),
    ValueType.EMAIL: lambda a: mail_address(a.words),
    ValueType.PHONE: lambda a: telephone_number(a.words),
    ValueType.WHEN: lambda a: when_said(a.words),
    ValueType.MONEY: lambda a: sum_of_money(a.words),
    ValueType.TIMELINE: lambda a: timeline(a.words),
    ValueType.TEXT: lambda a: " ".join(a.words) or None,
}
