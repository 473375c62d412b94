import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.cognitive.turn_order import Order, order_of


@pytest.mark.parametrize(
    ("seq", "last", "order"),
    [
        *((0, None, Order.NEXT), (1, None, Order.EARLY), (-1, None, Order.LATE)),
        *((4, 3, Order.NEXT), (3, 3, Order.LATE), (0, 3, Order.LATE), (5, 3, Order.EARLY)),
    ],
)
def test_a_turns_number_says_where_it_stands(seq: int, last: int | None, order: Order) -> None:
    assert order_of(seq, last) is order


@given(st.permutations(range(6)))
def test_of_turns_in_any_order_those_that_wait_are_each_answered_once(numbers: list[int]) -> None:
    last: int | None = None
    answered, waiting = [], list(numbers)
    while waiting:
        seq = next(seq for seq in waiting if order_of(seq, last) is Order.NEXT)
        assert all(order_of(other, last) is Order.EARLY for other in waiting if other != seq)
        waiting.remove(seq)
        answered.append(seq)
        last = seq
    assert answered == sorted(numbers)
