import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.audio.barge_in import BargeInConfig, Decision, decide, wants_yield

CONFIG = BargeInConfig()
MS = 1_000_000


def decision(*, since: int = 300, voiced: int, silence: int = 0, text: str = "") -> Decision:
    return decide(
        since_yield_ns=since * MS, voiced_ns=voiced * MS, silence_ns=silence * MS, text=text, config=CONFIG
    )


def test_agent_yields_after_two_sure_windows_and_not_after_one() -> None:
    assert not wants_yield(run=1, config=CONFIG)
    assert wants_yield(run=2, config=CONFIG)


@pytest.mark.parametrize("text", ["mm hmm", "yeah", "", "the"])
def test_caller_who_hums_briefly_does_not_stop_the_agent(text: str) -> None:
    assert decision(voiced=350, silence=260, text=text) is Decision.RESUME


def test_caller_who_coughs_does_not_stop_the_agent() -> None:
    assert decision(voiced=300, silence=250) is Decision.RESUME


@pytest.mark.parametrize("text", ["stop", "wait", "no", "hold on"])
def test_short_word_that_asks_to_stop_stops_the_agent(text: str) -> None:
    assert decision(voiced=350, silence=260, text=text) is Decision.INTERRUPTION


def test_caller_who_goes_on_speaking_interrupts() -> None:
    assert decision(voiced=720) is Decision.INTERRUPTION


def test_longer_backchannel_of_several_words_does_not_stop_the_agent() -> None:
    assert decision(voiced=600, silence=260, text="yeah okay") is Decision.RESUME


def test_voice_that_may_yet_be_either_is_waited_for() -> None:
    assert decision(since=100, voiced=200) is Decision.WAIT


@given(
    since=st.integers(700, 3000),
    voiced=st.integers(0, 3000),
    silence=st.integers(0, 3000),
    text=st.sampled_from(["", "yeah", "stop", "i have a question"]),
)
def test_decision_never_takes_longer_than_it_may(since: int, voiced: int, silence: int, text: str) -> None:
    assert decision(since=since, voiced=voiced, silence=silence, text=text) is not Decision.WAIT
