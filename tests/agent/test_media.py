import io

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from agent.media import (
    FRAME_BYTES,
    FRAME_SAMPLES,
    MULAW_SILENCE,
    AudioFormat,
    AudioFrame,
    Encoding,
    cut_frames,
    join_frames,
    mulaw_decode,
    mulaw_encode,
    mulaw_quantise,
)

EVERY_SAMPLE = np.arange(65536, dtype=np.uint16).view(np.int16)
EVERY_CODE = bytes(range(256))


def encoded_by_the_bias_rule(samples):
    """The other encoder in wide use: negate negatives, clip at 32635, add a bias of 0x84."""
    values = samples.astype(np.int32)
    magnitude = np.minimum(np.abs(values), 32635) + 0x84
    segment = np.floor(np.log2(magnitude)).astype(np.int32) - 7
    code = (segment << 4) | (magnitude >> (segment + 3)) & 15
    return np.where(values < 0, 0x7F - code, 0xFF - code).astype(np.uint8)


def encoded_by_the_itu_rule(samples):
    """As the ITU's software tool library: 14 bits, negatives by one's complement, bias 33, clip at 8191."""
    values = samples.astype(np.int32)
    negative = values < 0
    return from_14_bits(np.where(negative, ~values, values) >> 2, negative)


def encoded_as_audioop_does(samples):
    """CPython's: down to 14 bits by rounding towards minus infinity, and only then negated."""
    shifted = samples.astype(np.int32) >> 2
    return from_14_bits(np.abs(shifted), shifted < 0)


def encoded_as_sox_does(samples):
    """SoX's: down to 14 bits by rounding to the nearest."""
    rounded = np.clip((samples.astype(np.int32) + 2) >> 2, -8192, 8191)
    return from_14_bits(np.abs(rounded), rounded < 0)


def encoded_as_ffmpeg_does(samples):
    """FFmpeg's: the code whose decoded value is nearest, midway values up, of a 14-bit table without a minus zero."""
    decoded = mulaw_decode(bytes(range(0xFF, 0x7F, -1))).astype(np.int32)
    borders = (decoded[:-1] + decoded[1:] + 4) >> 3
    shifted = samples.astype(np.int32) >> 2
    steps = np.searchsorted(borders, np.minimum(np.abs(shifted), 8191), side="right")
    return np.where(shifted < 0, 0x7F - steps, 0xFF - steps).astype(np.uint8)


def encoded_by_libsndfile(samples):
    file = io.BytesIO()
    soundfile.write(file, samples, 8000, format="RAW", subtype="ULAW")
    return np.frombuffer(file.getvalue(), dtype=np.uint8)


def from_14_bits(magnitude, negative):
    biased = np.minimum(magnitude + 33, 0x1FFF)
    segment = np.floor(np.log2(biased)).astype(np.int32) - 5
    code = (segment << 4) | (biased >> (segment + 1)) & 15
    return np.where(negative, 0x7F - code, 0xFF - code).astype(np.uint8)


ENCODERS = {
    "itu": encoded_by_the_itu_rule,
    "bias": encoded_by_the_bias_rule,
    "audioop": encoded_as_audioop_does,
    "sox": encoded_as_sox_does,
    "ffmpeg": encoded_as_ffmpeg_does,
    "libsndfile": encoded_by_libsndfile,
}


def step_at(samples):
    """The width of the quantiser's step around decoded samples, in 16-bit units (8, 16, ... 1024)."""
    exponent = np.floor(np.log2(np.abs(samples.astype(np.int32)) + 0x84)).astype(np.int32) - 7
    return 8 * 2**exponent


@pytest.mark.parametrize(
    ("code", "sample"),
    [(0xFF, 0), (0x7F, 0), (0x80, 32124), (0x00, -32124), (0xFE, 8), (0x7E, -8), (0xEF, 132), (0xF0, 120)],
)
def test_codes_decode_as_g711_says(code, sample) -> None:
    assert mulaw_decode(bytes([code])).tolist() == [sample]


@pytest.mark.parametrize(
    ("sample", "code"),
    [(0, 0xFF), (-1, 0x7F), (3, 0xFF), (4, 0xFE), (-4, 0x7F), (32767, 0x80), (-32768, 0x00)],
)
def test_samples_encode_by_the_rule_of_the_software_tool_library(sample, code) -> None:
    assert mulaw_encode(np.array([sample], dtype=np.int16)) == bytes([code])


def test_the_bias_rule_differs_on_127_inputs_all_of_them_negative() -> None:
    ours = np.frombuffer(mulaw_encode(EVERY_SAMPLE), dtype=np.uint8)
    differing = EVERY_SAMPLE[ours != encoded_by_the_bias_rule(EVERY_SAMPLE)]
    assert len(differing) == 127
    assert differing.max() < 0


