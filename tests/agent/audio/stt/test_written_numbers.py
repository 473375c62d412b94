from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.audio.stt.written_numbers import in_words
from agent.number_words import cardinal, ordinal


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("at 10:30", "at ten thirty"),
        ("at 9:05", "at nine oh five"),
        ("at 4:00", "at four o'clock"),
        ("at 4.15pm", "at four fifteenpm"),
        ("for £20", "for twenty pounds"),
        ("for $1,200", "for one thousand two hundred dollars"),
        ("for €50k", "for fifty thousand euros"),
        ("5% off", "five per cent off"),
        ("the 21st", "the twenty first"),
        ("the 3rd of May", "the third of May"),
        ("on the 12th", "on the twelfth"),
        ("room 105", "room one hundred and five"),
        ("0800", "zero eight zero zero"),
        ("1234567", "one two three four five six seven"),
        ("1,234,567", "one million two hundred and thirty four thousand five hundred and sixty seven"),
        ("1,000,000,000", "one zero zero zero zero zero zero zero zero zero"),
        ("no numbers", "no numbers"),
        ("", ""),
    ],
)
def test_number_is_written_as_it_is_said(written: str, said: str) -> None:
    assert in_words(written) == said


@given(text=st.text(alphabet="0123456789,.:£$€% kstndrhpam-", max_size=30))
def test_no_digit_is_left(text: str) -> None:
    assert not any(letter.isdigit() for letter in in_words(text))


@given(text=st.text(max_size=30).filter(lambda text: not any(letter.isdigit() for letter in text)))
def test_text_without_digits_stays(text: str) -> None:
    assert in_words(text) == text


@given(one=st.integers(0, 999_999_999), other=st.integers(0, 999_999_999))
def test_different_numbers_sound_different(one: int, other: int) -> None:
    assert (cardinal(one) == cardinal(other)) is (one == other)
    assert (ordinal(one) == ordinal(other)) is (one == other)


@pytest.mark.parametrize(
    ("value", "said"),
    [(1, "first"), (2, "second"), (8, "eighth"), (9, "ninth"), (12, "twelfth"), (20, "twentieth")]
    + [(21, "twenty first"), (30, "thirtieth"), (100, "one hundredth"), (111, "one hundred and eleventh")],
)
def test_place_is_the_number_with_its_last_word_changed(value: int, said: str) -> None:
    assert ordinal(value) == said
