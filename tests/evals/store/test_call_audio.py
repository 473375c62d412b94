from __future__ import annotations

import io

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from agent.media import mulaw_decode
from evals.store.call_audio import audio_name, stereo_wav, tracks_of_wav

tracks = st.binary(max_size=400)


@given(caller=tracks, agent=tracks)
def test_tracks_come_back_byte_for_byte(caller: bytes, agent: bytes) -> None:
    wav = stereo_wav(caller, agent)
    back = tracks_of_wav(wav, caller_samples=len(caller), agent_samples=len(agent))
    assert back == (caller, agent)


def test_other_programs_read_the_file_as_stereo_mulaw_with_the_caller_left() -> None:
    caller, agent = bytes(range(256)), bytes(range(128, 256))
    with soundfile.SoundFile(io.BytesIO(stereo_wav(caller, agent))) as file:
        assert (file.samplerate, file.channels, file.format, file.subtype) == (8000, 2, "WAV", "ULAW")
        both = file.read(dtype="int16")
    assert len(both) == 256
    np.testing.assert_array_equal(both[:, 0], mulaw_decode(caller))
    np.testing.assert_array_equal(both[:128, 1], mulaw_decode(agent))
    assert not both[128:, 1].any(), "the shorter track ends in silence"


@pytest.mark.parametrize("cut", [10, 59, 100])
def test_a_shortened_file_is_refused(cut: int) -> None:
    wav = stereo_wav(b"\x01" * 100, b"\x02" * 100)
    with pytest.raises(ValueError, match="bytes"):
        tracks_of_wav(wav[:cut], caller_samples=100, agent_samples=100)


def test_names_are_safe_and_differ_where_cases_differ() -> None:
    assert audio_name("booking/books_first_slot/en-gb/clean/0", "ab").startswith(
        "booking__books_first_slot__en-gb__clean__0-"
    )
    names = {audio_name(case, "ab") for case in ["a/b", "a__b", "../../etc/passwd", "ä", "", "x" * 500]}
    assert len(names) == 6
    assert all(len(name) < 200 and "/" not in name and not name.startswith(".") for name in names)
