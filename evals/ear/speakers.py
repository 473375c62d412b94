"""Who speaks the sentences that the ear learns from: espeak-ng's English voices with all variants, and flite's.

espeak-ng comes in a wheel (`espeakng-loader`) and is driven here in this process, hundreds of times faster than real
time: unlike the product's own voice (`agent.audio.tts.pyttsx3`) the samples depend on what was spoken before, which
is harmless in training and would not be in a test. flite is Debian's package and is left out where it is missing.
"""

from __future__ import annotations

import ctypes
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import soxr

from agent.audio.stt.ear.sounds import ESPEAK_LOCK, espeak
from agent.media import RATE_HZ
from evals.signal.levels import Signal

ACCENTS = (
    "en-us",
    "en-gb",
    "en-gb-scotland",
    "en-gb-x-rp",
    "en-gb-x-gbclan",
    "en-gb-x-gbcwmd",
    "en-029",
    "en-us-nyc",
)
FLITE = ("slt", "rms", "awb", "kal", "kal16")

# Sounds that nobody would call a voice on the telephone.
_NOT_PEOPLE = ("robosoft", "unirobot", "anikarobot", "demonic", "whisper", "croak")
# Test voices (`corpora/ear/test_voices.tsv`) speak at these rates or with these variants, and training never does.
HELD_OUT_VARIANTS = frozenset({"f4", "m3", "Andy", "linda"})
HELD_OUT_RATES = frozenset(range(107, 300, 10))  # words per minute that end in 7

_GB = re.compile(r"^en-gb(?=\+|$)")
_RATE, _PITCH, _RANGE = 1, 3, 4  # espeak_PARAMETER
_UTF8 = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """A voice and how it speaks.

    Attributes:
        voice: espeak's name, such as `en-gb+f2`, or flite's, such as `flite:slt`.
        rate: espeak's words a minute; for flite, 170 is its own rate.
        pitch: espeak's pitch, 0 to 100; for flite, the fundamental in Hz, 0 leaves its own.
        pitch_range: how lively, espeak's 0 to 100.
    """

    voice: str
    rate: int
    pitch: int
    pitch_range: int = 50


def variants() -> tuple[str, ...]:
    """espeak-ng's voice variants that may be trained on."""
    import espeakng_loader

    names = (path.name for path in Path(espeakng_loader.get_data_path(), "voices", "!v").iterdir())
    return tuple(
        sorted(
            name
            for name in names
            if name not in HELD_OUT_VARIANTS
            and " " not in name
            and not any(odd in name.lower() for odd in _NOT_PEOPLE)
        )
    )


def some_speaker(rng: np.random.Generator, flite: tuple[str, ...] = ()) -> Speaker:
    """A speaker from the dice: mostly espeak's, one in ten flite's where there is one.

    Plain accents and the plain variants come most often, as they do in callers; the odd ones keep the ear from
    learning a few throats by heart.
    """
    if flite and rng.random() < 0.1:
        voice = flite[int(rng.integers(len(flite)))]
        own_pitch = rng.random() < 0.5
        pitch = 0 if own_pitch else int(rng.integers(85, 220))
        return Speaker(voice=f"flite:{voice}", rate=_some_rate(rng, 170.0, 25.0), pitch=pitch)
    accent = ACCENTS[int(rng.choice(len(ACCENTS), p=_ACCENT_SHARES))]
    kind = rng.random()
    variant = ""
    if kind > 0.4:
        variant = f"+{rng.choice(_PLAIN_VARIANTS if kind < 0.7 else _variants())}"
    return Speaker(
        voice=accent + variant,
        rate=_some_rate(rng, 172.0, 26.0),
        pitch=int(np.clip(rng.normal(50, 17), 5, 99)),
        pitch_range=int(np.clip(rng.normal(50, 20), 5, 99)),
    )


_PLAIN_VARIANTS = ("m1", "m2", "m4", "m5", "m6", "m7", "m8", "f1", "f2", "f3", "f5")
_ACCENT_SHARES = np.array([0.24, 0.24, 0.12, 0.12, 0.07, 0.07, 0.07, 0.07])


def _some_rate(rng: np.random.Generator, mean: float, spread: float) -> int:
    rate = int(np.clip(rng.normal(mean, spread), 110, 250))
    return rate + 1 if rate in HELD_OUT_RATES else rate


@cache
def _variants() -> tuple[str, ...]:
    return variants()


