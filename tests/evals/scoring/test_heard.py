from __future__ import annotations

from evals.scoring.heard import HeardReply, replies_heard, reply_with
from tests.builders import MS, a_record, heard_words


def test_words_of_a_reply_stand_together_without_those_that_were_cut() -> None:
    record = a_record(
        agent_words=heard_words("Shall I book", at_ms=5_000, seq=1, cut="tues-")
        + heard_words("Hi there.", seq=0)
    )
    assert replies_heard(record) == [
        HeardReply(seq=0, start_ns=0, end_ns=600 * MS, text="Hi there."),
        HeardReply(seq=1, start_ns=5_000 * MS, end_ns=5_900 * MS, text="Shall I book"),
    ]


def test_reply_that_went_on_after_a_yield_is_one_reply() -> None:
    record = a_record(
        agent_words=heard_words("I have", seq=1, cut="Tues-")
        + heard_words("Tuesday at ten.", at_ms=2_000, seq=1)
    )
    assert [reply.text for reply in replies_heard(record)] == ["I have Tuesday at ten."]


def test_first_reply_with_a_phrase() -> None:
    record = a_record(agent_words=heard_words("Good bye.", seq=0) + heard_words("Bye.", at_ms=3_000, seq=1))
    found = reply_with(record, "bye")
    assert found is not None
    assert found.seq == 0
    assert reply_with(record, "hello") is None
