import pytest

from agent.audio.endpointing import EndpointingConfig, decide

CONFIG = EndpointingConfig(complete_ms=500, hanging_ms=1000, listing_ms=800, unheard_ms=700)


def needed_ms(text: str) -> int:
    return decide(silence_ns=0, text=text, config=CONFIG).needed_ms


@pytest.mark.parametrize(
    ("text", "expected_ms"),
    [
        ("yes that's me", 500),
        ("Yes, that's me.", 500),
        ("we have about five thousand", 500),
        ("i would like to", 1000),
        ("my number is", 1000),
        ("well um", 1000),
        ("oh seven seven", 800),
        ("j a n e", 800),
        ("half past nine", 500),
        ("", 700),
    ],
)
def test_caller_is_waited_for_as_long_as_their_words_ask(text: str, expected_ms: int) -> None:
    assert needed_ms(text) == expected_ms


def test_turn_is_over_once_the_silence_is_long_enough() -> None:
    assert not decide(silence_ns=499_999_999, text="yes", config=CONFIG).over
    assert decide(silence_ns=500_000_000, text="yes", config=CONFIG).over
