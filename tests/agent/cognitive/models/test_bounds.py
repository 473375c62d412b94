from contextlib import aclosing

import pytest

from agent.cognitive.models.bounds import MAX_ANSWER_CHARACTERS
from agent.cognitive.models.failures import failure
from agent.cognitive.models.reply import ReplySoFar
from agent.cognitive.models.settings import FREE, ModelPrice
from agent.cognitive.models.values import ModelRequest, TextDelta, Usage, UsageSoFar
from agent.errors import ProviderError, ProviderRefused, ProviderTimeout
from evals.sim.virtual_time import run_virtual
from tests.fakes.scripted_model import ScriptedModel, Step, saying
from tests.ports.language_model import a_request

QUICK = a_request(first_token_ms=500, total_ms=2000)


def asked(*steps: Step, request: ModelRequest = QUICK) -> tuple[ReplySoFar, str, ScriptedModel]:
    """The reply, the failure's text (empty for none) and the model."""
    model, reply = ScriptedModel(steps), ReplySoFar(request)

    async def consume() -> str:
        try:
            async with aclosing(model.stream(request)) as events:
                async for event in events:
                    reply.take(event)
        except ProviderError as error:
            return f"{type(error).__name__}: {error}"
        return ""

    return reply, run_virtual(consume()), model


def test_a_word_in_time_gives_the_rest_until_the_second_deadline() -> None:
    reply, failed, _ = asked(0.4, TextDelta(text="One "), 1.5, *saying("two."))
    assert (reply.text, failed) == ("One two.", "")


def test_no_word_by_the_first_deadline_is_a_timeout_and_ends_the_request() -> None:
    told = UsageSoFar(usage=Usage(tokens_in=10))
    reply, failed, model = asked(0.1, told, 0.5, *saying("Late."))
    assert failed == "ProviderTimeout: fake/small: not a word within 500 ms", "usage is not a word"
    assert (reply.text, model.left) == ("", 1)
    assert reply.usage == Usage(tokens_in=10, estimated=True)


def test_an_answer_that_drips_is_a_timeout_and_what_came_is_kept() -> None:
    reply, failed, model = asked(*[TextDelta(text="so "), 0.6] * 9)
    assert failed == "ProviderTimeout: fake/small: the answer had not ended within 2000 ms"
    assert (reply.text, model.left) == ("so so so so ", 1)


def test_an_answer_without_end_is_refused_before_it_fills_the_memory() -> None:
    half = TextDelta(text="x" * (MAX_ANSWER_CHARACTERS // 2))
    _, failed, model = asked(half, half, TextDelta(text="x"), *saying("y"))
    assert failed == "ProviderError: fake/small: an answer of more than 200000 characters"
    assert model.left == 1


@pytest.mark.parametrize(
    "fields", [{"max_tokens": 0}, {"first_token_ms": 0}, {"first_token_ms": 200, "total_ms": 100}]
)
def test_a_request_with_impossible_bounds_is_our_mistake(fields: dict[str, int]) -> None:
    known = {"max_tokens": 1, "first_token_ms": 100, "total_ms": 200, **fields}
    with pytest.raises(ValueError, match="must be above 0"):
        ModelRequest(system="", messages=(), **known)


def test_a_price_counts_cached_tokens_at_their_own_price() -> None:
    # A million tokens read, 600,000 of them cached and 100,000 newly cached; 100,000 written.
    usage = Usage(tokens_in=1_000_000, cached_in=600_000, cache_written_in=100_000, tokens_out=100_000)
    price = ModelPrice(tokens_in=2.0, tokens_out=10.0, cached_in=0.1, cache_written_in=2.5)
    assert price.cost_usd(usage) == pytest.approx(0.3 * 2 + 0.6 * 0.1 + 0.1 * 2.5 + 0.1 * 10)
    assert ModelPrice(tokens_in=2.0, tokens_out=10.0).cost_usd(usage) == pytest.approx(2 + 1)
    assert FREE.cost_usd(usage) == 0.0


def test_usage_adds_up_and_an_estimate_stays_one() -> None:
    told, guessed = Usage(tokens_in=5, cached_in=2, tokens_out=1), Usage(tokens_out=4, estimated=True)
    assert told + guessed == Usage(tokens_in=5, cached_in=2, tokens_out=5, estimated=True)


@pytest.mark.parametrize(
    ("status", "codes", "kind", "text"),
    [
        (
            400,
            ("invalid_request_error", None, "temperature"),
            ProviderRefused,
            "HTTP 400 (invalid_request_error, temperature)",
        ),
        (401, (), ProviderRefused, "HTTP 401"),
        (408, (), ProviderTimeout, "HTTP 408"),
        (409, (), ProviderError, "HTTP 409"),
        (503, ("x y", 7, "sk-proj-1", "aB1", "a" * 65), ProviderError, "HTTP 503"),
        (200, ("overloaded_error",), ProviderError, "an error within the stream (overloaded_error)"),
        (
            None,
            ("invalid_request_error",),
            ProviderRefused,
            "an error within the stream (invalid_request_error)",
        ),
    ],
)
def test_a_failure_is_named_by_its_status_and_plain_codes(
    status: int | None, codes: tuple[object, ...], kind: type[ProviderError], text: str
) -> None:
    error = failure("v/m", status=status, codes=codes)
    assert (type(error), str(error)) == (kind, f"v/m: {text}")
