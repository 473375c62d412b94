"""What an agent file adds to its flow: models in place of the flow's own, and more guarding.

[models.small]                     # a name that the flow's `models` has
vendor = "openai"
model = "gpt-5.6-luna"
price = { in = 0.20, out = 1.20 }

[guard.never_say]
do_not_promise_price = "A colleague will tell you what it costs."
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from agent.agent_file_reading import dotted
from agent.cognitive.flow import Flow
from agent.cognitive.flow_check import flow_mistakes
from agent.cognitive.flow_file_guard import parsed_guard
from agent.cognitive.flow_file_models import models_of
from agent.cognitive.guard.rules import Guard


def adjusted_flow(flow: Flow, raw: Mapping[str, Any], mistakes: list[str]) -> Flow:
    """The flow with the file's `models` and `guard` in it; what is wrong is noted.

    Args:
        flow: as its own file has it, and without mistakes.
        raw: the agent file.
    """
    before = len(mistakes)
    models = raw.get("models")
    if models is not None and not isinstance(models, Mapping):
        mistakes.append("models: a table is wanted: a model's settings by the flow's name for it")
        models = None
    for name in models or {}:
        if name not in flow.models:
            known = f"it names {', '.join(flow.models)}" if flow.models else "it names none"
            mistakes.append(
                f"{dotted('models', name)}: the flow {flow.name} has no model of this name; {known}"
            )
    changed = flow
    if models:
        changed = replace(flow, models={**flow.models, **models_of(models, mistakes, _sentence)})
    if raw.get("guard") is not None:
        added = parsed_guard(raw["guard"], mistakes)
        mistakes += _twice(flow.guard, added)
        changed = replace(changed, guard=with_guard(flow.guard, added))
    if len(mistakes) == before and changed is not flow:
        mistakes += flow_mistakes(changed)
    return changed if len(mistakes) == before else flow


def with_guard(own: Guard, added: Guard) -> Guard:
    """A flow's guard, and what a file adds to it: nothing of the flow's own is taken back."""
    return Guard(
        on={**added.on, **own.on},
        never_say=(*own.never_say, *added.never_say),
        must_hear=(*own.must_hear, *added.must_hear),
        transfers=own.transfers if added.transfers is None else added.transfers,
        arguments=(*own.arguments, *added.arguments),
        names=tuple(dict.fromkeys((*own.names, *added.names))),
    )


def _twice(own: Guard, added: Guard) -> Iterator[str]:
    named: tuple[tuple[str, Iterable[str], Iterable[str]], ...] = (
        ("on", own.on, added.on),
        ("never_say", [claim.name for claim in own.never_say], [claim.name for claim in added.never_say]),
        ("must_hear", [line.name for line in own.must_hear], [line.name for line in added.must_hear]),
    )
    for key, theirs, ours in named:
        yield from (
            f"{dotted('guard', key, name)}: the flow's own guard says this already; an agent file only adds"
            for name in ours
            if name in set(theirs)
        )
    if own.transfers is not None and not set(added.transfers or ()) <= set(own.transfers):
        yield "guard.transfers: the flow's own guard has a list; an agent file may only shorten it"


def _sentence(place: str, detail: Any) -> str:
    at = ".".join([place, *(str(step) for step in detail["loc"])])
    match detail["type"]:
        case "missing":
            return f"{at}: missing"
        case "extra_forbidden":
            return f"{at}: unknown key"
    return f"{at}: {detail['msg'].removeprefix('Input ')}"
