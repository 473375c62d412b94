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
from functools import cache
from typing import Any

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
    "t2": "t", "?": "t", "x": "h", "l#": "l", "A~": "0n",
}  # fmt: skip

SOUNDS = "".join(sorted(set("".join(_SOUNDS.values()))))
_LETTER_A = ("A", "@")  # as it is spelled, and the article

_SYNCHRONOUS = 2  # espeak_AUDIO_OUTPUT
_UTF8 = 1
_BARS_BETWEEN = ord("|") << 8  # phoneme mode: names, with this between them


@cache
def espeak() -> tuple[Any, int]:
    """espeak-ng in this process, which it can be in only once, and the rate of its speech in Hz.

    Raises:
        OSError: it does not start.
    """
    import espeakng_loader

    folder = tempfile.mkdtemp(prefix="ear-espeak-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    link = os.path.join(folder, "espeak-ng-data")  # it keeps its path in 160 bytes
    os.symlink(espeakng_loader.get_data_path(), link)
    library = ctypes.CDLL(espeakng_loader.get_library_path())
    rate_hz = library.espeak_Initialize(_SYNCHRONOUS, 0, link.encode(), 0)
    if rate_hz <= 0:
        raise OSError("espeak-ng does not start")
    return library, rate_hz


class Pronouncer:
    """espeak-ng's dictionary and rules.

    Raises:
        OSError: espeak-ng does not start.
    """

    def __init__(self) -> None:
        self._lib, _ = espeak()
        self._lib.espeak_TextToPhonemes.restype = ctypes.c_char_p
        self._lib.espeak_TextToPhonemes.argtypes = [
            ctypes.POINTER(ctypes.c_char_p),
            ctypes.c_int,
            ctypes.c_int,
        ]
        self._lock = threading.Lock()

    def ways(self, word: str) -> tuple[str, ...]:
        """How a word of a-z and apostrophes may sound, likeliest first; nothing for one without sounds."""
        if word == "a":
            return _LETTER_A
        heard = self._sounds(word)
        return (heard,) if heard else ()

    def _sounds(self, word: str) -> str:
        with self._lock:
            self._lib.espeak_SetVoiceByName(b"en-us")
            rest = ctypes.c_char_p(word.encode("ascii"))
            names: list[str] = []
            while rest.value is not None:
                said = self._lib.espeak_TextToPhonemes(ctypes.byref(rest), _UTF8, _BARS_BETWEEN)
                names += said.decode("utf-8", "replace").replace(" ", "|").split("|")
        return "".join(_SOUNDS.get(name.strip("',%="), "") for name in names)


@cache
def pronouncer() -> Pronouncer:
    """The one of this process."""
    return Pronouncer()


@cache
def ways_to_say(word: str) -> tuple[str, ...]:
    """How a word may sound, remembered."""
    return pronouncer().ways(word)


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
