"""What of the agent's words the caller heard, reply by reply."""

from __future__ import annotations

from dataclasses import dataclass

from evals.metrics.normaliser import contains_words
from evals.record import CallRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardReply:
    """The whole words of one reply that reached the ear, from the first word's start to the last one's end."""

    seq: int
    start_ns: int
    end_ns: int
    text: str


def replies_heard(record: CallRecord) -> list[HeardReply]:
    """Every reply of which a whole word was heard, oldest first; words that were cut are left out."""
    replies: dict[int, HeardReply] = {}
    for word in sorted(record.agent_words, key=lambda word: word.start_ns):
        if not word.complete:
            continue
        begun = replies.get(word.seq)
        replies[word.seq] = HeardReply(
            seq=word.seq,
            start_ns=begun.start_ns if begun else word.start_ns,
            end_ns=word.end_ns,
            text=f"{begun.text} {word.text}" if begun else word.text,
        )
    return sorted(replies.values(), key=lambda reply: (reply.start_ns, reply.seq))


def reply_with(record: CallRecord, phrase: str) -> HeardReply | None:
    """The first reply in which the phrase was heard whole, case and punctuation aside."""
    return next((reply for reply in replies_heard(record) if contains_words(reply.text, phrase)), None)
