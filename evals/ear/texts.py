"""What the speakers of the synthetic training speech say: a seeded stream of spoken sentences of many kinds.

A recogniser learns the sounds of letters and the words that are likely. The mixture serves both: telephone talk and
entities (numbers, names, dates) are what it will hear, open English and word salads keep it from guessing. The texts
come from templates and lists in this package and from the general phrases; the lines of a test never come here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum
from functools import cache

import numpy as np
from pocketsphinx import get_model_path

from agent.audio.stt.domain_model import general_sentences
from evals.ear.text_agents import AGENT_RULES
from evals.ear.text_callers import CALLER_RULES
from evals.ear.text_chat import CHAT_RULES
from evals.ear.text_disfluency import hesitant
from evals.ear.text_entities import ENTITY_RULES
from evals.ear.text_grammar import Dice, Grammar
from evals.ear.text_names import LISTS, NAME_RULES
from evals.ear.text_numbers import NUMBER_RULES

MAX_WORDS = 25

_WORD = re.compile(r"[a-z]+(?:'[a-z]+)*'?")


class Kind(StrEnum):
    """What a sentence is about, or how it is made."""

    BOOKING = "booking"
    APPOINTMENT = "appointment"
    RESTAURANT = "restaurant"
    DELIVERY = "delivery"
    SUPPORT = "support"
    ACCOUNT = "account"
    TRAVEL = "travel"
    CHAT = "chat"
    AGENT = "agent"
    GENERAL = "general"
    ENTITY = "entity"
    CARRIED_ENTITY = "carried_entity"
    OPEN = "open"
    TALK = "talk"
    MUTATED = "mutated"
    SALAD = "salad"
    SHORT = "short"


# Shares in percent. The first ten are telephone talk from templates, `TALK` is what people wrote.
MIXTURE = {
    Kind.BOOKING: 9.0,
    Kind.APPOINTMENT: 5.0,
    Kind.RESTAURANT: 3.0,
    Kind.DELIVERY: 3.0,
    Kind.SUPPORT: 4.0,
    Kind.ACCOUNT: 3.0,
    Kind.TRAVEL: 3.0,
    Kind.CHAT: 4.0,
    Kind.AGENT: 5.0,
    Kind.GENERAL: 3.0,
    Kind.ENTITY: 8.0,
    Kind.CARRIED_ENTITY: 10.0,
    Kind.OPEN: 4.0,
    Kind.TALK: 18.0,
    Kind.MUTATED: 8.0,
    Kind.SALAD: 5.0,
    Kind.SHORT: 5.0,
}
# How often a hesitation enters. A salad is odd enough without.
_HESITANT = {
    Kind.SALAD: 0.0,
    Kind.AGENT: 0.03,
    Kind.OPEN: 0.08,
    Kind.TALK: 0.08,
    Kind.MUTATED: 0.05,
    Kind.SHORT: 0.1,
}
_USUALLY_HESITANT = 0.22
_OPENED = frozenset(
    {Kind.BOOKING, Kind.APPOINTMENT, Kind.RESTAURANT, Kind.DELIVERY, Kind.SUPPORT, Kind.ACCOUNT, Kind.CHAT}
)
_RARE_WORD = 0.25


class TextSource:
    """A stream of spoken sentences: lower-case words, numbers in words, letters alone."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._dice = Dice(rng)
        self._grammar = Grammar(NUMBER_RULES, NAME_RULES, ENTITY_RULES, CALLER_RULES, CHAT_RULES, AGENT_RULES)
        self._kinds = tuple(MIXTURE)
        self._bounds = np.cumsum([MIXTURE[kind] for kind in self._kinds]) / sum(MIXTURE.values())

    def sentence(self) -> str:
        """One spoken utterance of 1 to 25 words."""
        return self.sentence_of(self.kind())

    def sentences(self, count: int) -> list[str]:
        """This many utterances."""
        return [self.sentence() for _ in range(count)]

    def kind(self) -> Kind:
        """A kind, as often as the mixture says."""
        at = int(np.searchsorted(self._bounds, self._dice.share(), side="right"))
        return self._kinds[min(at, len(self._kinds) - 1)]

    def sentence_of(self, kind: Kind) -> str:
        """One spoken utterance of this kind."""
        while True:
            words = self._words_of(kind)
            if self._dice.chance(_HESITANT.get(kind, _USUALLY_HESITANT)):
                words = hesitant(self._dice, words)
            if 0 < len(words) <= MAX_WORDS:
                return " ".join(words)

    def _words_of(self, kind: Kind) -> list[str]:
        dice = self._dice
        match kind:
            case Kind.GENERAL:
                return dice.pick(general_sentences()).split()
            case Kind.OPEN:
                return dice.pick(open_sentences()).split()
            case Kind.TALK:
                return dice.pick(talk_sentences()).split()
            case Kind.MUTATED:
                return self._mutated()
            case Kind.SALAD:
                return [self._any_word() for _ in range(dice.between(3, 12))]
            case _:
                words = self._grammar.say(kind.value, dice).split()
        if kind not in _OPENED:
            return words
        opening, second, closing = dice.chance(0.2), dice.chance(0.2), dice.chance(0.12)
        if opening:
            words = [*self._grammar.say("opening", dice).split(), *words]
        if second:
            words += self._grammar.say(dice.pick((kind.value, "carried_entity")), dice).split()
        if closing:
            words += self._grammar.say("closing", dice).split()
        return words

    def _mutated(self) -> list[str]:
        """An open sentence with other words in it, or the halves of two."""
        dice = self._dice
        words = dice.pick(open_sentences()).split()
        if dice.chance(0.4):
            other = dice.pick(open_sentences()).split()
            words = words[: dice.between(2, len(words) - 2)] + other[dice.between(2, len(other) - 2) :]
        for _ in range(dice.pick((1, 1, 2, 3))):
            words[dice.below(len(words))] = self._any_word()
        return words

    def _any_word(self) -> str:
        dice = self._dice
        return dice.pick(rare_words() if dice.chance(_RARE_WORD) else common_words())


@cache
def open_sentences() -> tuple[str, ...]:
    """The committed sentences about anything."""
    return tuple(_lines("open_sentences.txt"))


@cache
def talk_sentences() -> tuple[str, ...]:
    """The committed sentences that callers might say."""
    return tuple(line for path in sorted(LISTS.glob("talk_*.txt")) for line in _lines(path.name))


@cache
def common_words() -> tuple[str, ...]:
    """The committed list of common English words."""
    return tuple(word for line in _lines("common_words.txt") for word in line.split())


@cache
def rare_words() -> Sequence[str]:
    """The words of the bundled pronouncing dictionary (cmudict), each once."""
    with open(get_model_path("en-us/cmudict-en-us.dict"), encoding="utf-8") as file:
        words = (line.split(" ", 1)[0] for line in file)
        return tuple(word for word in words if _WORD.fullmatch(word))


def _lines(name: str) -> list[str]:
    text = (LISTS / name).read_text(encoding="utf-8")
    return [
        line for line in (line.strip() for line in text.splitlines()) if line and not line.startswith("#")
    ]
