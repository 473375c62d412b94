import pytest

from agent.cognitive.replies_to_values import Verdict, keyed_or_said, verdict
from agent.cognitive.spoken_words import spoken_words


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("yes", Verdict.YES),
        ("Aye, that's it.", Verdict.YES),
        ("mm-hmm", Verdict.YES),
        ("no, that's right", Verdict.YES),
        ("no problem, that's fine", Verdict.YES),
        ("nah", Verdict.NO),
        ("that's not right", Verdict.NO),
        ("yes and no", Verdict.NEITHER),
        ("what did you say", Verdict.NEITHER),
        ("", Verdict.NEITHER),
    ],
)
def test_a_caller_agrees_or_does_not(said: str, meant: Verdict) -> None:
    assert verdict(spoken_words(said)) is meant


@pytest.mark.parametrize(
    ("said", "keyed"),
    [
        ("the one I typed in", True),
        ("the first", True),
        ("what I said", False),
        ("the second one", False),
        ("the number", None),
        ("I said the one I typed", None),
    ],
)
def test_of_keys_and_words_the_caller_says_which(said: str, keyed: bool | None) -> None:
    assert keyed_or_said(spoken_words(said)) is keyed
