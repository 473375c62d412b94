from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.metrics.definition import NO_AUDIO
from evals.metrics.measurement import Measurement
from evals.metrics.stages import METRICS
from evals.report.stages import STAGES, StagedWait, stage_means, staged_waits


def measured(*lengths_ms: float, turn: int = 0) -> tuple[Measurement, ...]:
    return tuple(metric.of(ms, turn=turn) for metric, ms in zip(METRICS, lengths_ms, strict=True))


def test_stages_are_those_measured_and_add_up_to_the_wait() -> None:
    # Dialogue and voice are one reply; what the agent's account leaves unexplained was on the line.
    [wait] = staged_waits(measured(550, 10, 60, 70, 40, 70))
    assert wait == StagedWait(turn=0, stages_ms=(550.0, 10.0, 130.0, 110.0))
    assert wait.total_ms == 800.0


def test_waits_come_in_order_of_their_turns() -> None:
    both = (*measured(500, 10, 60, 70, 40, 70, turn=2), *measured(400, 10, 60, 70, 40, 70, turn=1))
    assert [wait.turn for wait in staged_waits(both)] == [1, 2]


def test_what_is_not_told_or_overlaps_has_no_stages() -> None:
    assert staged_waits(tuple(metric.unscored(NO_AUDIO) for metric in METRICS)) == ()
    assert staged_waits(measured(550, 10, 60, 70, 40, 70)[:-1]) == ()
    assert staged_waits(measured(-100, 10, 60, 70, 40, 70)) == ()


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
