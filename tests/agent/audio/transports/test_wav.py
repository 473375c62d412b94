from pathlib import Path

import numpy as np
import pytest
import soundfile

from agent.audio.call_config import CallConfig
from agent.audio.orchestrator import CallOrchestrator
from agent.audio.ports import Mark
from agent.audio.transports.wav import WavTransport, read_caller
from agent.clock import LoopClock
from agent.errors import BadAudio, LineDropped
from agent.media import FRAME_SAMPLES, AudioFrame
from evals.sim.virtual_time import run_virtual
from tests.fakes.listed_transcripts import ListedTranscripts
from tests.fakes.loudness_detector import LoudnessDetector
from tests.fakes.scripted_dialogue import HANGS_UP, ScriptedDialogue
from tests.fakes.tone_voice import ToneVoice


def a_wav(path: Path, *, rate: int = 8000, channels: int = 1, seconds: float = 1.0) -> Path:
    at = np.arange(int(rate * seconds)) / rate
    hum = 0.2 * np.sin(2 * np.pi * 300 * at)
    soundfile.write(path, np.column_stack([hum] * channels), rate)
    return path


@pytest.mark.parametrize("rate", [8000, 16000, 22050, 44100, 48000])
@pytest.mark.parametrize("channels", [1, 2])
def test_recording_of_any_rate_becomes_telephone_audio_of_the_same_length(
    tmp_path: Path, rate: int, channels: int
) -> None:
    samples = read_caller(a_wav(tmp_path / "a.wav", rate=rate, channels=channels))
    assert abs(len(samples) - 8000) <= 1
    assert np.abs(samples).max() == pytest.approx(0.2 * 32768, rel=0.03)


def test_file_that_is_no_audio_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "not.wav"
    path.write_bytes(b"RIFF, not really")
    with pytest.raises(BadAudio, match=r"not\.wav: cannot be read as audio"):
        read_caller(path)


def test_missing_and_empty_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadAudio, match="cannot be read"):
        read_caller(tmp_path / "none.wav")
    with pytest.raises(BadAudio, match="holds no audio"):
        read_caller(a_wav(tmp_path / "empty.wav", seconds=0))


def test_recorded_caller_is_answered_and_the_call_is_written_as_stereo(tmp_path: Path) -> None:
    dialogue = ScriptedDialogue("", "thank you goodbye" + HANGS_UP)
    path = a_wav(tmp_path / "caller.wav", seconds=1.2)

    async def main() -> WavTransport:
        transport = WavTransport(path, LoopClock())
        call = CallOrchestrator(
            config=CallConfig(call_sid="c", flow_id="f"),
            stream_turn=dialogue.stream_turn,
            stt=ListedTranscripts("hello"),
            tts=ToneVoice(),
            detector=LoudnessDetector(),
            clock=LoopClock(),
            on_event=lambda event: None,
        )
        await call.answer(transport)
        return transport

    run_virtual(main()).write(tmp_path / "call.wav")
    call, rate = soundfile.read(tmp_path / "call.wav")
    assert rate == 8000
    loud = np.abs(call) > 0.02
    caller_end = np.flatnonzero(loud[:, 0])[-1]
    agent_start = np.flatnonzero(loud[:, 1])[0]
    assert caller_end == pytest.approx(1.2 * 8000, abs=80)
    assert agent_start > caller_end
    assert [turn.transcript for turn in dialogue.turns] == ["", "hello"]


def test_marks_come_back_in_step_and_clear_returns_them(tmp_path: Path) -> None:
    async def main() -> list[str]:
        transport = WavTransport(a_wav(tmp_path / "a.wav", seconds=0.1), LoopClock(), linger_s=1)
        frame = AudioFrame(t_ns=0, pcm=bytes(2 * FRAME_SAMPLES))
        for item in (frame, frame, Mark(name="two"), frame, frame, Mark(name="four")):
            await transport.send(item)
        seen = []
        count = 0
        async for item in transport.frames():
            count += isinstance(item, AudioFrame)
            if isinstance(item, Mark):
                seen.append(f"{item.name} after {count}")
                await transport.clear()
        with pytest.raises(LineDropped):
            await transport.send(frame)
        return seen

    assert run_virtual(main()) == ["two after 2", "four after 3"]
