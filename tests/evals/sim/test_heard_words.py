from __future__ import annotations

from collections.abc import Sequence

from agent.events import CallEvent, ReplyFinished, SpeechSent, WordSpan
from agent.media import FRAME_NS
from evals.record import HeardWord
from evals.sim.heard_words import heard_words
from evals.sim.line import PlayedFrame

MS = 1_000_000


def sent(
    text: str, *, first_frame: int = 0, word_ms: int = 100, seq: int = 0, begin_ms: int = 0
) -> SpeechSent:
    """Words of equal length one after another."""
    words = tuple(
        WordSpan(
            text=word,
            start_ns=(begin_ms + at * word_ms) * MS,
            end_ns=(begin_ms + (at + 1) * word_ms) * MS,
        )
        for at, word in enumerate(text.split())
    )
    frames = -(-(begin_ms + len(words) * word_ms) // 20)
    return SpeechSent(t_ns=0, seq=seq, text=text, first_frame=first_frame, frame_count=frames, words=words)


def played(numbers: Sequence[int], *, from_ms: int = 0) -> list[PlayedFrame]:
    """Frames that played one after another."""
    return [
        PlayedFrame(number=number, start_ns=from_ms * MS + at * FRAME_NS, audible=True)
        for at, number in enumerate(numbers)
    ]


def word(text: str, start_ms: float, end_ms: float, *, seq: int = 0, complete: bool = True) -> HeardWord:
    return HeardWord(
        text=text, start_ns=int(start_ms * MS), end_ns=int(end_ms * MS), seq=seq, complete=complete
    )


def test_words_are_heard_when_their_frames_play() -> None:
    assert heard_words([sent("one two")], played(range(10), from_ms=500)) == (
        word("one", 500, 600),
        word("two", 600, 700),
    )


def test_word_that_begins_and_ends_within_a_frame_keeps_its_times() -> None:
    assert heard_words([sent("one", begin_ms=7, word_ms=38)], played(range(3))) == (word("one", 7, 45),)


def test_reply_that_was_cut_ends_in_a_word_that_is_not_complete() -> None:
    assert heard_words([sent("one two three")], played(range(7))) == (
        word("one", 0, 100),
        word("two", 100, 140, complete=False),
    )


def test_word_whose_first_frame_was_dropped_was_not_heard() -> None:
    assert heard_words([sent("one two")], played(range(5))) == (word("one", 0, 100),)
    assert heard_words([sent("one two")], []) == ()


def test_pause_of_the_line_within_a_word_makes_it_longer() -> None:
    frames = [*played(range(2)), *played(range(2, 5), from_ms=140)]
    assert heard_words([sent("one")], frames) == (word("one", 0, 200),)


def test_burst_that_was_cut_while_being_sent_leaves_its_frame_numbers_to_the_next() -> None:
    # Ten frames were planned; after the sixth the agent yielded and sent something else as frames 6, 7, ...
    events = [sent("one two"), sent("sorry", first_frame=6, seq=1)]
    assert heard_words(events, played(range(11))) == (
        word("one", 0, 100),
        word("two", 100, 120, complete=False),
        word("sorry", 120, 220, seq=1),
    )


def test_words_come_in_playing_order_whatever_the_order_of_events_and_others_do_not_matter() -> None:
    first, second = sent("one"), sent("two", first_frame=5, seq=1)
    events: list[CallEvent] = [second, ReplyFinished(t_ns=3, seq=0), first]
    assert [heard.text for heard in heard_words(events, played(range(10)))] == ["one", "two"]


def test_word_without_length_is_heard_with_its_frame() -> None:
    assert heard_words([sent("one", word_ms=0)], played([0])) == (word("one", 0, 0),)
