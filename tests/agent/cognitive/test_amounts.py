import pytest

from agent.cognitive.amounts import amount_said, number_keyed, number_said
from agent.cognitive.spoken_words import spoken_words


@pytest.mark.parametrize(
    ("said", "amount"),
    [
        ("three and a half thousand pounds", "GBP 3500.00"),
        ("twelve pounds fifty", "GBP 12.50"),
        ("twelve pounds and fifty pence", "GBP 12.50"),
        ("fifty p", "GBP 0.50"),
        ("two point five million euros", "EUR 2500000.00"),
        ("half a million dollars", "USD 500000.00"),
        ("five grand", None),  # of what?
        ("five thousand quid", "GBP 5000.00"),
        ("two of us have about ten thousand pounds", "GBP 10000.00"),
        ("ten pounds or twenty pounds", None),
        ("fifty cents", None),
        ("a hundred", None),
    ],
)
def test_a_sum_is_an_amount_and_a_currency(said: str, amount: str | None) -> None:
    reading = amount_said(spoken_words(said))
    assert (reading.value if reading else None) == amount


def test_where_a_currency_is_expected_it_need_not_be_said() -> None:
    words = spoken_words("five grand")
    reading = amount_said(words, currency="EUR")
    assert reading is not None
    assert reading.value == "EUR 5000.00"
    assert amount_said(words, currency="EUR", most="1000") is None


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("there are seven of us", "7"),
        ("minus three point two five", "-3.25"),
        ("two hundred and six", "206"),
        ("one and a half", "1.5"),
        ("that one", None),
        ("three or four", None),
        ("one hundred and one", None),  # above the bound
    ],
)
def test_a_number_is_the_only_one_said_and_within_its_bounds(said: str, number: str | None) -> None:
    most = "100" if "hundred and one" in said else ""
    reading = number_said(spoken_words(said), most=most)
    assert (reading.value if reading else None) == number


def test_keys_give_a_number_within_its_bounds() -> None:
    assert number_keyed("012") == number_keyed("12", least="1", most="12")
    assert number_keyed("13", most="12") is None
