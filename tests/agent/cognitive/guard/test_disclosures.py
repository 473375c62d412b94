import pytest

from agent.cognitive.guard.disclosures import was_heard

LINE = "This call is recorded."


@pytest.mark.parametrize(
    ("heard", "whole"),
    [
        ("Hello. This call is recorded. May I begin?", True),
        ("hello this call is recorded", True),
        ("Hello. This call is", False),
        ("This call is recorded-ish", True),
        ("This call is recordedly long", False),
        ("", False),
    ],
)
def test_a_line_was_heard_when_all_its_words_were_heard_in_one_reply(heard: str, whole: bool) -> None:
    assert was_heard(LINE, heard) is whole


def test_a_line_without_words_is_never_heard() -> None:
    assert not was_heard(" ... ", "anything")
