import os
import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile

from evals.errors import BadInput
from evals.recording.wav import BLOCK_S, open_recording

NOISE = np.random.default_rng(1).uniform(-0.5, 0.5, size=(8000, 2))


def a_file(path: Path, samples: np.ndarray = NOISE, rate_hz: int = 8000, **how: str) -> Path:
    soundfile.write(path, samples, rate_hz, **how)
    return path


def read(path: Path) -> np.ndarray:
    return np.concatenate(list(open_recording(path).blocks()))


@pytest.mark.parametrize("rate_hz", [8000, 11_025, 16_000, 44_100, 48_000])
@pytest.mark.parametrize(
    ("form", "subtype", "error"),
    [
        ("WAV", "PCM_16", 1e-4),
        ("WAV", "FLOAT", 1e-7),
        ("WAV", "ULAW", 0.02),
        ("WAVEX", "PCM_24", 1e-6),
        ("RF64", "PCM_16", 1e-4),
    ],
)
def test_samples_come_back_at_every_rate_and_form(
    tmp_path: Path, rate_hz: int, form: str, subtype: str, error: float
) -> None:
    path = a_file(tmp_path / "call.wav", rate_hz=rate_hz, format=form, subtype=subtype)
    recording = open_recording(path)
    assert (recording.rate_hz, recording.samples) == (rate_hz, 8000)
    np.testing.assert_allclose(read(path), NOISE, atol=error)


def test_long_recording_comes_in_blocks(tmp_path: Path) -> None:
    path = a_file(tmp_path / "call.wav", np.zeros((8000 * BLOCK_S * 2 + 5, 2)))
    assert [len(block) for block in open_recording(path).blocks()] == [8000 * BLOCK_S] * 2 + [5]


def test_samples_over_full_scale_are_held_there(tmp_path: Path) -> None:
    path = a_file(tmp_path / "call.wav", np.array([[3.0, -1e30], [0.25, 0.5]]), subtype="FLOAT")
    assert read(path).tolist() == [[1.0, -1.0], [0.25, 0.5]]


def wrong(path: Path) -> str:
    with pytest.raises(BadInput) as told:
        read(path)
    assert told.value.where == str(path)
    (mistake,) = told.value.mistakes
    assert "\n" not in mistake
    return mistake


@pytest.mark.parametrize(
    ("samples", "rate_hz", "message"),
    [
        (NOISE[:, 0], 8000, "is mono: expected stereo"),
        (np.zeros((100, 6)), 8000, "is of 6 channels: expected stereo"),
        (NOISE, 6000, "has 6000 samples a second: expected 8000 to 48000"),
        (NOISE, 96_000, "has 96000 samples a second"),
        (np.zeros((0, 2)), 8000, "holds no audio"),
    ],
)
def test_file_of_another_kind_is_told(
    tmp_path: Path, samples: np.ndarray, rate_hz: int, message: str
) -> None:
    assert message in wrong(a_file(tmp_path / "call.wav", samples, rate_hz))


def test_missing_files_folders_and_pipes_are_no_files(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.wav")
    for name in ("none.wav", ".", "pipe.wav"):
        assert wrong(tmp_path / name) == "there is no such file"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"RIFF", "is not a WAV file"),
        (b"ID3\x04 and then some mp3", "is not a WAV file"),
        (b"RIFF\x24\x00\x00\x00AVI ", "is not a WAV file"),
        (b"RIFF\x24\x00\x00\x00WAVE", "holds no audio"),
        (b"RIFF\x24\x00\x00\x00WAVEfmt \xff\xff\x00\x00", "is cut off within its header"),
        (b"RIFF\x24\x00\x00\x00WAVEdata\x04\x00\x00\x00abcd", "cannot be read as audio"),
    ],
)
def test_file_that_is_no_wav_is_told(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "call.wav"
    path.write_bytes(content)
    assert message in wrong(path)


def test_flac_named_wav_is_told(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "call.flac", NOISE, 8000)
    path = (tmp_path / "call.flac").rename(tmp_path / "call.wav")
    assert wrong(path) == "is not a WAV file"


def test_recording_that_was_cut_off_is_told(tmp_path: Path) -> None:
    path = a_file(tmp_path / "call.wav")
    path.write_bytes(path.read_bytes()[:20_000])
    assert wrong(path).startswith("claims 32000 bytes of audio and holds 19956")


@pytest.mark.parametrize("claimed", [0xFFFFFFFF, 0x7FFFFFFF, 64_000])
def test_header_that_claims_more_than_there_is_is_told(tmp_path: Path, claimed: int) -> None:
    assert f"claims {claimed} bytes" in wrong(relabelled(a_file(tmp_path / "call.wav"), claimed))


def test_header_that_claims_less_than_there_is_is_told(tmp_path: Path) -> None:
    # Words after the claimed audio are samples, and no chunk of the file's.
    assert "after the audio that its header tells of" in wrong(
        relabelled(a_file(tmp_path / "call.wav"), 8000)
    )


def test_samples_that_are_no_numbers_are_told(tmp_path: Path) -> None:
    samples = NOISE.copy()
    samples[5000, 1] = np.nan
    assert (
        wrong(a_file(tmp_path / "call.wav", samples, subtype="FLOAT")) == "holds samples that are no numbers"
    )


def relabelled(path: Path, data_bytes: int) -> Path:
    content = bytearray(path.read_bytes())
    at = content.index(b"data")
    content[at + 4 : at + 8] = struct.pack("<I", data_bytes)
    path.write_bytes(content)
    return path
