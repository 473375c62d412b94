"""What every language model promises, as one check that each adapter's test runs against a server of its format."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import aclosing

from agent.cognitive.models.reply import ReplySoFar
from agent.cognitive.models.values import Message, ModelRequest, OutputSchema, Role, TextDelta, ToolOffer
from agent.cognitive.ports import LanguageModel
from agent.errors import ProviderError
from evals.sandbox.models.script import Script, ScriptedAnswer, ScriptedCall

SLOTS = ScriptedCall(name="find_slots", pieces=('{"day":', '"tue', 'sday"}'), id="call_7")
CLEAR = ScriptedCall(name="clear", id="call_8")


def a_request(
    said: str = "hello",
    *,
    more: Sequence[Message] = (),
    first_token_ms: int = 5000,
    total_ms: int = 8000,
    tools: tuple[ToolOffer, ...] = (),
    output: OutputSchema | None = None,
) -> ModelRequest:
    return ModelRequest(
        system="Say hello.",
        messages=(Message(role=Role.USER, text=said), *more),
        max_tokens=30,
        first_token_ms=first_token_ms,
        total_ms=total_ms,
        tools=tools,
        output=output,
    )


async def asked(model: LanguageModel, request: ModelRequest | None = None) -> ReplySoFar:
    """The model's whole answer."""
    reply = ReplySoFar(request or a_request())
    async with aclosing(model.stream(reply.request)) as events:
        async for event in events:
            reply.take(event)
    return reply


async def failing(
    model: LanguageModel, request: ModelRequest | None = None
) -> tuple[ReplySoFar, ProviderError]:
    """What came of the answer before it failed, and how it failed."""
    reply = ReplySoFar(request or a_request())
    try:
        async with aclosing(model.stream(reply.request)) as events:
            async for event in events:
                reply.take(event)
    except ProviderError as error:
        return reply, error
    raise AssertionError(f"the answer came to its end: {reply}")


async def left_after(model: LanguageModel, deltas: int) -> ReplySoFar:
    """What came of the answer when its reader left after so many pieces of text."""
    reply = ReplySoFar(a_request())
    async with aclosing(model.stream(reply.request)) as events:
        async for event in events:
            reply.take(event)
            deltas -= isinstance(event, TextDelta)
            if not deltas:
                break
    return reply


async def check_language_model(model: LanguageModel, script: Script, *, length: str) -> None:
    """Runs the port's contract against a model and its server.

    Args:
        length: the vendor's word for an answer that was cut at its limit.
    """
    script.answers[:] = [
        ScriptedAnswer(text=("Good ", "morning.")),
        ScriptedAnswer(text=("Let me look.",), calls=(SLOTS, CLEAR)),
        ScriptedAnswer(text=("One, ", "two, ", "three."), gap_s=0.05),
        ScriptedAnswer(text=("Good ", "morn"), stop=length),
    ]
    first = await asked(model)
    assert (first.text, str(first.reason)) == ("Good morning.", "done")
    assert (first.usage.tokens_in, first.usage.tokens_out, first.usage.estimated) == (900, 18, False)
    second = await asked(model)
    assert (second.text, str(second.reason)) == ("Let me look.", "tool_calls")
    assert [(call.name, call.arguments) for call in second.tool_calls] == [
        ("find_slots", '{"day":"tuesday"}'),
        ("clear", "{}"),
    ]
    left = await left_after(model, 1)
    assert (left.text, left.finished) == ("One, ", None)
    assert left.usage.estimated
    assert left.usage.tokens_in > 0
    assert left.usage.tokens_out > 0
    cut = await asked(model)
    assert (cut.text, str(cut.reason)) == ("Good morn", "length")
