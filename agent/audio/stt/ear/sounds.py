"""How words sound: espeak-ng's pronunciation in American English, in an alphabet of one character a sound.

English spelling says little about sounds, so the ear listens for sounds and looks the words up. One accent stands
for all: the network hears every accent and writes this one, which is as a spelling reform would have it. espeak-ng
comes in a wheel (`espeakng-loader`) and pronounces any word, known or not, so a name in a hint can be listened for.

What no listener tells apart here is one sound: the vowels of *lot* and *palm* and of *trap* and *bath*, which are two
in other accents than these; long and short ends of *happy*; every weak vowel. R-coloured vowels after others are two
sounds.
"""

from __future__ import annotations

import atexit
import ctypes
import os
import shutil
import tempfile
import threading
from functools import cache, lru_cache
from importlib.metadata import version
from typing import Any

from agent.errors import ProviderError

# espeak-ng's names of the phonemes of en-us, and the sounds they are here (its `phsource/ph_english_us`).
_SOUNDS = {
    "n": "n", "s": "s", "l": "l", "t": "t", "k": "k", "r": "r", "d": "d", "z": "z", "m": "m", "p": "p", "b": "b",
    "f": "f", "N": "N", "g": "g", "v": "v", "w": "w", "h": "h", "S": "S", "dZ": "J", "tS": "C", "j": "j", "T": "T",
    "D": "D", "Z": "Z",
    "I": "I", "I#": "I", "I2": "I", "@": "@", "a#": "@", "@2": "@", "@-": "@", "E": "E", "a": "a", "aa": "a",
    "3": "3", "3:": "3", "oU": "O", "eI": "A", "i": "i", "i:": "i", "0": "0", "A:": "0", "O2": "0", "0#": "0",
    "aI": "Y", "V": "V", "u:": "u", "u": "u", "aU": "W", "A@": "R", "O:": "o", "O": "o", "O@": "4", "o@": "4",
    "e@": "5", "OI": "Q", "U": "U",
    "@L": "@l", "n-": "@n", "r-": "3", "i@": "i@", "i@3": "i3", "U@": "U3", "aI3": "Y3", "aI@": "Y@", "t#": "t",
    "t2": "t", "?": "t", "x": "h", "l#": "l", "A~": "0n", "a:": "a",
}  # fmt: skip

SOUNDS = "".join(sorted(set("".join(_SOUNDS.values()))))
_LETTER_A = ("A", "@")  # as it is spelled, and the article

ESPEAK_LOCK = threading.RLock()

_REMEMBERED = 100_000  # words; hints bring others in every call
_LONGEST_WORD = 60  # letters
_LONGEST_DATA_PATH = 120  # espeak-ng keeps its data path in 160 bytes, file names included
_SYNCHRONOUS = 2  # espeak_AUDIO_OUTPUT
_DONT_EXIT = 0x8000  # when its data are missing
_UTF8 = 1
_BARS_BETWEEN = ord("|") << 8  # phoneme mode: names, with this between them


def espeak() -> tuple[Any, int]:
    """espeak-ng in this process, which it can be in only once, and the rate of its speech in Hz.

    It has one state for all: whoever calls it holds `ESPEAK_LOCK`.

    Raises:
        ProviderError: it does not start.
    """
    with ESPEAK_LOCK:
        return _started()


@cache
def _started() -> tuple[Any, int]:
    try:
        import espeakng_loader

        library = ctypes.CDLL(espeakng_loader.get_library_path())
        data = _short_path(str(espeakng_loader.get_data_path()))
    except (ImportError, OSError) as error:
        raise ProviderError(f"espeak-ng does not load: {error}") from error
    rate_hz = library.espeak_Initialize(_SYNCHRONOUS, 0, data.encode(), _DONT_EXIT)
    if rate_hz <= 0:
        raise ProviderError(f"espeak-ng does not start with the data in {data}")
    library.espeak_TextToPhonemes.restype = ctypes.c_char_p
    library.espeak_TextToPhonemes.argtypes = [ctypes.POINTER(ctypes.c_char_p), ctypes.c_int, ctypes.c_int]
    return library, rate_hz


def _short_path(data: str) -> str:
    if len(data) <= _LONGEST_DATA_PATH:
        return data
    folder = tempfile.mkdtemp(prefix="ear-espeak-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    link = os.path.join(folder, "espeak-ng-data")
    os.symlink(data, link)
    return link


def espeak_version() -> str:
    """Of the wheel that brings espeak-ng."""
    return version("espeakng-loader")


@lru_cache(maxsize=_REMEMBERED)
def ways_to_say(word: str) -> tuple[str, ...]:
    """How a word of a-z and apostrophes may sound, likeliest first; nothing for one without sounds.

    Raises:
        ProviderError: espeak-ng does not start.
    """
    if word == "a":
        return _LETTER_A
    if len(word) > _LONGEST_WORD:
        return ()
    heard = _pronounced(word)
    return (heard,) if heard else ()


def _pronounced(word: str) -> str:
    names: list[str] = []
    with ESPEAK_LOCK:
        library, _ = espeak()
        library.espeak_SetVoiceByName(b"en-us")
        rest = ctypes.c_char_p(word.encode("ascii"))
        while rest.value is not None:
            said = library.espeak_TextToPhonemes(ctypes.byref(rest), _UTF8, _BARS_BETWEEN)
            names += said.decode("utf-8", "replace").replace(" ", "|").split("|")
    return "".join(_SOUNDS.get(name.strip("',%="), "") for name in names)


def sounds_of(text: str) -> str:
    """How a sentence sounds, its words apart: `a` is an article unless other letters stand beside it."""
    words = text.split()
    said = []
    for at, word in enumerate(words):
        ways = ways_to_say(word)
        beside = (*words[max(0, at - 1) : at], *words[at + 1 : at + 2])
        article = word == "a" and not any(len(other) == 1 and other != "i" for other in beside)
        said.append(ways[-1] if article else ways[0] if ways else "")
    return " ".join(each for each in said if each)
