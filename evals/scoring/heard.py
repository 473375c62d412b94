"""What of the agent's words the caller heard, reply by reply."""

from __future__ import annotations

from dataclasses import dataclass

from evals.metrics.normaliser import contains_words
from evals.record import CallRecord, HeardWord


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardReply:
    """The whole words of one reply that reached the ear, from the first word's start to the last one's end."""

    seq: int
    start_ns: int
    end_ns: int
    text: str


def replies_heard(record: CallRecord) -> list[HeardReply]:
    """Every reply of which a whole word was heard, oldest first; words that were cut are left out."""
    by_reply: dict[int, list[HeardWord]] = {}
    for word in sorted(record.agent_words, key=lambda word: word.start_ns):
        if word.complete:
            by_reply.setdefault(word.seq, []).append(word)
    replies = [
        HeardReply(
            seq=seq,
            start_ns=words[0].start_ns,
            end_ns=words[-1].end_ns,
            text=" ".join(word.text for word in words),
        )
        for seq, words in by_reply.items()
    ]
    return sorted(replies, key=lambda reply: (reply.start_ns, reply.seq))


def reply_with(record: CallRecord, phrase: str) -> HeardReply | None:
    """The first reply in which the phrase was heard whole, case and punctuation aside."""
    return next((reply for reply in replies_heard(record) if contains_words(reply.text, phrase)), None)