def test_every_sample_encodes_by_the_itu_rule() -> None:
    ours = np.frombuffer(mulaw_encode(EVERY_SAMPLE), dtype=np.uint8)
    assert np.array_equal(ours, encoded_by_the_itu_rule(EVERY_SAMPLE))


@pytest.mark.parametrize(
    ("one", "other", "differing"),
    [
        ("itu", "bias", 127),
        ("itu", "audioop", 508),
        ("bias", "audioop", 381),
        ("itu", "sox", 510),
        ("itu", "ffmpeg", 964),
        ("libsndfile", "audioop", 381),
        ("libsndfile", "bias", 0),
    ],
)
def test_encoders_in_use_differ_on_so_many_of_all_inputs_and_by_one_code(
    one: str, other: str, differing: int
) -> None:
    """Why codes of two libraries are never compared, only what they decode to."""
    first, second = ENCODERS[one](EVERY_SAMPLE), ENCODERS[other](EVERY_SAMPLE)
    unequal = first != second
    assert np.count_nonzero(unequal) == differing
    ordered = np.unique(mulaw_decode(EVERY_CODE))
    places = [np.searchsorted(ordered, mulaw_decode(codes[unequal].tobytes())) for codes in (first, second)]
    assert np.abs(places[0] - places[1]).max(initial=0) <= 1


def test_there_are_255_distinct_samples() -> None:
    assert len(set(mulaw_decode(EVERY_CODE).tolist())) == 255


def test_decoding_and_encoding_again_gives_the_code_back_except_minus_zero() -> None:
    again = mulaw_encode(mulaw_decode(EVERY_CODE))
    assert {code: back for code, back in zip(EVERY_CODE, again, strict=True) if code != back} == {0x7F: 0xFF}


def test_silence_is_0xff() -> None:
    assert mulaw_encode(np.zeros(3, dtype=np.int16)) == bytes([MULAW_SILENCE]) * 3


def test_quantising_is_encoding_and_decoding() -> None:
    assert np.array_equal(mulaw_quantise(EVERY_SAMPLE), mulaw_decode(mulaw_encode(EVERY_SAMPLE)))


def test_quantising_is_monotone_and_errs_by_half_a_step_inside_the_range() -> None:
    ascending = np.arange(-32768, 32768).astype(np.int16)
    quantised = mulaw_quantise(ascending).astype(np.int32)
    assert (np.diff(quantised) >= 0).all()
    inside = np.abs(ascending.astype(np.int32)) <= 32124
    error = np.abs(quantised - ascending)[inside]
    # One unit more on the negative side, whose thresholds are those of the complement.
    assert (error <= step_at(mulaw_quantise(ascending))[inside] // 2 + 1).all()


@given(st.lists(st.integers(-32768, 32767), max_size=50))
def test_quantising_twice_is_quantising_once(values) -> None:
    once = mulaw_quantise(np.array(values, dtype=np.int16))
    assert np.array_equal(mulaw_quantise(once), once)


def test_quantising_does_not_write_into_its_tables() -> None:
    with pytest.raises(ValueError, match="read-only"):
        AudioFrame(t_ns=0, pcm=bytes(FRAME_BYTES)).samples[0] = 1
    decoded = mulaw_decode(b"\x80")
    decoded[0] = 1
    assert mulaw_decode(b"\x80").tolist() == [32124]


@given(st.binary(max_size=2000).filter(lambda pcm: len(pcm) % 2 == 0))
def test_cut_frames_hold_what_was_cut_and_silence(pcm) -> None:
    frames = cut_frames(pcm)
    assert all(len(frame) == FRAME_BYTES for frame in frames)
    joined = b"".join(frames)
    assert joined[: len(pcm)] == pcm
    assert set(joined[len(pcm) :]) <= {0}
    assert len(joined) - len(pcm) < FRAME_BYTES


def test_join_frames_puts_bytes_one_after_another() -> None:
    one = AudioFrame(t_ns=0, pcm=b"\1\0" * FRAME_SAMPLES)
    two = AudioFrame(t_ns=20_000_000, pcm=b"\2\0" * FRAME_SAMPLES)
    assert join_frames([one, two]) == one.pcm + two.pcm


def test_a_frame_of_another_length_is_refused_with_what_was_expected() -> None:
    wide = AudioFormat(encoding=Encoding.PCM_S16LE, rate_hz=16000)
    with pytest.raises(ValueError, match=r"320 bytes is not 20 ms of 16000 Hz pcm_s16le; expected 640"):
        AudioFrame(t_ns=0, pcm=bytes(320), format=wide)


def test_a_mulaw_frame_decodes_to_samples() -> None:
    line = AudioFormat(encoding=Encoding.MULAW, rate_hz=8000)
    frame = AudioFrame(t_ns=0, pcm=b"\x80" * FRAME_SAMPLES, format=line)
    assert frame.samples.shape == (FRAME_SAMPLES,)
    assert set(frame.samples.tolist()) == {32124}
