from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.errors import BadInput
from evals.sandbox.faults import OPERATIONS, Fault, FaultKind, FaultPlan, parse_faults
from evals.sandbox.limits import Limit, RateLimiter


def test_faults_are_read() -> None:
    assert parse_faults(["cal.create_booking=lost:1:2", "cal.*=timeout:0.25", "*=slow"]) == (
        Fault(operations="cal.create_booking", kind=FaultKind.LOST, rate=1.0, times=2),
        Fault(operations="cal.*", kind=FaultKind.TIMEOUT, rate=0.25),
        Fault(operations="*", kind=FaultKind.SLOW, rate=1.0),
    )


@pytest.mark.parametrize(
    "text", ["", "x", "cal.*=", "cal.*=lot", "*=slow:2", "*=slow:nan", "*=slow:1:0", "*=slow:1:x"]
)
def test_what_is_none_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        parse_faults([text])


@given(st.integers(0, 99), st.lists(st.sampled_from(OPERATIONS), max_size=40), st.sampled_from(OPERATIONS))
def test_a_request_elsewhere_changes_no_fault_here(seed: int, order: list[str], here: str) -> None:
    fault = Fault(operations=here, kind=FaultKind.ERROR, rate=0.5)
    mixed, alone = FaultPlan([fault], seed), FaultPlan([fault], seed)
    struck = [mixed.next(operation) for operation in order]
    assert [found for operation, found in zip(order, struck, strict=True) if operation == here] == [
        alone.next(here) for _ in range(order.count(here))
    ]


def test_a_rate_is_kept_and_a_count_is_not_exceeded() -> None:
    plan = FaultPlan(parse_faults(["webhook=error:0.2"]), 1)
    assert 160 <= sum(plan.next("webhook") is not None for _ in range(1000)) <= 240
    plan = FaultPlan(parse_faults(["webhook=error:1:3"]), 1)
    assert [plan.next("webhook") for _ in range(5)] == [FaultKind.ERROR] * 3 + [None] * 2


def test_a_limit_holds_in_every_window_and_says_when_to_come_back() -> None:
    now_s = 0.0
    limiter = RateLimiter(Limit(requests=2, window_s=10), lambda: round(now_s * 1e9))
    assert [limiter.wait_s("a"), limiter.wait_s("a"), limiter.wait_s("a")] == [0, 0, 10]
    assert limiter.wait_s("b") == 0
    now_s = 6.5
    assert limiter.wait_s("a") == 4
    now_s = 10.0
    assert limiter.wait_s("a") == 0
