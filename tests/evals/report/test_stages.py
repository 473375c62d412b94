from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.events import SpeechSent, event_row
from evals.metrics.latency import RESPONSE_LATENCY
from evals.record import CallRecord
from evals.report.stages import STAGES, StagedWait, stage_means, staged_waits
from tests.store_builders import MS, a_record, a_text_record

MEASURED = (RESPONSE_LATENCY.of(800.0, turn=0),)


def told(record: CallRecord, *, sent_ms: int = 4790) -> CallRecord:
    """The record whose agent also tells when the first frame of its answer to turn 0 was sent."""
    sent = SpeechSent(t_ns=sent_ms * MS, seq=1, text="Great.", first_frame=0, frame_count=10, words=())
    return dataclasses.replace(record, events=(*record.events, event_row(sent)))


def test_the_stages_are_what_the_agent_told_and_add_up_to_the_wait() -> None:
    # The caller ended at 4100 ms: endpoint at 4650, words handed on at 4660, first frame at 4790, heard at 4900.
    [wait] = staged_waits(told(a_record()), MEASURED)
    assert wait == StagedWait(turn=0, stages_ms=(550.0, 10.0, 130.0, 110.0))
    assert wait.total_ms == 800.0


def test_what_is_not_told_or_not_in_order_has_no_stages() -> None:
    assert staged_waits(a_record(), MEASURED) == ()
    assert staged_waits(told(a_record(), sent_ms=4950), MEASURED) == ()
    assert staged_waits(told(a_record()), (RESPONSE_LATENCY.of(4000.0, turn=0, censored=True),)) == ()
    assert staged_waits(told(a_text_record()), MEASURED) == ()


def test_a_wait_has_every_stage() -> None:
    with pytest.raises(ValueError, match="2 stages; expected 4"):
        StagedWait(turn=0, stages_ms=(1.0, 2.0))


waits = st.tuples(
    st.sampled_from(["clean", "office"]),
    st.tuples(*[st.floats(0, 1000) for _ in STAGES]).map(lambda ms: StagedWait(turn=0, stages_ms=ms)),
)


@given(st.lists(waits, max_size=8))
def test_means_add_up_as_their_waits_do(named: list[tuple[str, StagedWait]]) -> None:
    means = stage_means(named)
    assert sum(mean.waits for mean in means if mean.name == "all") == len(named)
    if named:
        total = sum(wait.total_ms for _, wait in named) / len(named)
        assert sum(means[0].stages_ms) == pytest.approx(total)
    several = len({name for name, _ in named}) > 1
    assert [mean.name for mean in means[1:]] == (["clean", "office"] if several else [])
