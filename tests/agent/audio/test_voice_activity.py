from hypothesis import given
from hypothesis import strategies as st

from agent.audio.ports import VoiceWindow
from agent.audio.voice_activity import Activity, ActivityConfig, follow

WINDOW_NS = 32_000_000
CONFIG = ActivityConfig(start_windows=2, stop_windows=3)


def after(*probabilities: float) -> list[Activity]:
    activity = Activity()
    seen = []
    for number, probability in enumerate(probabilities):
        window = VoiceWindow(
            start_ns=number * WINDOW_NS, end_ns=(number + 1) * WINDOW_NS, probability=probability
        )
        activity = follow(activity, window, CONFIG)
        seen.append(activity)
    return seen


def test_voice_starts_with_the_second_sure_window_and_is_dated_back_to_the_first() -> None:
    last = after(0.1, 0.9, 0.9)[-1]
    assert last.started
    assert last.onset_ns == WINDOW_NS


def test_single_sure_window_is_no_voice() -> None:
    assert not any(activity.started for activity in after(0.9, 0.1, 0.9, 0.1))


def test_voice_goes_on_through_windows_that_would_not_start_one() -> None:
    assert after(0.9, 0.9, 0.4, 0.4, 0.4, 0.4)[-1].speaking


def test_voice_ends_after_three_unsure_windows_and_is_dated_back() -> None:
    last = after(0.9, 0.9, 0.1, 0.1, 0.1)[-1]
    assert last.stopped
    assert last.voiced_until_ns == 2 * WINDOW_NS
    assert last.voiced_ns == 2 * WINDOW_NS


@given(st.lists(st.floats(0, 1), max_size=80))
def test_starts_and_stops_alternate_and_start_first(probabilities: list[float]) -> None:
    changes = [activity.started for activity in after(*probabilities) if activity.started or activity.stopped]
    assert changes == [number % 2 == 0 for number in range(len(changes))]
