from __future__ import annotations

import dataclasses

import pytest

from evals.metrics.word_errors import WordErrors
from evals.record import CallerUtterance, HeardWord
from evals.report.conversation import AgentLine, CallerLine, conversation, doing_of
from tests.store_builders import MS, a_record, a_text_record


def told(record) -> list[str]:
    return [
        f"agent: {line.text}{'–' if line.cut else ''}"
        if isinstance(line, AgentLine)
        else f"caller: {line.said} [{line.doing}] {line.heard}"
        for line in conversation(record)
    ]


def test_a_call_reads_as_it_happened() -> None:
    assert told(a_record()) == [
        "agent: Hi, this is Nova from Quantum. Is this Alex?",
        "caller: Yes, this is Alex. [] yes this is alice",
        "agent: Great. We booked you a",
        "caller: mm-hmm [backchannel] ",
        "agent: call about moving your phone system. Is that still planned for this quarter?",
        "caller: Yes we are, about five thousand pounds. [] yes we are about five thousand",
        "agent: I can offer Tuesday at half past ten or–",
        "caller: Tuesday works. [interrupts] choose day works",
    ]


def test_words_are_aligned_and_counted_where_they_are_scored() -> None:
    first, backchannel, *_ = [line for line in conversation(a_record()) if isinstance(line, CallerLine)]
    assert [(word.reference, word.hypothesis) for word in first.aligned][-1] == ("alex", "alice")
    assert first.errors == WordErrors(hits=3, substitutions=1)
    assert (backchannel.aligned, backchannel.errors) == ((), None)


def test_at_text_level_the_reply_follows_its_turn_and_nothing_is_counted() -> None:
    record = a_text_record(
        utterances=(CallerUtterance(step=0, kind="says", text="Yes.", start_ns=1000 * MS, end_ns=1000 * MS),),
        agent_words=tuple(
            HeardWord(text=text, start_ns=seq * 1000 * MS, end_ns=seq * 1000 * MS, seq=seq)
            for text, seq in (("Hello?", 0), ("Great.", 1), ("Bye.", 1))
        ),
        events=({"kind": "turn_opened", "t_ns": 1000 * MS, "event": "speech", "transcript": "Yes."},),
    )
    assert told(record) == ["agent: Hello?", "caller: Yes. [] Yes.", "agent: Great. Bye."]
    assert [line.errors for line in conversation(record) if isinstance(line, CallerLine)] == [None]


@pytest.mark.parametrize(
    ("changes", "doing"),
    [
        ({"kind": "says"}, ""),
        ({"kind": "interrupts"}, "interrupts"),
        ({"kind": "interrupts", "offered": False}, "meant to interrupt; the reply was over"),
        ({"kind": "plays"}, "recording"),
        ({"kind": "sound", "sound": "voicemail_greeting"}, "voicemail greeting"),
        ({"kind": "keys", "keys": "3#"}, "presses 3#"),
        ({"kind": "hangs_up"}, "hangs up"),
        ({"kind": "says", "hung_up": True}, "hangs up"),
        ({"kind": "interrupts", "hung_up": True}, "interrupts, hangs up"),
    ],
)
def test_what_the_caller_did_is_said_in_words(changes: dict, doing: str) -> None:
    plain = CallerUtterance(step=0, kind="says", text="", start_ns=0, end_ns=0)
    assert doing_of(dataclasses.replace(plain, **changes)) == doing
