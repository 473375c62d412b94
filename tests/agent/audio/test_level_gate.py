import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.audio.level_gate import LevelGate, LevelGateConfig, frame_dbov
from agent.media import FRAME_SAMPLES, AudioFrame

CONFIG = LevelGateConfig(margin_db=15, assumed_peak_dbov=-28, decay_db_per_s=1)


def admit(gate: LevelGate, level_dbov: float, probability: float = 0.9) -> float:
    return gate.admit(probability=probability, level_dbov=level_dbov, window_s=0.032)


def test_talkers_far_behind_the_caller_are_no_voice() -> None:
    gate = LevelGate(CONFIG)
    assert admit(gate, -18) == 0.9
    assert admit(gate, -38) == 0.0


def test_quiet_caller_is_heard_before_anything_is_known_of_them() -> None:
    assert admit(LevelGate(CONFIG), -40) == 0.9


def test_loud_noise_that_is_no_voice_does_not_raise_the_bar() -> None:
    gate = LevelGate(CONFIG)
    admit(gate, -5, probability=0.1)
    assert admit(gate, -40) == 0.9


def test_loud_moment_is_forgotten_in_time() -> None:
    gate = LevelGate(CONFIG)
    admit(gate, -10)
    assert admit(gate, -38) == 0.0
    for _ in range(600):
        admit(gate, -80, probability=0.0)
    assert admit(gate, -38) == 0.9


@given(st.lists(st.tuples(st.floats(-90, 0), st.floats(0, 1)), max_size=50))
def test_gate_never_makes_a_voice_more_likely(windows: list[tuple[float, float]]) -> None:
    gate = LevelGate(CONFIG)
    for level_dbov, probability in windows:
        assert admit(gate, level_dbov, probability) in (0.0, probability)


@pytest.mark.parametrize(("amplitude", "dbov"), [(32767, 0.0), (3277, -20.0), (0, -100.0)])
def test_level_of_a_frame_is_below_overload(amplitude: int, dbov: float) -> None:
    frame = AudioFrame(t_ns=0, pcm=np.full(FRAME_SAMPLES, amplitude, dtype="<i2").tobytes())
    assert frame_dbov(frame) == pytest.approx(dbov, abs=0.01)
