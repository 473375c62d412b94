"""What is wrong with a flow's models, its routing rules and its generated replies: every mistake, in words."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from agent.cognitive.flow import Flow
from agent.cognitive.models.settings import FREE, ModelSettings, Vendor
from agent.cognitive.routing import EMBEDDED

MIN_TOKENS, MAX_TOKENS = 5, 300
"""Of a generated reply: fewer are no sentence, and more are two minutes of speech."""


def model_mistakes(flow: Flow) -> Iterator[str]:
    """Every mistake, one sentence each."""
    for name, model in flow.models.items():
        yield from (f"models.{name}{mistake}" for mistake in _model(name, model))
    yield from _routing(flow)
    for name, state in flow.states.items():
        if (generate := state.generate) is None:
            continue
        place = f"states.{name}.generate"
        if not generate.instructions.strip():
            yield f"{place}.instructions: empty; what should the model say?"
        if not generate.fallback.strip():
            yield f"{place}.fallback: missing; what is said when the model does not answer in time?"
        if generate.model not in flow.models:
            yield f"{place}.model: there is no model {generate.model!r} among the flow's"
        if not MIN_TOKENS <= generate.max_tokens <= MAX_TOKENS:
            yield f"{place}.max_tokens: {generate.max_tokens} is not from {MIN_TOKENS} to {MAX_TOKENS}"


def _model(name: str, model: ModelSettings) -> Iterator[str]:
    if name == EMBEDDED or not name:
        yield ": the name is taken"
    if model.total_ms < model.first_token_ms:
        yield f".total_ms: {model.total_ms} is below first_token_ms ({model.first_token_ms})"
    if model.thinking and model.vendor is not Vendor.ANTHROPIC:
        yield ".thinking: only Anthropic's can be told; elsewhere `effort` says how much"
    if not model.base_url:
        if model.price == FREE:
            yield ".price: missing; what does the vendor charge for a million tokens (`in`, `out`, in US dollars)?"
    elif (mistake := _address_mistake(model.base_url)) is not None:
        yield f".base_url: {mistake}"


def _address_mistake(url: str) -> str | None:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        return f"{url!r} is no address: {error}"
    if parts.scheme not in ("http", "https") or not host:
        return f"{url!r} is no address such as http://127.0.0.1:8000/v1"
    if parts.username or parts.password or parts.query or parts.fragment:
        return (
            "an address without user, password, query or fragment is wanted; keys come from the environment"
        )
    return None


def _routing(flow: Flow) -> Iterator[str]:
    for number, rule in enumerate(flow.routing):
        place = f"routing.{number}"
        if rule.use != EMBEDDED and rule.use not in flow.models:
            yield f"{place}.use: {rule.use!r} is neither a model of the flow nor {EMBEDDED!r}"
        for state in rule.when.states:
            if state not in flow.states:
                yield f"{place}.when.states: there is no state {state!r}"
        for intent in rule.when.intents:
            if intent not in flow.intents:
                yield f"{place}.when.intents: there is no intent {intent!r}"
