"""What is wrong with a flow's guard: names of nothing, phrases that are none, lines that bite themselves."""

from __future__ import annotations

from collections.abc import Iterator

from agent.cognitive.flow import BACK, Flow
from agent.cognitive.guard.claim_phrases import CLAIMS
from agent.cognitive.guard.claims import claim_findings
from agent.cognitive.guard.patterns import phrase_mistake
from agent.cognitive.guard.permissions import transfer_allowed
from agent.cognitive.guard.rules import FINDING_KINDS
from agent.cognitive.wording import placeholder_mistakes, placeholders


def guard_mistakes(flow: Flow) -> Iterator[str]:
    """Every mistake of the flow's guard, one sentence each."""
    yield from _branches(flow)
    yield from _claims(flow)
    yield from _disclosures(flow)
    yield from _permissions(flow)
    known = {*flow.variables, *(c.variable for state in flow.states.values() for c in state.capture)}
    for name in flow.guard.names:
        if name not in known:
            yield f"guard.names: {name!r} is neither a variable of the flow nor captured in it"


def _branches(flow: Flow) -> Iterator[str]:
    for kind, branch in flow.guard.on.items():
        place = f"guard.on.{kind}"
        if kind not in FINDING_KINDS:
            yield f"{place}: there is no such finding; there are {', '.join(FINDING_KINDS)}"
        if branch.to != BACK and branch.to not in flow.states:
            yield f"{place}: there is no state {branch.to!r}"
        yield from _text(flow, place, branch.say)


def _claims(flow: Flow) -> Iterator[str]:
    for claim in flow.guard.never_say:
        place = f"guard.never_say.{claim.name}"
        wrong = [mistake for phrase in (*claim.phrases, *claim.unless) if (mistake := phrase_mistake(phrase))]
        yield from (f"{place}: {mistake}" for mistake in wrong)
        if not claim.phrases and claim.name not in CLAIMS:
            yield f"{place}: it has no phrases, and is none of those built in ({', '.join(CLAIMS)})"
        elif not wrong and claim_findings(claim.say, [claim]):
            yield f"{place}: what is said instead makes the claim itself: {claim.say!r}"
        if placeholders(claim.say):
            yield f"{place}: what is said instead is said as it is, without {{{{variables}}}}"


def _disclosures(flow: Flow) -> Iterator[str]:
    for disclosure in flow.guard.must_hear:
        place = f"guard.must_hear.{disclosure.name}"
        if not disclosure.say.strip():
            yield f"{place}.say: there is nothing to hear"
        for state in disclosure.before:
            if state not in flow.states:
                yield f"{place}.before: there is no state {state!r}"
            elif state == flow.start:
                yield f"{place}.before: {state!r} answers the call; nothing can be heard before it"
        if disclosure.otherwise and disclosure.otherwise not in flow.states:
            yield f"{place}.otherwise: there is no state {disclosure.otherwise!r}"
        if disclosure.otherwise in disclosure.before:
            yield f"{place}.otherwise: {disclosure.otherwise!r} is itself barred until the line was heard"
        if disclosure.tries < 1:
            yield f"{place}.tries: {disclosure.tries} times is never"
        yield from _text(flow, place, disclosure.say)


def _permissions(flow: Flow) -> Iterator[str]:
    for rule in flow.guard.arguments:
        if rule.tool not in flow.tools:
            yield f"guard.arguments.{rule.tool}: it is not among the flow's tools"
    for name, state in flow.states.items():
        if state.hand_over is None or placeholders(state.hand_over.to):
            continue
        if not transfer_allowed(state.hand_over.to, flow.guard.transfers):
            yield f"states.{name}.hand_over.to: {state.hand_over.to!r} is not among guard.transfers"


def _text(flow: Flow, place: str, text: str) -> Iterator[str]:
    yield from (f"{place}: {mistake}" for mistake in placeholder_mistakes(text))
    for placeholder in placeholders(text):
        if placeholder.name not in flow.variables:
            yield f"{place}: {{{{{placeholder.name}}}}} is not among the flow's variables"
