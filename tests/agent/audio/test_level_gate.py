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
    admit(gate, -80, probability=0.1)
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


def test_voices_in_a_loud_room_are_no_caller_and_the_caller_above_them_is() -> None:
    gate = LevelGate(LevelGateConfig(above_noise_db=8, margin_db=30))
    for _ in range(100):
        admit(gate, -40)
    assert admit(gate, -36) == 0.0
    assert admit(gate, -28) == 0.9


def test_room_is_not_mistaken_for_louder_while_the_caller_speaks_with_pauses() -> None:
    gate = LevelGate(LevelGateConfig())
    for _ in range(60):
        for level in [-60.0] * 6 + [-22.0] * 20:
            admit(gate, level)
    assert admit(gate, -30) == 0.9


def test_stopping_the_agent_takes_a_louder_voice_than_being_heard() -> None:
    gate = LevelGate(LevelGateConfig(margin_db=15, assumed_peak_dbov=-28, over_agent_db=5))
    admit(gate, -80, probability=0.0)
    assert admit(gate, -41) == 0.9
    assert not gate.over_agent
    admit(gate, -35)
    assert gate.over_agent
