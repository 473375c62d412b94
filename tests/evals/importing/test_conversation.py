import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.importing.conversation import Cleaned, cleaned


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  Yes,\n this is  Alex. ", Cleaned("Yes, this is Alex.")),
        ("Yes [laughs] it is [inaudible]", Cleaned("Yes it is", 2)),
        ("an open [bracket", Cleaned("an open bracket", 1)),
        ("[[nested] marks]", Cleaned("marks]", 2)),
        ("zero\u200bwidth", Cleaned("zerowidth", 0, 1)),
        ("null\x00byte", Cleaned("null byte", 0, 1)),
        ("caf\u00e9 na\u00efve \U0001f642", Cleaned("caf\u00e9 na\u00efve \U0001f642")),
    ],
)
def test_text_is_kept_but_for_marks_and_characters_that_no_suite_holds(text: str, expected: Cleaned) -> None:
    assert cleaned(text) == expected


@given(st.text())
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    once = cleaned(text)
    assert cleaned(once.text) == Cleaned(once.text)


@pytest.mark.parametrize(("text", "words"), [("uh", True), ("...", False), ("", False), ("7", True)])
def test_words_have_a_letter_or_a_digit(text: str, words: bool) -> None:
    assert cleaned(text).has_words is words
