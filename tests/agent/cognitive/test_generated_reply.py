from collections.abc import Sequence
from contextlib import aclosing

import pytest

from agent.cognitive.flow import Generate
from agent.cognitive.generated_reply import GeneratedReply, ReplyCost, generate
from agent.cognitive.generation import Material
from agent.cognitive.models.settings import ModelPrice, ModelSettings, Vendor
from agent.cognitive.models.values import StopReason, TextDelta
from agent.cognitive.wording import Wording
from agent.errors import ProviderError, ProviderRefused
from evals.sim.virtual_time import run_virtual
from tests.fakes.scripted_model import ScriptedModel, Step, saying

SETTINGS = ModelSettings(
    name="small",
    vendor=Vendor.OPENAI,
    model="m",
    first_token_ms=1000,
    total_ms=3000,
    price=ModelPrice(tokens_in=2.0, tokens_out=10.0),
)
WANTED = Generate(
    instructions="Say when we open.",
    fallback="Let me see, {{name}}. One moment.",
    model="small",
    max_tokens=30,
)
MATERIAL = Material(wording=Wording(variables={"name": "Alex"}), captured={})
FALLBACK = ["Let me see, Alex.", "One moment."]
BROKE = ProviderError("fake/small: the connection failed")


def a_reply(*steps: Step) -> tuple[GeneratedReply, ScriptedModel]:
    model = ScriptedModel(steps)
    return generate(WANTED, MATERIAL, {"small": (model, SETTINGS)}), model


def said_by(reply: GeneratedReply, stop_after: int | None = None) -> list[str]:
    async def consumed() -> list[str]:
        said: list[str] = []
        async with aclosing(reply.sentences()) as stream:
            async for sentence in stream:
                said.append(sentence)
                if len(said) == stop_after:
                    break
        return said

    return run_virtual(consumed())


def test_a_reply_is_spoken_sentence_by_sentence_and_costs_what_the_list_says() -> None:
    reply, model = a_reply(*saying("We open ", "at nine. ", "Come in."))
    assert said_by(reply) == ["We open at nine.", "Come in."]
    # 1000 tokens in at $2 and 20 out at $10 a million.
    assert reply.cost == ReplyCost(model="fake/small", tokens_in=1000, tokens_out=20, cost_usd=0.0022)
    assert model.requests[0].max_tokens == 30


@pytest.mark.parametrize(
    ("steps", "note"),
    [
        ([5.0, *saying("Too late.")], "fallback: timed out"),
        ([TextDelta(text="We open"), 5.0], "fallback: timed out"),
        ([BROKE], "fallback: fake/small: the connection failed"),
        ([TextDelta(text="We open at"), BROKE], "fallback: fake/small: the connection failed"),
        ([ProviderRefused("fake/small: HTTP 401")], "fallback: fake/small: HTTP 401"),
        (saying(reason=StopReason.REFUSED), "fallback: refused"),
        (saying("I ", "can", reason=StopReason.REFUSED), "fallback: refused"),
        (saying(), "fallback: it said nothing"),
        (saying("  \n"), "fallback: it said nothing"),
        (saying("Mon", reason=StopReason.LENGTH), "fallback: it said nothing"),
    ],
)
def test_a_reply_that_comes_to_no_sentence_is_replaced(steps: Sequence[Step], note: str) -> None:
    reply, _ = a_reply(*steps)
    assert said_by(reply) == FALLBACK
    assert reply.cost.note == note
    assert reply.cost.tokens_in > 0, "what was asked is paid for"


@pytest.mark.parametrize(
    ("rest", "note"),
    [
        ([5.0], "timed out"),
        ([BROKE], "fake/small: the connection failed"),
        (saying(reason=StopReason.REFUSED), "refused"),
        (saying(reason=StopReason.LENGTH), ""),
    ],
)
def test_a_reply_that_dies_keeps_what_was_said_and_ends_cleanly(rest: Sequence[Step], note: str) -> None:
    reply, _ = a_reply(TextDelta(text="We open at nine. On Satur"), TextDelta(text="days we"), *rest)
    assert said_by(reply) == ["We open at nine."]
    assert reply.cost.note == note


def test_a_reply_cut_in_its_first_sentence_ends_at_a_word() -> None:
    reply, _ = a_reply(*saying("We open at nine on weekd", reason=StopReason.LENGTH))
    assert said_by(reply) == ["We open at nine on."]


def test_a_model_that_does_not_keep_to_the_limit_is_left() -> None:
    reply, model = a_reply(TextDelta(text="We open at nine. "), *[TextDelta(text="And so on, and on ")] * 50)
    assert said_by(reply) == ["We open at nine."]
    assert model.left == 1
    assert reply.cost.note == "cut at the limit"
    assert reply.cost.cost_usd > 0


def test_a_reply_that_is_left_ends_the_request_and_its_cost_is_estimated() -> None:
    reply, model = a_reply(*saying("We open at nine. ", "Come in. ", "Bye."))
    assert said_by(reply, stop_after=1) == ["We open at nine."]
    assert model.left == 1
    assert 0 < reply.cost.tokens_out < 20


def test_a_reply_never_asked_for_costs_nothing() -> None:
    reply, _ = a_reply(*saying("We open."))
    assert reply.cost == ReplyCost(model="fake/small")
