from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.errors import BadInput
from evals.shards import Shard, parse_shard, shard_number

ids = st.lists(st.text(st.characters(exclude_categories=["Cs"])), unique=True, max_size=50)


@given(cases=ids, of=st.integers(1, 1000))
def test_every_case_is_in_exactly_one_shard(cases: list[str], of: int) -> None:
    for case in cases:
        number = shard_number(case, of)
        assert 1 <= number <= of
        assert Shard(number=number, of=of).holds(case)
        assert not Shard(number=number % of + 1, of=of).holds(case) or of == 1


@given(cases=ids, added=ids, of=st.integers(1, 20))
def test_case_that_is_added_moves_no_other(cases: list[str], added: list[str], of: int) -> None:
    shards = [Shard(number=number, of=of) for number in range(1, of + 1)]
    before = [[case for case in cases if shard.holds(case)] for shard in shards]
    after = [[case for case in [*added, *cases] if shard.holds(case) and case in cases] for shard in shards]
    assert [sorted(set(part)) for part in after] == [sorted(part) for part in before]


def test_shards_are_about_equally_large() -> None:
    cases = [
        f"booking/scenario_{number}/{voice}/clean/{repeat}"
        for number in range(50)
        for voice in ("en-gb", "en-us")
        for repeat in range(80)
    ]
    sizes = Counter(shard_number(case, 8) for case in cases)
    assert set(sizes) == set(range(1, 9))
    assert min(sizes.values()) > 0.9 * 1000 and max(sizes.values()) < 1.1 * 1000


def test_a_cases_shard_is_the_same_on_every_machine_and_in_every_version() -> None:
    assert [shard_number(f"smoke/books_first_slot/en-gb/clean/{repeat}", 8) for repeat in range(6)] == [
        4,
        6,
        5,
        8,
        3,
        6,
    ]


def test_shard_is_written_as_number_and_count() -> None:
    assert parse_shard("3/8") == Shard(number=3, of=8)
    assert str(Shard(number=3, of=8)) == "3/8"


@pytest.mark.parametrize("text", ["", "3", "0/8", "9/8", "3/0", "3/8/2", "-1/8", "3/1001", " 3/8", "٣/٨"])
def test_what_is_no_shard_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="--shard"):
        parse_shard(text)
