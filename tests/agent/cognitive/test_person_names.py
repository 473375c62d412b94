import pytest

from agent.cognitive.person_names import name_said
from agent.cognitive.reading import Reading
from agent.cognitive.spoken_words import spoken_words


@pytest.mark.parametrize(
    ("said", "name", "sure"),
    [
        ("My name is Jane Smith.", "Jane Smith", False),
        ("S M I T H", "Smith", True),
        ("Jane Smyth, that's S M I double T H", "Jane Smitth", True),
        ("It's John, J O N", "Jon", True),
        ("Jane Smith, J A N E, S M Y T H E", "Jane Smythe", True),
        ("T for Tango, O, M", "Tom", True),
        ("B as in bravo, E, N", "Ben", True),
        ("Tango Oscar Mike", "Tom", True),
        ("Mary Smith-Jones", "Mary Smith Jones", False),
        ("it's O'Brien, thanks", "O'Brien", False),
    ],
)
def test_a_spelled_name_is_sure_and_a_name_only_said_is_not(said: str, name: str, sure: bool) -> None:
    assert name_said(spoken_words(said)) == Reading(value=name, sure=sure)


@pytest.mark.parametrize(
    "said", ["yes", "my name is", "I have two names", "I think you know very well what my name is already"]
)
def test_what_is_no_name_is_none(said: str) -> None:
    assert name_said(spoken_words(said)) is None
