import pytest

from agent.cognitive.codes import postcode_said, reference_said
from agent.cognitive.spoken_words import spoken_words


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("S W one A, one A A", "SW1A 1AA"),
        ("it's m one one a e", "M1 1AE"),
        ("G for golf, U, twenty one, double A as in alpha", "GU2 1AA"),
        ("golf uniform twenty one, three alpha bravo", "GU21 3AB"),
        ("I live in Guildford", None),
    ],
)
def test_a_postcode_is_spelled(said: str, code: str | None) -> None:
    reading = postcode_said(spoken_words(said))
    assert (reading.value if reading else None) == code


@pytest.mark.parametrize(
    ("said", "reference"),
    [
        ("the reference is A B double oh seven", "AB007"),
        ("triple two dash nine one", "22291"),
        ("T for Tango, one two three four", "T1234"),
        ("AB-1234", None),
        ("one two", None),
        ("A B one two or C D three four", None),
    ],
)
def test_a_reference_is_the_one_run_of_signs(said: str, reference: str | None) -> None:
    reading = reference_said(spoken_words(said))
    assert (reading.value if reading else None) == reference


def test_bounds_of_a_reference_are_lengths() -> None:
    words = spoken_words("one two three four five")
    assert reference_said(words, least="6") is None
    assert reference_said(words, most="4") is None
