"""What the agent must not claim: each sentence is checked before it is spoken, whether a template or a model made it.

A sentence that claims one of the forbidden things is replaced by the claim's own line, once a reply. Four claims are
built in; a flow adds its own by phrases (`patterns.py`). Sentences that only ask ("Is it for a cold?"), hand on ("a
doctor can say") or deny ("I can't promise that") are no claims.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from agent.cognitive.guard.claim_phrases import CLAIMS, DENIALS
from agent.cognitive.guard.finding import Finding
from agent.cognitive.guard.located_words import locate
from agent.cognitive.guard.patterns import PhraseSet

DEFAULT_LINES: Mapping[str, str] = {
    "do_not_diagnose": "I can't give medical advice, but I can arrange for you to speak to someone who can.",
    "do_not_promise_price": "I can't promise a price, but a colleague can tell you.",
    "do_not_give_legal_advice": "I can't give legal advice.",
    "do_not_promise_outcome": "I can't promise that, but I'll pass on what you need.",
}
"""What is said instead where the flow does not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A forbidden claim: its name, the line said instead, and for claims that are not built in their phrases.

    Attributes:
        name: one of `CLAIMS`, or the flow's own.
        say: said instead; empty to say nothing.
        phrases: what makes a sentence such a claim, beside what is built in under the name.
        unless: what makes it none after all.
    """

    name: str
    say: str
    phrases: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()


BUILT_IN_CLAIMS = tuple(Claim(name=name, say=DEFAULT_LINES[name]) for name in CLAIMS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Speech:
    """A sentence fit to be spoken (empty when nothing is), and what was found in the one that was to be."""

    text: str
    findings: tuple[Finding, ...] = ()
    said_instead: frozenset[str] = field(default_factory=frozenset)


def claim_findings(sentence: str, claims: Sequence[Claim]) -> list[Finding]:
    """The forbidden claims that a sentence makes, in the order of `claims`."""
    if not claims:
        return []
    claiming, excusing = _sets(tuple(claims))
    located = locate(sentence)
    found = list(claiming.search(located))
    if not found:
        return []
    excused = {match.name for match in excusing.search(located)}
    return [
        Finding(
            kind=match.name,
            start=match.start,
            end=match.end,
            evidence=sentence[match.start : match.end],
            place="reply",
        )
        for match in found
        if match.name not in excused
    ]


def checked_sentence(
    sentence: str, claims: Sequence[Claim], said_instead: frozenset[str] = frozenset()
) -> Speech:
    """The sentence, or the line for the claim that it makes; a line already said in this reply is not said again."""
    findings = claim_findings(sentence, claims)
    if not findings:
        return Speech(text=sentence, said_instead=said_instead)
    claim = next(claim for claim in claims if claim.name == findings[0].kind)
    text = "" if claim.say in said_instead else claim.say
    return Speech(text=text, findings=tuple(findings), said_instead=said_instead | {claim.say})


@lru_cache(maxsize=64)
def _sets(claims: tuple[Claim, ...]) -> tuple[PhraseSet, PhraseSet]:
    return (
        PhraseSet({claim.name: (*CLAIMS.get(claim.name, ()), *claim.phrases) for claim in claims}),
        PhraseSet({claim.name: listed for claim in claims if (listed := _unless(claim))}),
    )


def _unless(claim: Claim) -> tuple[str, ...]:
    return (*DENIALS.get(claim.name, ()), *claim.unless)