class Espeak:
    """espeak-ng in this process; one at a time."""

    def __init__(self) -> None:
        self._lib, self._rate_hz = espeak()
        self._pieces: list[bytes] = []
        self._callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)(
            self._take
        )
        with ESPEAK_LOCK:
            self._lib.espeak_SetSynthCallback(self._callback)

    def speak(self, text: str, speaker: Speaker) -> Signal:
        """The text as 8 kHz audio, full scale at 1.0, shape (n,)."""
        with ESPEAK_LOCK:
            lib = self._lib
            name = _GB.sub("en", speaker.voice)  # the file of en-gb is called en
            if lib.espeak_SetVoiceByName(name.encode()) != 0:
                raise ValueError(f"espeak-ng has no voice {speaker.voice!r}")
            lib.espeak_SetParameter(_RATE, speaker.rate, 0)
            lib.espeak_SetParameter(_PITCH, speaker.pitch, 0)
            lib.espeak_SetParameter(_RANGE, speaker.pitch_range, 0)
            self._pieces = []
            data = text.encode()
            lib.espeak_Synth(data, len(data) + 1, 0, 1, 0, _UTF8, None, None)
        samples = np.frombuffer(b"".join(self._pieces), dtype="<i2")
        return at_telephone_rate(samples, self._rate_hz)

    def _take(self, samples: int | None, count: int, _events: int | None) -> int:
        if samples and count > 0:
            self._pieces.append(ctypes.string_at(samples, 2 * count))
        return 0


class _Wave(ctypes.Structure):
    """flite's cst_wave."""

    _fields_ = (
        ("type", ctypes.c_char_p),
        ("sample_rate", ctypes.c_int),
        ("num_samples", ctypes.c_int),
        ("num_channels", ctypes.c_int),
        ("samples", ctypes.POINTER(ctypes.c_short)),
    )


class Flite:
    """flite's voices in this process.

    Raises:
        OSError: flite is not installed.
    """

    def __init__(self) -> None:
        libraries = {
            "slt": "cmu_us_slt", "rms": "cmu_us_rms", "awb": "cmu_us_awb", "kal": "cmu_us_kal", "kal16": "cmu_us_kal16",
        }  # fmt: skip
        self._lib: Any = ctypes.CDLL("libflite.so.1", ctypes.RTLD_GLOBAL)
        for name in ("libflite_usenglish.so.1", "libflite_cmulex.so.1"):
            ctypes.CDLL(name, ctypes.RTLD_GLOBAL)
        self._lib.flite_init()
        self._lib.flite_text_to_wave.restype = ctypes.POINTER(_Wave)
        self._lib.flite_text_to_wave.argtypes = (ctypes.c_char_p, ctypes.c_void_p)
        self._lib.delete_wave.argtypes = (ctypes.POINTER(_Wave),)
        self._lib.flite_feat_set_float.argtypes = (ctypes.c_void_p, ctypes.c_char_p, ctypes.c_float)
        self._voices: dict[str, Any] = {}
        self._own_pitch = {"slt": 170.0, "rms": 105.0, "awb": 125.0, "kal": 105.0, "kal16": 105.0}
        for voice, library in libraries.items():
            register = getattr(ctypes.CDLL(f"libflite_{library}.so.1"), f"register_{library}")
            register.restype = ctypes.c_void_p
            self._voices[voice] = register(None)

    @property
    def voices(self) -> tuple[str, ...]:
        """The names that `speak` takes after `flite:`."""
        return tuple(self._voices)

    def speak(self, text: str, speaker: Speaker) -> Signal:
        """The text as 8 kHz audio, full scale at 1.0, shape (n,)."""
        name = speaker.voice.removeprefix("flite:")
        voice = self._voices[name]
        features = ctypes.cast(voice + 8, ctypes.POINTER(ctypes.c_void_p))[0]  # cst_voice: name, features
        self._lib.flite_feat_set_float(features, b"duration_stretch", 170.0 / speaker.rate)
        self._lib.flite_feat_set_float(
            features, b"int_f0_target_mean", float(speaker.pitch or self._own_pitch[name])
        )
        wave = self._lib.flite_text_to_wave(text.encode(), voice)
        try:
            samples = np.ctypeslib.as_array(wave.contents.samples, (wave.contents.num_samples,)).copy()
            return at_telephone_rate(samples, wave.contents.sample_rate)
        finally:
            self._lib.delete_wave(wave)


def at_telephone_rate(samples: np.ndarray[Any, np.dtype[np.int16]], rate_hz: int) -> Signal:
    """16-bit samples at any rate as 8 kHz audio with full scale at 1.0."""
    signal = samples.astype(np.float64) / 32768
    if signal.size and rate_hz != RATE_HZ:
        signal = soxr.resample(signal, rate_hz, RATE_HZ, quality="HQ")
    return signal
