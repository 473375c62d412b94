"""Runs and finished calls for tests of the store, the reports and the dashboard.

`a_finished_call()` is a booking call of 21 s with everything in it: a backchannel that makes the agent yield and
go on, an interruption that cancels a reply, a misheard word, a reply that never came, a failed expectation.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

from agent.events import (
    CallAnswered,
    CallEnded,
    CallEvent,
    EndpointReached,
    FinalHeard,
    ReplyCancelled,
    Resumed,
    SpeechEnded,
    SpeechStarted,
    StateChanged,
    TurnAnswered,
    TurnOpened,
    Yielded,
    event_row,
)
from agent.media import RATE_HZ, mulaw_encode
from evals.metrics.measurement import Measurement
from evals.record import (
    CallerUtterance,
    CallRecord,
    CallStatus,
    HeardWord,
    Level,
    Span,
    ToolCall,
    WireMessage,
    record_sha256,
    sha256_of,
)
from evals.run_info import RunInfo
from evals.scoring.verdict import Check, ItemGrade, ScorecardItem
from evals.store.finished import FinishedCall

MS = 1_000_000
DURATION_MS = 21_000
SCENARIO = {
    "id": "books_first_slot",
    "title": "Caller takes the first slot offered",
    "flow": "booking",
    "tags": ["smoke", "happy"],
    "caller": [{"kind": "says"}, {"kind": "sound"}, {"kind": "says"}, {"kind": "interrupts"}],
    "expect": {"outcome": "booked", "states": ["greeting", "qualify", "book"]},
}
SPOKEN = [  # who, from, to (ms), words
    ("agent", 300, 2500, "Hi, this is Nova from Quantum. Is this Alex?"),
    ("caller", 3200, 4100, "Yes, this is Alex."),
    ("agent", 4900, 7400, "Great. We booked you a call about moving your phone system."),
    ("caller", 5600, 5900, "mm-hmm"),
    ("agent", 7900, 10_900, "Is that still planned for this quarter?"),
    ("caller", 10_000, 12_100, "Yes we are, about five thousand pounds."),
    ("agent", 13_000, 15_600, "I can offer Tuesday at half past ten or"),
    ("caller", 15_300, 16_300, "Tuesday works."),
]


def a_run(run_id: str = "20261121-105830-smoke-1a2b3c", **changes: Any) -> RunInfo:
    return dataclasses.replace(
        RunInfo(
            run_id=run_id,
            started_iso="2026-11-21T10:58:30+00:00",
            suites=("booking",),
            suite_sha256={"booking": "ab" * 32},
            level="audio",
            seed=1,
            repeat=1,
            workers=2,
            target="reference",
            agent={"name": "reference", "version": "0.1.0", "settings": {"endpoint_ms": 700}},
            harness_version="0.1.0",
            commit="1a2b3c4+",
            cases=("booking/books_first_slot/en-gb/clean/0",),
        ),
        **changes,
    )


def a_record(case_id: str = "booking/books_first_slot/en-gb/clean/0", **changes: Any) -> CallRecord:
    suite, scenario_id, voice, line, repeat = case_id.split("/")
    record = CallRecord(
        case_id=case_id,
        suite=suite,
        scenario_id=scenario_id,
        voice=voice,
        line={"name": line, "noise": "none", "snr_db": None, "delay_ms": 40},
        repeat=int(repeat),
        seed=1,
        level=Level.AUDIO,
        scenario={**SCENARIO, "id": scenario_id},
        scenario_sha256=sha256_of(SCENARIO),
        caller_sha256="cd" * 32,
        harness_version="0.1.0",
        agent={"name": "reference", "version": "0.1.0"},
        status=CallStatus.COMPLETED,
        failure="",
        duration_ns=DURATION_MS * MS,
        caller_track=_track("caller"),
        agent_track=_track("agent"),
        reply_end_ns=600 * MS,
        timeout_ns=4000 * MS,
        utterances=_utterances(),
        agent_words=_agent_words(),
        wire=(
            WireMessage(t_ns=260 * MS, kind="audio_out", frames=110),
            WireMessage(t_ns=15_480 * MS, kind="clear"),
        ),
        events=tuple(event_row(event) for event in _events()),
        tools=(
            ToolCall(
                t_ns=12_950 * MS,
                name="cal.propose_slots",
                arguments={"timeline": "this_quarter"},
                status="200",
                ok=True,
                value={"slots": ["2026-05-19T10:30:00+01:00"]},
            ),
        ),
        path=("greeting", "qualify", "book"),
        outcome=None,
        captured={"budget": "five thousand pounds"},
        transferred_to="",
        ended_by="caller",
    )
    return dataclasses.replace(record, **changes)


def a_text_record(case_id: str = "booking/books_first_slot/en-gb/clean/0", **changes: Any) -> CallRecord:
    silent = {"level": Level.TEXT, "caller_track": b"", "agent_track": b"", "caller_sha256": "", "wire": ()}
    return a_record(case_id, **{**silent, **changes})


def a_finished_call(
    case_id: str = "booking/books_first_slot/en-gb/clean/0",
    *,
    record: CallRecord | None = None,
    measurements: Sequence[Measurement] | None = None,
    checks: Sequence[Check] | None = None,
    scorecard: Sequence[ScorecardItem] | None = None,
) -> FinishedCall:
    record = record or a_record(case_id)
    return FinishedCall(
        record=record,
        record_sha256=record_sha256(record),
        measurements=_measurements() if measurements is None else tuple(measurements),
        checks=_checks() if checks is None else tuple(checks),
        scorecard=_scorecard() if scorecard is None else tuple(scorecard),
        wall_s=1.25,
        worker=0,
    )


def _utterances() -> tuple[CallerUtterance, ...]:
    spoken = [(start, end, text) for who, start, end, text in SPOKEN if who == "caller"]
    kinds = ["says", "sound", "says", "interrupts"]
    return tuple(
        CallerUtterance(
            step=step,
            kind=kind,
            sound="backchannel" if kind == "sound" else "",
            text=text,
            start_ns=(start - 100) * MS,
            end_ns=(end + 100) * MS,
            speech=(Span(start_ns=start * MS, end_ns=end * MS),),
            expects_reply=kind != "sound",
        )
        for step, (kind, (start, end, text)) in enumerate(zip(kinds, spoken, strict=True))
    )


def _agent_words() -> tuple[HeardWord, ...]:
    words = []
    replies = [(start, end, text) for who, start, end, text in SPOKEN if who == "agent"]
    for seq, (start, end, text) in enumerate(replies):
        parts = text.split()
        each = (end - start) // len(parts)
        for at, word in enumerate(parts):
            cut = seq == 3 and at == len(parts) - 1
            words.append(
                HeardWord(
                    text=word,
                    start_ns=(start + at * each) * MS,
                    end_ns=(start + at * each + each - 30) * MS,
                    seq=seq if seq < 2 else seq - 1,
                    complete=not cut,
                )
            )
    return tuple(words)


def _events() -> list[CallEvent]:
    return [
        CallAnswered(t_ns=0, call_sid="CA1"),
        StateChanged(t_ns=0, old="listening", new="processing", cause="answered"),
        TurnOpened(t_ns=0, seq=0, turn_id="CA1-0", event="answered", transcript="", heard=None),
        _answer(0, 200, "greeting", "greeting", ("greeting",)),
        StateChanged(t_ns=260 * MS, old="processing", new="speaking", cause="reply_ready"),
        StateChanged(t_ns=2540 * MS, old="speaking", new="listening", cause="reply_finished"),
        SpeechStarted(t_ns=3340 * MS, onset_ns=3250 * MS),
        SpeechEnded(t_ns=4240 * MS, offset_ns=4150 * MS),
        EndpointReached(t_ns=4650 * MS, offset_ns=4150 * MS, silence_ns=500 * MS),
        FinalHeard(t_ns=4660 * MS, text="yes this is alice", confidence=0.8),
        StateChanged(t_ns=4660 * MS, old="listening", new="processing", cause="turn_ended"),
        TurnOpened(
            t_ns=4660 * MS, seq=1, turn_id="CA1-1", event="speech", transcript="yes this is alice", heard=None
        ),
        _answer(1, 4750, "qualify", "yes", ("greeting", "qualify")),
        StateChanged(t_ns=4860 * MS, old="processing", new="speaking", cause="reply_ready"),
        Yielded(t_ns=5740 * MS, seq=1, onset_ns=5640 * MS, heard="Great. We booked"),
        StateChanged(t_ns=5740 * MS, old="speaking", new="held", cause="voice_over"),
        FinalHeard(t_ns=6100 * MS, text="", confidence=None),
        Resumed(t_ns=6140 * MS, seq=1, reason="backchannel"),
        StateChanged(t_ns=6140 * MS, old="held", new="speaking", cause="no_interruption"),
        Yielded(t_ns=10_180 * MS, seq=1, onset_ns=10_040 * MS, heard="Is that still planned for this"),
        StateChanged(t_ns=10_180 * MS, old="speaking", new="held", cause="voice_over"),
        ReplyCancelled(t_ns=10_700 * MS, seq=1, reason="words", heard="Is that still planned for this"),
        StateChanged(t_ns=10_700 * MS, old="held", new="listening", cause="interruption"),
        EndpointReached(t_ns=12_680 * MS, offset_ns=12_150 * MS, silence_ns=530 * MS),
        FinalHeard(t_ns=12_700 * MS, text="yes we are about five thousand", confidence=0.7),
        StateChanged(t_ns=12_700 * MS, old="listening", new="processing", cause="turn_ended"),
        _answer(2, 12_900, "book", "positive", ("greeting", "qualify", "book")),
        StateChanged(t_ns=12_960 * MS, old="processing", new="speaking", cause="reply_ready"),
        Yielded(t_ns=15_480 * MS, seq=2, onset_ns=15_330 * MS, heard="I can offer Tuesday at half past ten"),
        StateChanged(t_ns=15_480 * MS, old="speaking", new="held", cause="voice_over"),
        ReplyCancelled(t_ns=15_990 * MS, seq=2, reason="words", heard="I can offer Tuesday at half past ten"),
        StateChanged(t_ns=15_990 * MS, old="held", new="listening", cause="interruption"),
        EndpointReached(t_ns=16_880 * MS, offset_ns=16_350 * MS, silence_ns=530 * MS),
        FinalHeard(t_ns=16_900 * MS, text="choose day works", confidence=0.6),
        StateChanged(t_ns=16_900 * MS, old="listening", new="processing", cause="turn_ended"),
        StateChanged(t_ns=20_960 * MS, old="processing", new="ended", cause="caller_gone"),
        CallEnded(t_ns=20_960 * MS, by="caller", reason="hung up"),
    ]


def _answer(seq: int, t_ms: int, node: str, chosen: str, path: tuple[str, ...]) -> TurnAnswered:
    return TurnAnswered(
        t_ns=t_ms * MS, seq=seq, node_id=node, path=path, outcome=None, captured={}, chosen=chosen
    )


def _track(who: str) -> bytes:
    samples = np.zeros(DURATION_MS * RATE_HZ // 1000, dtype=np.int16)
    dice = np.random.default_rng(7)
    for speaker, start, end, _ in SPOKEN:
        if speaker == who:
            first, last = start * 8, end * 8
            length = last - first
            wobble = 0.4 + 0.6 * np.abs(np.sin(np.arange(length) / 700))
            samples[first:last] = (
                (dice.normal(0, 2500, length) * wobble).clip(-30_000, 30_000).astype(np.int16)
            )
    return mulaw_encode(samples)


def _measurements() -> tuple[Measurement, ...]:
    return (
        Measurement(metric="response_latency", version=1, value=800.0, unit="ms", turn=0),
        Measurement(metric="response_latency", version=1, value=900.0, unit="ms", turn=2),
        Measurement(metric="response_latency", version=1, value=4000.0, unit="ms", turn=3, censored=True),
        Measurement(metric="yield_latency", version=1, value=180.0, unit="ms", turn=3),
        Measurement(
            metric="stop_latency",
            version=1,
            value=None,
            unit="ms",
            turn=0,
            unscored_reason="no interruption",
        ),
    )


def _checks() -> tuple[Check, ...]:
    return (
        Check(name="states", passed=True),
        Check(name="outcome", passed=False, detail="expected booked, got none"),
        Check(name='says "calendar invite"', passed=False, detail="never heard at the caller's ear"),
    )


def _scorecard() -> tuple[ScorecardItem, ...]:
    def item(
        name: str, section: str, grade: ItemGrade, evidence: str, *, fatal: bool = False
    ) -> ScorecardItem:
        return ScorecardItem(
            card="booking_qa",
            card_version=1,
            item=name,
            section=section,
            weight=1.0,
            fatal=fatal,
            grade=grade,
            evidence=evidence,
        )

    return (
        item(
            "right person confirmed before details",
            "compliance",
            ItemGrade.PASS,
            "“Is this Alex?”",
            fatal=True,
        ),
        item("slot read back", "booking", ItemGrade.FAIL, "no slot was read back"),
        item("clear goodbye", "manner", ItemGrade.NOT_APPLICABLE, "the caller hung up"),
    )
