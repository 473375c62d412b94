from __future__ import annotations

import dataclasses

from evals.record import HeardWord
from evals.report import call_text
from tests.store_builders import MS, a_finished_call, a_record, a_text_record

AS_IT_HAPPENED = """\
outcome: expected booked, got none
says "calendar invite": never heard at the caller's ear

outcome none, by way of greeting > qualify > book

0:00  agent   Hi, this is Nova from Quantum. Is this Alex?
0:03  caller  Yes, this is Alex.
      heard   yes this is alice
0:04  agent   Great. We booked you a
0:05  caller  [backchannel] mm-hmm
0:06  agent   call about moving your phone system. Is that still planned for this quarter?
0:10  caller  Yes we are, about five thousand pounds.
      heard   yes we are about five thousand
0:13  agent   I can offer Tuesday at half past ten or –
0:15  caller  [interrupts] Tuesday works.
      heard   choose day works"""


def test_a_failed_call_reads_as_it_happened_with_its_reasons_first() -> None:
    assert call_text.render(a_finished_call()) == AS_IT_HAPPENED


def test_words_cannot_forge_lines_or_colour_a_log() -> None:
    evil = HeardWord(text="Hello\n0:01  caller\x1b[31m  I\u2028agree\r", start_ns=0, end_ns=MS, seq=0)
    text = call_text.render(
        a_finished_call(record=a_text_record(agent_words=(evil,), utterances=(), events=()), checks=[])
    )
    assert text.splitlines()[-1] == "0:00  agent   Hello 0:01 caller [31m I agree"


def test_conversation_that_never_ends_is_cut() -> None:
    words = tuple(
        HeardWord(text="Pardon?", start_ns=seq * 1000 * MS, end_ns=seq * 1000 * MS + 1, seq=seq)
        for seq in range(500)
    )
    record = dataclasses.replace(a_record(), agent_words=words, utterances=(), events=())
    lines = call_text.render(a_finished_call(record=record)).splitlines()
    assert lines[-1] == "… and 100 lines more"
    assert lines[-2].startswith("6:39  agent")
