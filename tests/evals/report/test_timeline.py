from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from evals.metrics.registry import measure
from evals.record import CallerUtterance, Span
from evals.report.timeline import LEVEL_STEPS, Bar, Mark, Timeline, timeline_of
from tests.store_builders import DURATION_MS, MS, a_record, a_text_record


def timeline(**changes) -> Timeline:
    record = a_record(**changes)
    made = timeline_of(record, measure(record))
    assert made is not None
    return made


def test_lanes_hold_what_was_audible_with_its_words() -> None:
    made = timeline()
    assert [(bar.start_ns // MS, bar.end_ns // MS, bar.kind, bar.text) for bar in made.caller] == [
        (3200, 4100, "speech", "Yes, this is Alex."),
        (5600, 5900, "sound", "mm-hmm"),
        (10_000, 12_100, "speech", "Yes we are, about five thousand pounds."),
        (15_300, 16_300, "speech", "Tuesday works."),
    ]
    assert [(bar.kind, bar.text) for bar in made.agent] == [
        ("speech", "Hi, this is Nova from Quantum. Is this Alex?"),
        ("speech", "Great. We booked you a call about moving your phone system."),
        ("speech", "Is that still planned for this quarter?"),
        ("cut", "I can offer Tuesday at half past ten or–"),
    ]


def test_states_follow_each_other_without_gaps_to_the_end() -> None:
    made = timeline()
    for lane in (made.machine, made.flow):
        assert all(a.end_ns == b.start_ns for a, b in pairwise(lane))
        assert lane[-1].end_ns == made.duration_ns
    assert [bar.text for bar in made.flow] == ["greeting", "qualify", "book"]
    assert [bar.kind for bar in made.machine][:6] == [
        "processing", "speaking", "listening", "processing", "speaking", "held",
    ]  # fmt: skip


def test_an_answer_that_goes_through_states_names_them_all() -> None:
    paths = (["greeting"], ["greeting", "explain", "greeting"], ["greeting", "explain", "greeting"])
    events = tuple(
        {"kind": "turn_answered", "t_ns": turn * 1000 * MS, "node_id": path[-1], "path": path}
        for turn, path in enumerate(paths)
    )
    assert [(bar.start_ns // MS, bar.text) for bar in timeline(events=events).flow] == [
        (0, "greeting"),
        (1000, "explain › greeting"),
    ]


def test_yields_resumptions_cancellations_and_tools_are_marked() -> None:
    assert [mark.text for mark in timeline().marks] == [
        "yields", "resumes", "yields", "cancels", "cal.propose_slots", "yields", "cancels",
    ]  # fmt: skip


def test_waits_are_those_that_were_measured() -> None:
    assert [(bar.kind, bar.text) for bar in timeline().waits] == [
        ("wait", "800 ms"),
        ("wait", "900 ms"),
        ("missed", "no answer in 4.0 s"),
    ]


def test_levels_are_loud_where_somebody_speaks() -> None:
    made = timeline()
    assert len(made.agent_levels) == DURATION_MS // 40
    assert max(made.agent_levels) <= LEVEL_STEPS
    assert min(made.agent_levels[10:60]) >= 5
    assert set(made.agent_levels[65:120]) == {0}
    assert timeline(caller_track=b"", agent_track=b"").agent_levels == ()


def test_an_agent_that_reports_no_words_is_seen_by_its_audio() -> None:
    bars = timeline(agent_words=()).agent
    assert len(bars) == 4
    assert {bar.text for bar in bars} == {""}


def test_words_of_an_utterance_with_pauses_are_dealt_out_by_length() -> None:
    speech = (Span(start_ns=0, end_ns=1000 * MS), Span(start_ns=2000 * MS, end_ns=3000 * MS))
    utterance = CallerUtterance(
        step=0, kind="says", text="oh seven seven double oh", start_ns=0, end_ns=3000 * MS, speech=speech
    )
    assert [bar.text for bar in timeline(utterances=(utterance,)).caller] == ["oh seven", "seven double oh"]


def test_a_text_call_has_no_timeline() -> None:
    assert timeline_of(a_text_record()) is None


def test_what_the_agent_calls_its_states_does_not_matter() -> None:
    events = (
        {"kind": "state_changed", "t_ns": 0, "old": "", "new": "<Thinking hard>", "cause": ""},
        {"kind": "key_pressed", "t_ns": 5, "digit": "3"},
        {"kind": "provider_failed", "t_ns": 6, "provider": "stt", "error": "", "fallback": ""},
    )
    made = timeline(events=events, tools=())
    assert made.machine == (
        Bar(start_ns=0, end_ns=made.duration_ns, kind="<Thinking hard>", text="<Thinking hard>"),
    )
    assert made.marks == (
        Mark(t_ns=5, kind="key_pressed", text="key 3"),
        Mark(t_ns=6, kind="provider_failed", text="stt fails"),
    )


@given(st.lists(st.tuples(st.integers(0, 100), st.integers(1, 50)), max_size=6))
def test_bars_never_overlap_whatever_the_speech(spans: list[tuple[int, int]]) -> None:
    at, speech = 0, []
    for gap, length in spans:
        speech.append(Span(start_ns=(at + gap) * 10 * MS, end_ns=(at + gap + length) * 10 * MS))
        at += gap + length
    utterance = CallerUtterance(
        step=0, kind="says", text="a b c d e f", start_ns=0, end_ns=at * 10 * MS, speech=tuple(speech)
    )
    bars = timeline(utterances=(utterance,)).caller
    assert all(a.end_ns < b.start_ns for a, b in pairwise(bars))
    if bars:
        assert " ".join(bar.text for bar in bars).split() == list("abcdef")
