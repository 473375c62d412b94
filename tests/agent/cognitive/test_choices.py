import pytest

from agent.cognitive.choices import choice_said
from agent.cognitive.spoken_words import spoken_words

CHOICES = {"home": ("house",), "home_insurance": ("house cover",), "car": ("motor", "4x4")}


@pytest.mark.parametrize(
    ("said", "choice"),
    [
        ("the car, please", "car"),
        ("motor", "car"),
        ("home insurance", "home_insurance"),
        ("it's for the house", "home"),
        ("not the car, the house", "home"),
        ("no, the car", "car"),
        ("car or home", None),
        ("something else", None),
        ("", None),
    ],
)
def test_a_choice_is_named_by_itself_or_a_synonym(said: str, choice: str | None) -> None:
    reading = choice_said(spoken_words(said), CHOICES)
    assert (reading.value if reading else None) == choice
