from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.audio.playout import Burst, BurstStart, Playout
from agent.audio.ports import Mark
from agent.events import WordSpan
from agent.media import FRAME_BYTES, FRAME_NS, AudioFrame

DELAY_NS = 40_000_000


def a_burst(words: str, *, frames_per_word: int = 5, seq: int = 1) -> Burst:
    """A burst whose word number n fills its own frames; each frame's bytes name the frame."""
    texts = words.split()
    count = len(texts) * frames_per_word
    return Burst(
        seq=seq,
        text=words,
        frames=tuple(bytes([number % 251]) * FRAME_BYTES for number in range(count)),
        words=tuple(
            WordSpan(
                text=text,
                start_ns=number * frames_per_word * FRAME_NS,
                end_ns=(number + 1) * frames_per_word * FRAME_NS,
            )
            for number, text in enumerate(texts)
        ),
    )


def drain(playout: Playout, now_ns: int) -> Iterator[AudioFrame | Mark]:
    while (item := playout.next(now_ns)) is not None:
        if not isinstance(item, BurstStart):
            yield item


def sounds(items: list[AudioFrame | Mark]) -> list[int]:
    return [item.pcm[0] for item in items if isinstance(item, AudioFrame)]


def test_all_frames_are_handed_out_in_order_and_then_a_mark() -> None:
    playout = Playout()
    playout.add(a_burst("one two"))
    items = list(drain(playout, 0))
    assert sounds(items) == list(range(10))
    assert isinstance(items[-1], Mark)
    assert not playout.drained
    playout.mark_returned(items[-1].name, 300_000_000)
    assert playout.drained


def test_frames_are_expected_one_after_another_from_when_they_were_sent() -> None:
    playout = Playout()
    playout.add(a_burst("one"))
    starts = [item.t_ns for item in drain(playout, 7) if isinstance(item, AudioFrame)]
    assert starts == [7 + number * FRAME_NS for number in range(5)]


def test_mark_that_comes_back_tells_the_lines_delay() -> None:
    playout = Playout(delay_ns=1)
    playout.add(a_burst("one"))
    mark = list(drain(playout, 0))[-1]
    assert isinstance(mark, Mark)
    playout.mark_returned(mark.name, 5 * FRAME_NS + 2 * DELAY_NS)
    assert playout.delay_ns == DELAY_NS


def test_words_count_as_heard_only_once_they_played_whole() -> None:
    playout = Playout(delay_ns=DELAY_NS)
    playout.add(a_burst("good morning alex"))
    list(drain(playout, 0))
    # Two words are over at the ear after 200 ms; the caller's onset then reaches the agent after another delay.
    noticed_ns = 10 * FRAME_NS + 2 * DELAY_NS
    assert playout.heard(noticed_ns) == "good morning"
    assert playout.heard(noticed_ns - 1) == "good"


def test_reply_that_was_held_goes_on_from_the_cut_word() -> None:
    playout = Playout()
    playout.add(a_burst("good morning alex"))
    list(drain(playout, 0))
    playout.hold(7 * FRAME_NS)  # two frames into the second word
    assert playout.next(8 * FRAME_NS) is None
    playout.resume()
    assert sounds(list(drain(playout, 20 * FRAME_NS))) == list(range(5, 15))


def test_reply_held_twice_says_no_word_twice_that_was_heard() -> None:
    playout = Playout()
    playout.add(a_burst("good morning alex"))
    list(drain(playout, 0))
    playout.hold(7 * FRAME_NS)
    playout.resume()
    list(drain(playout, 100 * FRAME_NS))
    playout.hold(106 * FRAME_NS)  # the second word has been said whole by now
    playout.resume()
    assert sounds(list(drain(playout, 200 * FRAME_NS))) == list(range(10, 15))


def test_speech_added_while_held_follows_when_it_goes_on() -> None:
    playout = Playout()
    playout.add(a_burst("good"))
    list(drain(playout, 0))
    playout.hold(2 * FRAME_NS)
    playout.add(a_burst("bye", frames_per_word=2))
    assert list(drain(playout, 0)) == []
    playout.resume()
    assert sounds(list(drain(playout, 50 * FRAME_NS))) == [0, 1, 2, 3, 4, 0, 1]


def test_reply_that_was_cancelled_is_silent_and_drained() -> None:
    playout = Playout()
    playout.add(a_burst("good morning"))
    list(drain(playout, 0))
    playout.hold(FRAME_NS)
    playout.cancel()
    assert playout.drained
    assert list(drain(playout, 100 * FRAME_NS)) == []


def test_hold_in_the_midst_of_sending_hands_out_nothing_more() -> None:
    playout = Playout()
    playout.add(a_burst("good morning"))
    for _ in range(4):
        playout.next(0)
    playout.hold(0)
    assert playout.next(0) is None


def test_marks_dropped_by_a_hold_say_nothing_about_the_delay() -> None:
    playout = Playout(delay_ns=DELAY_NS)
    playout.add(a_burst("good"))
    mark = list(drain(playout, 0))[-1]
    assert isinstance(mark, Mark)
    playout.hold(FRAME_NS)
    playout.mark_returned(mark.name, 2 * FRAME_NS)
    assert playout.delay_ns == DELAY_NS


def test_frames_of_a_new_reply_count_on_over_the_call() -> None:
    playout = Playout()
    playout.add(a_burst("good"))
    list(drain(playout, 0))
    playout.begin_reply()
    playout.add(a_burst("bye", seq=2))
    start = playout.next(0)
    assert isinstance(start, BurstStart)
    assert (start.first_frame, start.burst.seq) == (5, 2)


@pytest.mark.parametrize("words", ["", "one"])
def test_nothing_is_heard_of_a_reply_that_was_not_sent(words: str) -> None:
    playout = Playout()
    if words:
        playout.add(a_burst(words))
    assert playout.heard(10**12) == ""


@given(
    words=st.lists(st.sampled_from(["a", "bb", "ccc"]), min_size=1, max_size=6),
    frames_per_word=st.integers(1, 6),
    holds=st.lists(st.integers(0, 60), max_size=5),
)
def test_every_frame_is_played_at_least_once_and_the_last_word_whole(
    words: list[str], frames_per_word: int, holds: list[int]
) -> None:
    burst = a_burst(" ".join(words), frames_per_word=frames_per_word)
    playout = Playout()
    playout.add(burst)
    now_ns = 0
    heard: list[int] = []
    for hold_after in [*holds, 10_000]:
        sent = [item for item in drain(playout, now_ns) if isinstance(item, AudioFrame)]
        playing = [item.pcm[0] for item in sent if item.t_ns < now_ns + hold_after * FRAME_NS]
        heard += playing
        now_ns += hold_after * FRAME_NS
        playout.hold(now_ns)
        playout.resume()
        now_ns += 10**9
    assert sorted(set(heard)) == list(range(len(burst.frames)))
    assert heard[-frames_per_word:] == list(range(len(burst.frames)))[-frames_per_word:]


@given(st.lists(st.integers(0, 30), max_size=8))
def test_frames_handed_out_are_counted_once_each(counts: list[int]) -> None:
    playout = Playout()
    for number, count in enumerate(counts):
        playout.add(Burst(seq=number, text="x", frames=(b"\0" * FRAME_BYTES,) * count, words=()))
    items = list(drain(playout, 0))
    assert playout.frames_sent == sum(counts) == len(sounds(items))
