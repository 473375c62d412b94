"""What callers of one flow say: a grammar of answers, by the state they are asked in and the branch they mean.

Templates are the product's own or a user's (`wording_file`); the small language they are written in is that of
`evals.ear.text_grammar`. A template names the values that it tells of; what it says of them comes later, so that one
sentence serves every caller: `marker("slot")` stands in the text until `said` replaces it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from evals.ear.text_grammar import Dice, Grammar, Maker, alternatives

PRONOUNS: Mapping[str, Mapping[str, str]] = {
    "she": {"they": "she", "They": "She", "them": "her"},
    "he": {"they": "he", "They": "He", "them": "him"},
}
"""Slots of every wording that say who the call is for, by the kind of name."""

FIRST_NAME = "first_name"
"""The slot of every wording for who is called."""

_MARKER = re.compile(r"<([a-zA-Z_]+)>")
_SLOT = re.compile(r"\{([a-zA-Z_]+)\}")
_WORD = re.compile(r"[a-z]+(?:'[a-z]+)*")
# Said by everybody about everything: these tell no branch from another.
_EMPTY_WORDS = frozenset(
    "a an and at be but do for have i i'm in is it it's just me my no not of on or please so sorry that that's the "
    "them they this thanks to we yeah yes you your one some".split()
)


@dataclass(frozen=True, slots=True)
class Template:
    """One sentence: the rule that says it, and the values it tells of in their order."""

    rule: str
    tells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What may be said to mean one branch: whole sentences, and the answers of people who say little."""

    says: tuple[Template, ...]
    short: tuple[Template, ...]
    words: frozenset[str]

    def telling(self, values: Iterable[str], *, short: bool = False) -> list[Template]:
        """The templates that tell of just these values."""
        wanted = set(values)
        return [
            template for template in (self.short if short else self.says) if set(template.tells) == wanted
        ]


@dataclass(frozen=True, slots=True)
class AnswerText:
    """An answer as it is written: the rules of whole sentences and of short ones."""

    says: str
    short: str = ""


class Wording:
    """The answers of a flow, ready to be said.

    Args:
        flow: the flow's name.
        rules: parts of sentences by name.
        answers: by `state.branch`, or by `branch` for any state.
        values: names of the values that a template may tell of; beside them, every template may name the person.
        names: people's first names by their pronoun.

    Raises:
        ValueError: a rule's braces do not match, or it names a rule that there is not.
    """

    def __init__(
        self,
        flow: str,
        *,
        rules: Mapping[str, str],
        answers: Mapping[str, AnswerText],
        values: Sequence[str],
        names: Mapping[str, Sequence[str]],
    ) -> None:
        self.flow = flow
        self.names = names
        told = {name: _constant(marker(name)) for name in (*values, FIRST_NAME, *PRONOUNS["she"])}
        templates: dict[str, str] = {}
        known = frozenset(values)
        self._answers: dict[str, Answer] = {}
        for key, text in answers.items():
            self._answers[key] = Answer(
                says=_templates(f"{key} says", text.says, known, templates),
                short=_templates(f"{key} short", text.short, known, templates),
                words=content_words(f"{text.says} {text.short}"),
            )
        self._grammar = Grammar(told, rules, templates)

    def answer(self, state: str, branch: str) -> Answer | None:
        """What may be said to mean the branch in that state; None when this wording has nothing."""
        return self._answers.get(f"{state}.{branch}") or self._answers.get(branch)

    def likeliest(self, state: str, branches: Sequence[str], said: str) -> str | None:
        """The branch whose answers share most words with a line; the first of equals, None when none has answers."""
        words = content_words(said)
        best, most = None, -1
        for branch in branches:
            answer = self.answer(state, branch)
            shared = len(words & answer.words) if answer else -1
            if shared > most:
                best, most = branch, shared
        return best

    def say(self, template: Template, dice: Dice) -> str:
        """A sentence of the template, its values still markers."""
        return tidy(self._grammar.say(template.rule, dice))


def marker(name: str) -> str:
    """What stands for a value until it is said."""
    return f"<{name}>"


def said(text: str, say: Callable[[str], str]) -> str:
    """The text with every marker replaced by what `say` gives for its name."""
    return tidy(_MARKER.sub(lambda found: say(found[1]), text))


def tidy(text: str) -> str:
    """Spaces and commas as they are written, and a capital at the beginning of every sentence."""
    text = re.sub(r"\s+([,.?!])", r"\1", " ".join(text.split()))
    text = re.sub(r",(?=[,.?!])", "", text)
    return re.sub(r"(^|[.?!]\s+)([a-z])", lambda found: found[1] + found[2].upper(), text)


def content_words(text: str) -> frozenset[str]:
    """The words of a text that tell what it is about."""
    return frozenset(_WORD.findall(text.lower())) - _EMPTY_WORDS


def _constant(text: str) -> Maker:
    return lambda dice: text


def _templates(key: str, rule: str, values: frozenset[str], found: dict[str, str]) -> tuple[Template, ...]:
    """The rule's alternatives as rules of their own, entered into `found`."""
    templates = []
    for number, text in enumerate(alternatives(rule) if rule else ()):
        name = f"{key} {number + 1}"
        found[name] = text
        tells = tuple(dict.fromkeys(slot for slot in _SLOT.findall(text) if slot in values))
        templates.append(Template(rule=name, tells=tells))
    return tuple(templates)
