import hashlib
import os
import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile

from evals.errors import BadInput
from evals.signal.levels import rms_dbov
from evals.synth.clip import LARGEST_BYTES, decode_clip

MS = 1_000_000


def a_tone(rate_hz: int, *, total_ms: int = 1000, voiced_ms: tuple[int, int] = (300, 700)) -> np.ndarray:
    at = np.arange(rate_hz * total_ms // 1000) / rate_hz
    voiced = (at >= voiced_ms[0] / 1000) & (at < voiced_ms[1] / 1000)
    return 0.3 * np.sin(2 * np.pi * 440 * at + 1.0) * voiced


def mistake(path: Path, sha256: str = "") -> str:
    with pytest.raises(BadInput) as caught:
        decode_clip(path, sha256)
    assert caught.value.where == str(path)
    return caught.value.mistakes[0]


@pytest.mark.parametrize("rate_hz", [8000, 11025, 16000, 22050, 44100, 48000])
def test_any_rate_comes_out_at_8_khz_with_true_bounds(tmp_path: Path, rate_hz: int) -> None:
    path = tmp_path / "clip.wav"
    soundfile.write(path, a_tone(rate_hz), rate_hz)
    clip = decode_clip(path)
    assert clip.samples.size == pytest.approx(8000, abs=2)
    ((start, end),) = [(span.start_ns / MS, span.end_ns / MS) for span in clip.speech]
    assert (start, end) == (pytest.approx(300, abs=10), pytest.approx(700, abs=10))


def test_of_several_channels_the_first_is_the_caller(tmp_path: Path) -> None:
    path = tmp_path / "clip.wav"
    soundfile.write(path, np.column_stack((np.full(8000, 0.5), np.full(8000, -0.1))), 8000)
    assert set(decode_clip(path).samples.tolist()) == {16384}


@pytest.mark.parametrize("name", ["clip.wav", "clip.flac", "clip.ogg"])
def test_formats_that_libsndfile_reads_are_read(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    soundfile.write(path, a_tone(16000), 16000)
    assert rms_dbov(decode_clip(path).samples) == pytest.approx(rms_dbov(a_tone(16000)), abs=0.5)


def test_bounds_of_a_manifest_go_before_measured_ones(tmp_path: Path) -> None:
    path = tmp_path / "clip.wav"
    soundfile.write(path, a_tone(8000), 8000)
    clip = decode_clip(path, speech_ms=[(310, 400), (500, 690)])
    assert [(span.start_ns // MS, span.end_ns // MS) for span in clip.speech] == [(310, 400), (500, 690)]


def test_bytes_are_checked_against_their_hash(tmp_path: Path) -> None:
    path = tmp_path / "clip.wav"
    soundfile.write(path, a_tone(8000), 8000)
    decode_clip(path, hashlib.sha256(path.read_bytes()).hexdigest())
    assert "SHA-256" in mistake(path, "0" * 64)


def test_a_missing_file_a_folder_and_a_pipe_are_no_clips(tmp_path: Path) -> None:
    assert mistake(tmp_path / "missing.wav") == "there is no such file"
    assert mistake(tmp_path) == "there is no such file"
    os.mkfifo(tmp_path / "pipe.wav")
    assert mistake(tmp_path / "pipe.wav") == "there is no such file"


@pytest.mark.parametrize("content", [b"", b"no audio at all", b"RIFF\xff\xff\xff\xffWAVE", b"\0" * 5000])
def test_what_is_no_audio_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "clip.wav"
    path.write_bytes(content)
    assert mistake(path)


def a_lying_wav(
    *, channels: int = 1, rate_hz: int = 8000, claimed: int = 4, data: bytes = b"\1\0" * 2
) -> bytes:
    header = struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        *(b"RIFF", 36 + claimed, b"WAVE", b"fmt ", 16, 1, channels, rate_hz, rate_hz * channels * 2),
        *(channels * 2, 16, b"data", claimed),
    )
    return header + data


def test_a_header_that_claims_hours_gets_what_is_there_or_a_refusal(tmp_path: Path) -> None:
    path = tmp_path / "clip.wav"
    path.write_bytes(a_lying_wav(claimed=0x7FFFFFF0, data=b"\1\0" * 160))
    assert decode_clip(path).samples.size <= 160


@pytest.mark.parametrize(
    ("lie", "message"),
    [
        ({"rate_hz": 4_000_000_000 // 2}, "Hz"),
        ({"rate_hz": 100}, "100 Hz"),
        ({"channels": 900, "data": bytes(1800)}, "channels"),
        ({"claimed": 0, "data": b""}, "holds no audio"),
    ],
)
def test_headers_with_absurd_numbers_are_refused(tmp_path: Path, lie: dict, message: str) -> None:
    path = tmp_path / "clip.wav"
    path.write_bytes(a_lying_wav(**lie))
    assert message in mistake(path)


def test_an_hour_of_silence_packed_small_is_refused_without_decoding_it(tmp_path: Path) -> None:
    path = tmp_path / "clip.flac"
    with soundfile.SoundFile(path, "w", samplerate=8000, channels=1) as sound:
        for _ in range(10):
            sound.write(np.zeros(60 * 8000, dtype=np.int16))
    assert path.stat().st_size < LARGEST_BYTES
    assert mistake(path) == "is longer than 60 s"


def test_a_file_too_large_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "clip.wav"
    with path.open("wb") as file:
        file.truncate(LARGEST_BYTES + 1)
    assert mistake(path) == "is larger than 10 MB"


def test_samples_that_are_no_numbers_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "clip.wav"
    soundfile.write(path, np.array([0.0, np.nan, np.inf]), 8000, subtype="FLOAT")
    assert mistake(path) == "holds samples that are no numbers"


def test_a_minute_is_not_too_long(tmp_path: Path) -> None:
    path = tmp_path / "clip.flac"
    soundfile.write(path, np.zeros(60 * 8000), 8000)
    assert decode_clip(path).samples.size == 60 * 8000
