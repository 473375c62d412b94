import pytest

from agent.cognitive.flow import ValueType
from agent.cognitive.spoken_value import spoken_value, spoken_year
from tests.agent.cognitive.builders import NOW


@pytest.mark.parametrize(
    ("value_type", "value", "said"),
    [
        (ValueType.PHONE, "+4477", "plus four four seven seven"),
        (ValueType.EMAIL, "jane.s@example.com", "jane dot s at example dot com"),
        (ValueType.NAME, "Jo O'Hara", "Jo O'Hara, J O, O apostrophe H A R A"),
        (ValueType.DATE, "2026-06-03", "Wednesday the third of June"),
        (ValueType.DATE, "1984-07-04", "Wednesday the fourth of July nineteen eighty four"),
        (ValueType.TIME, "14:30", "two thirty in the afternoon"),
        (ValueType.DATE_TIME, "2026-06-03T12:00:00+01:00", "Wednesday the third of June at noon"),
        (ValueType.AMOUNT, "GBP 1.01", "one pound and one penny"),
        (ValueType.AMOUNT, "EUR 0.00", "zero euros"),
        (ValueType.NUMBER, "-3.50", "minus three point five zero"),
        (ValueType.POSTCODE, "M1 1AE", "M one one A E"),
        (ValueType.CHOICE, "home_insurance", "home insurance"),
        (ValueType.TEXT, "as it is", "as it is"),
    ],
)
def test_a_value_is_read_out_as_people_say_it(value_type: ValueType, value: str, said: str) -> None:
    assert spoken_value(value_type, value, now_iso=NOW, time_zone="Europe/London") == said


@pytest.mark.parametrize(
    "value_type", [ValueType.DATE, ValueType.TIME, ValueType.DATE_TIME, ValueType.AMOUNT, ValueType.NUMBER]
)
def test_what_is_no_value_of_its_type_is_said_as_it_is(value_type: ValueType) -> None:
    assert spoken_value(value_type, "soon") == "soon"


@pytest.mark.parametrize(
    ("year", "said"),
    [
        (2026, "twenty twenty six"),
        (2006, "two thousand and six"),
        (1900, "nineteen hundred"),
        (1905, "nineteen oh five"),
        (2100, "twenty one hundred"),
    ],
)
def test_years_are_said_in_halves(year: int, said: str) -> None:
    assert spoken_year(year) == said
