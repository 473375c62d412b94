"""What the embedded recogniser expects to hear: a trigram language model and a dictionary, made from sentences.

The sentences are a general list of what people say to a business, and texts that assembly hands in: the flow's own
texts and examples, the agent file, hints. A recogniser told the answers measures nothing, so the callers' lines of a
test suite never come here.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pocketsphinx import get_model_path

from agent.audio.stt.trigram import arpa_trigram
from agent.audio.stt.written_numbers import in_words

GENERAL_PHRASES = Path(__file__).with_name("general_phrases.txt")

_CLASS = re.compile(r"\{([a-z]+)\}")
_TEMPLATE = re.compile(r"\{\{.*?\}\}")
_WORD = re.compile(r"[a-z]+(?:'[a-z]+)*'?")
_SENTENCE_END = re.compile(r"[.?!;:]+(?=\s|$)|\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainModel:
    """A language model and a dictionary that belong together.

    Attributes:
        arpa: the trigram model, in ARPA form.
        dictionary: pronunciations, one a line, as pocketsphinx reads them.
        vocabulary: the words that can be heard.
        silent: words of the sentences that nobody knows how to pronounce; they cannot be heard.
    """

    arpa: str
    dictionary: str
    vocabulary: frozenset[str]
    silent: tuple[str, ...]

    @property
    def identity(self) -> str:
        """Names the model by its content, for caches."""
        return hashlib.blake2b((self.arpa + self.dictionary).encode(), digest_size=12).hexdigest()


def domain_model(texts: Iterable[str]) -> DomainModel:
    """The model of the general phrases and these texts.

    The order of the texts does not matter, and neither do repeated ones.
    """
    own = {sentence for text in texts for sentence in sentences_of(text)}
    sentences = [*general_sentences(), *sorted(own)]
    known = _pronunciations()
    spoken: dict[str, tuple[str, ...]] = {}
    silent: set[str] = set()
    for word in sorted({word for sentence in sentences for word in sentence.split()}):
        phones = _phones_of(word, known)
        if phones:
            spoken[word] = phones
        else:
            silent.add(word)
    heard = [" ".join(word for word in line.split() if word in spoken) for line in sentences]
    return DomainModel(
        arpa=arpa_trigram(line for line in heard if line),
        dictionary=_dictionary(spoken),
        vocabulary=frozenset(spoken),
        silent=tuple(sorted(silent)),
    )


def _unaccented(text: str) -> str:
    """The text without accents, as it is heard: José is Jose."""
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def sentences_of(text: str) -> list[str]:
    """The sentences of a written text as words: lower case, numbers in words, no punctuation, no `{{variables}}`."""
    text = _TEMPLATE.sub(" . ", text.replace("\u2019", "'"))
    spoken = in_words(_unaccented(text).lower())
    lines = (" ".join(_WORD.findall(part)) for part in _SENTENCE_END.split(spoken))
    return [line for line in lines if line]


@cache
def general_sentences() -> tuple[str, ...]:
    """The sentences of the committed list, its classes written out."""
    return tuple(expanded_phrases(GENERAL_PHRASES.read_text(encoding="utf-8").splitlines()))


def expanded_phrases(lines: Iterable[str]) -> Iterator[str]:
    """The sentences of a phrase list.

    A sentence with classes comes as often as the longest of them has members; several classes in it turn at
    different speeds, so that they do not always meet in the same pairs.
    """
    classes: dict[str, list[str]] = {}
    for line in (line.strip() for line in lines):
        if not line or line.startswith("#"):
            continue
        name, colon, members = line.partition(":")
        if colon:
            classes[name.strip()] = [member.strip() for member in members.split("|")]
            continue
        pieces = _CLASS.split(line)  # text, class, text, class, ..., text
        slots = pieces[1::2]
        for turn in range(max((len(classes[slot]) for slot in slots), default=1)):
            for place, slot in enumerate(slots):
                pieces[2 * place + 1] = _member(classes[slot], turn, place)
            yield "".join(pieces)


def _member(members: Sequence[str], turn: int, place: int) -> str:
    return members[(turn * (1 + 2 * place) + 3 * place) % len(members)]


def _dictionary(spoken: dict[str, tuple[str, ...]]) -> str:
    lines = []
    for word, ways in spoken.items():
        lines += [f"{word}({at}) {way}" if at > 1 else f"{word} {way}" for at, way in enumerate(ways, 1)]
    return "\n".join(lines) + "\n"


@cache
def _pronunciations() -> dict[str, tuple[str, ...]]:
    """The bundled dictionary (cmudict): phones of each word, every way it is said."""
    ways: dict[str, list[str]] = {}
    with open(get_model_path("en-us/cmudict-en-us.dict"), encoding="utf-8") as file:
        for line in file:
            word, _, phones = line.strip().partition(" ")
            ways.setdefault(word.partition("(")[0], []).append(phones)
    return {word: tuple(phones) for word, phones in ways.items()}


def _phones_of(word: str, known: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    """How a word is said: as the dictionary has it, with an ending, or as two words in one; else nothing."""
    if word in known:
        return known[word]
    for ending in ("'s", "s'", "s"):
        base = known.get(word.removesuffix(ending)) if word.endswith(ending) else None
        if base:
            return tuple(f"{phones} {_plural(phones)}" for phones in base)
    for cut in range(len(word) - 3, 2, -1):
        first, second = known.get(word[:cut]), known.get(word[cut:])
        if first and second:
            return (f"{first[0]} {second[0]}",)
    return ()


def _plural(phones: str) -> str:
    last = phones.rpartition(" ")[2]
    if last in {"S", "Z", "SH", "ZH", "CH", "JH"}:
        return "IH Z"
    return "S" if last in {"P", "T", "K", "F", "TH"} else "Z"
