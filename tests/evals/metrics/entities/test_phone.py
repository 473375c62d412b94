from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.number_words import SMALL
from evals.metrics.entities.context import EntityContext
from evals.metrics.entities.phone import digit_runs, phones

BRITISH = EntityContext(country="GB")
UNKNOWN = EntityContext()
mobiles = st.from_regex(r"077[0-9]{8}", fullmatch=True)


@pytest.mark.parametrize(
    "text",
    [
        "07700 900123",
        "07700900123",
        "07700-900-123",
        "(07700) 900 123",
        "+44 7700 900123",
        "+44 (0)7700 900123",
        "0044 7700 900123",
        "zero seven seven zero zero nine double zero one two three",
        "oh seven seven double oh nine hundred one two three",
        "oh double seven double oh, nine double oh, one two three",
        "nought seven seven, um, zero zero, nine zero zero, and then one two three",
        "o seven seven double o nine double o one twenty three",
        "plus forty four seven seven double oh nine hundred one two three",
        "plus double four seven seven double oh nine double oh one two three",
        "No, best on my mobile, that's oh 7700 900 one two three.",
    ],
)
def test_spoken_and_written_forms_are_one_number(text: str) -> None:
    assert phones(text, BRITISH) == ("+447700900123",)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("my cell is seven oh two one four eight nine six three five", ("+17021489635",)),
        ("(702) 148-9635", ("+17021489635",)),
        ("the ending is seven nine three six", ("7936",)),
        ("extension six two eight five", ("6285",)),
        ("one or two of them", ()),
        ("oh, I see", ()),
        ("it's 0770 090 012 or 020 7946 0372", ("0770090012", "02079460372")),
        ("treble nine", ("999",)),
    ],
)
def test_numbers_of_other_lengths_and_countries(text: str, expected: tuple[str, ...]) -> None:
    country = "US" if expected and expected[0].startswith("+1") else ""
    assert phones(text, EntityContext(country=country)) == expected


def test_without_a_country_a_number_stays_its_digits() -> None:
    assert phones("07700 900123", UNKNOWN) == ("07700900123",)
    assert phones("+44 7700 900123", UNKNOWN) == ("+447700900123",)


def test_one_digit_wrong_is_another_number() -> None:
    assert phones("07700 900124", BRITISH) != phones("07700 900123", BRITISH)
    assert phones("07700 90012", BRITISH) != phones("07700 900123", BRITISH)


@given(st.text("0123456789", min_size=3, max_size=15))
def test_digits_said_one_by_one_are_read_back(digits: str) -> None:
    assert digit_runs(" ".join(SMALL[int(digit)] for digit in digits)) == [digits]


@given(mobiles, st.sampled_from([" ", "-", "", ".", ", "]), st.integers(1, 10))
def test_where_a_number_is_parted_changes_nothing(digits: str, sign: str, place: int) -> None:
    assert phones(digits[:place] + sign + digits[place:], BRITISH) == phones(digits, BRITISH)


@given(mobiles)
def test_the_national_and_the_international_form_are_one(digits: str) -> None:
    assert phones(digits, BRITISH) == phones(f"+44 {digits[1:]}", BRITISH) == (f"+44{digits[1:]}",)
