import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from agent.cognitive.spoken_words import digit_by_digit, spoken_form, spoken_words
from agent.number_words import cardinal, ordinal


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Yes, this is Alex.", "yes this is alex"),
        ("That’s me — speaking!", "that's me speaking"),
        ("At 10:30, please", "at ten thirty please"),
        ("9.05 or 14:00?", "nine oh five or fourteen o'clock"),
        ("About £5,000", "about five thousand pounds"),
        ("€2k, maybe $1m", "two thousand euros maybe one million dollars"),
        ("the 2nd of June", "the second of june"),
        ("07700 900123", "zero seven seven zero zero nine zero zero one two three"),
        ("+44 7700-900-123", "plus four four seven seven zero zero nine zero zero one two three"),
        ("Jane.Smith@example.co.uk", "jane dot smith at example dot co dot uk"),
        ("well-known", "well known"),
        ("um, er, okay", "okay"),
        ("5 p.m.", "five pm"),
        ("café & bar", "cafe and bar"),
        ("50% of 15", "fifty percent of fifteen"),
        ("", ""),
    ],
)
def test_what_is_written_and_what_is_said_come_to_the_same_words(written: str, said: str) -> None:
    assert spoken_form(written) == said


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "zero"),
        (13, "thirteen"),
        (21, "twenty one"),
        (100, "one hundred"),
        (121, "one hundred and twenty one"),
        (1_005, "one thousand and five"),
        (2_500_000, "two million five hundred thousand"),
        (-3, "minus three"),
    ],
)
def test_counts_are_said_as_people_say_them(number: int, said: str) -> None:
    assert cardinal(number) == said


def test_ranks_are_said_as_people_say_them() -> None:
    assert [ordinal(number) for number in (1, 2, 3, 4, 5, 12, 20, 21, 30)] == [
        *("first", "second", "third", "fourth", "fifth", "twelfth", "twentieth", "twenty first", "thirtieth")
    ]


def test_telephone_numbers_are_read_digit_by_digit() -> None:
    assert digit_by_digit("077") == "zero seven seven"


@settings(deadline=None)
@example("P:M")
@given(st.text(max_size=80))
def test_words_once_spoken_stay_as_they_are(text: str) -> None:
    once = spoken_form(text)
    assert spoken_form(once) == once


@settings(deadline=None)
@given(st.text(max_size=80))
def test_nothing_but_letters_and_apostrophes_is_left(text: str) -> None:
    assert all(word.replace("'", "").isalpha() and word.islower() for word in spoken_words(text))
