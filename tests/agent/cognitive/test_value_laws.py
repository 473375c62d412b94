"""What is read back is what is read: rendering a value in words and reading those gives the value, for every type."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from agent.cognitive.capture import Answer, read_value
from agent.cognitive.capture_settings import CaptureSettings
from agent.cognitive.flow import Capture, ValueType
from agent.cognitive.number_reading import read_quantity
from agent.cognitive.reading import Reading
from agent.cognitive.spoken_value import spoken_value
from agent.cognitive.spoken_words import spoken_words
from agent.number_words import cardinal
from tests.agent.cognitive.builders import NOW, TUESDAY, WEDNESDAY

LONDON = "Europe/London"
TODAY = datetime.fromisoformat(NOW).date()
CHOICES = {"home_insurance": ("house cover",), "car": ("motor", "vehicle"), "home": ()}


def heard(value_type: ValueType, said: str) -> Reading | None:
    choices = CHOICES if value_type is ValueType.CHOICE else {}
    capture = Capture(variable="x", type=value_type, settings=CaptureSettings(choices=choices))
    answer = Answer(words=spoken_words(said), offered=(TUESDAY, WEDNESDAY), now_iso=NOW, time_zone=LONDON)
    return read_value(capture, answer)


def there_and_back(value_type: ValueType, value: str) -> str | None:
    reading = heard(value_type, spoken_value(value_type, value, now_iso=NOW, time_zone=LONDON))
    return None if reading is None else reading.value


@settings(deadline=None, max_examples=60)
@given(st.from_regex(r"0[1-9][0-9]{8,9}|\+[1-9][0-9]{8,12}", fullmatch=True))
def test_a_telephone_number_comes_back(number: str) -> None:
    assert there_and_back(ValueType.PHONE, number) == number


WORD = st.from_regex(r"[bcdfghjklmn]{3,8}", fullmatch=True)


@settings(deadline=None, max_examples=60)
@given(WORD, st.sampled_from(".-_+"), WORD, WORD, st.sampled_from(["com", "co.uk", "org"]))
def test_a_mail_address_comes_back(first: str, sign: str, last: str, host: str, end: str) -> None:
    address = f"{first}{sign}{last}@{host}.{end}"
    assert there_and_back(ValueType.EMAIL, address) == address


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 10**11), st.sampled_from(["GBP", "USD", "EUR"]))
def test_a_sum_comes_back_to_the_penny(minor: int, currency: str) -> None:
    amount = f"{currency} {Decimal(minor) / 100:.2f}"
    if currency == "GBP" or minor >= 100:  # cents alone do not say whose they are
        assert there_and_back(ValueType.AMOUNT, amount) == amount


@settings(deadline=None, max_examples=60)
@given(st.integers(-(10**9), 10**9) | st.decimals(-999, 999, places=2).map(lambda n: n.normalize()))
def test_a_number_comes_back(number: int | Decimal) -> None:
    plain = (str(number) if isinstance(number, int) else f"{number:f}") if number else "0"
    assert there_and_back(ValueType.NUMBER, plain) == plain


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 10**9), st.booleans())
def test_a_count_is_read_to_its_last_word(number: int, british: bool) -> None:
    words = cardinal(number, british=british).split()
    assert read_quantity(words, 0) == (number, len(words))


@settings(deadline=None, max_examples=60)
@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)))
def test_a_date_comes_back(day: date) -> None:
    assert there_and_back(ValueType.DATE, day.isoformat()) == day.isoformat()


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 299))
def test_a_date_of_the_months_to_come_needs_no_year(ahead: int) -> None:
    day = (TODAY + timedelta(days=ahead)).isoformat()
    assert there_and_back(ValueType.DATE, day) == day


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 24 * 60 - 1))
def test_a_time_of_day_comes_back(minute: int) -> None:
    value = f"{minute // 60:02}:{minute % 60:02}"
    assert there_and_back(ValueType.TIME, value) == value


@settings(deadline=None, max_examples=60)
@given(st.datetimes(datetime(2026, 5, 19), datetime(2027, 12, 31)))
def test_a_moment_comes_back_with_the_callers_offset(moment: datetime) -> None:
    here = moment.replace(second=0, microsecond=0, tzinfo=ZoneInfo(LONDON), fold=0)
    if here == datetime.fromtimestamp(here.timestamp(), ZoneInfo(LONDON)):  # clocks show it
        assert there_and_back(ValueType.DATE_TIME, here.isoformat()) == here.isoformat()


NAME = st.from_regex(r"[A-Z][a-z]{2,9}", fullmatch=True)


@settings(deadline=None, max_examples=60)
@given(NAME, NAME)
def test_a_spelled_name_comes_back(first: str, last: str) -> None:
    reading = heard(ValueType.NAME, spoken_value(ValueType.NAME, f"{first} {last}"))
    assert reading == Reading(value=f"{first} {last}")


@settings(deadline=None, max_examples=60)
@given(st.from_regex(r"[A-Z0-9]{4,12}", fullmatch=True))
def test_a_reference_comes_back(code: str) -> None:
    assert there_and_back(ValueType.REFERENCE, code) == code


@settings(deadline=None, max_examples=60)
@given(st.from_regex(r"(GU|M|SW|EC)[1-9][0-9]? [0-9][ABDEFGHJLNPQRSTUWXYZ]{2}", fullmatch=True))
def test_a_postcode_comes_back(code: str) -> None:
    assert there_and_back(ValueType.POSTCODE, code) == code


def test_a_choice_comes_back() -> None:
    assert [there_and_back(ValueType.CHOICE, choice) for choice in CHOICES] == list(CHOICES)


def test_a_slot_comes_back() -> None:
    assert [there_and_back(ValueType.SLOT, slot) for slot in (TUESDAY, WEDNESDAY)] == [TUESDAY, WEDNESDAY]


@settings(deadline=None, max_examples=100)
@given(
    st.sampled_from(ValueType),
    st.lists(
        st.sampled_from(
            "no sorry i mean make it actually half quarter past to at ten two twenty one oh double triple a b s w c as "
            "in for alpha tango dot dash the third of june may next last tuesday week tomorrow fortnight and hundred "
            "thousand million point pounds fifty p pence cents not home car insurance first one morning noon".split()
        ),
        max_size=12,
    ),
)
def test_no_words_break_a_reader_and_it_always_says_the_same(value_type: ValueType, said: list[str]) -> None:
    assert heard(value_type, " ".join(said)) == heard(value_type, " ".join(said))


TWO = {
    ValueType.PHONE: None,  # a number may be broken off and begun again: the longest run of figures counts
    ValueType.DATE: "the third of June or the fourth of June",
    ValueType.TIME: "half past two or quarter to four",
    ValueType.DATE_TIME: "Tuesday at ten or Wednesday at ten",
    ValueType.NUMBER: "three or four",
    ValueType.AMOUNT: "three pounds or four pounds",
    ValueType.CHOICE: "the car or the home one",
    ValueType.POSTCODE: "S W one A one A A or M one one A E",
    ValueType.REFERENCE: "A B one two or C D three four",
    ValueType.SLOT: "Tuesday or Wednesday",
}


def test_no_reader_guesses_between_two_values() -> None:
    assert {value_type: heard(value_type, said) for value_type, said in TWO.items() if said} == dict.fromkeys(
        value_type for value_type, said in TWO.items() if said
    )
