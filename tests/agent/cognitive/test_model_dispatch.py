from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from agent.cognitive.dialogue import Said
from agent.cognitive.dispatch import MODEL_NAME, dispatcher_for
from agent.cognitive.flow import Flow
from agent.cognitive.model_dispatch import ModelDispatcher, RoutedDispatcher, was_unclear
from agent.cognitive.models.settings import ModelPrice, ModelSettings, Vendor
from agent.cognitive.models.values import StopReason, TextDelta
from agent.cognitive.ports import Question, Weighed
from agent.errors import ProviderError, ProviderRefused
from evals.sim.virtual_time import run_virtual
from tests.agent.cognitive.builders import a_flow
from tests.agent.cognitive.test_intent_question import a_question, an_answer
from tests.fakes.scripted_model import ScriptedModel, Step, saying

PRICE = ModelPrice(tokens_in=2.0, tokens_out=10.0)
SETTINGS = ModelSettings(
    name="large", vendor=Vendor.OPENAI, model="m", first_token_ms=1000, total_ms=2000, price=PRICE
)
ENTRY = {"vendor": "openai", "model": "m", "base_url": "http://127.0.0.1/v1"}
MODELS = {"small": ENTRY, "large": ENTRY}


class Embedded:
    """The embedded classifier behind the port."""

    async def weigh(self, question: Question) -> Weighed:
        scores = dispatcher_for(question.flow).scores(question.state, question.words, question.variables)
        return Weighed(scores=scores, model=MODEL_NAME)


def weighed_by(steps: Sequence[Step], transcript: str = "oh well if you must", **fields: Any) -> Weighed:
    dispatcher = ModelDispatcher(ScriptedModel(steps, "fake/large"), SETTINGS, Embedded())
    return run_virtual(dispatcher.weigh(a_question(transcript, **fields)))


def routed(flow: Flow, transcript: str, steps: Mapping[str, Sequence[Step]], **fields: Any) -> Weighed:
    models = {
        name: ModelDispatcher(
            ScriptedModel(steps.get(name, ()), f"fake/{name}"), flow.models[name], Embedded()
        )
        for name in flow.models
    }
    return run_virtual(
        RoutedDispatcher(Embedded(), models).weigh(a_question(transcript, flow=flow, **fields))
    )


def test_a_models_answer_decides_and_is_paid_for() -> None:
    weighed = weighed_by(saying(an_answer(("yes", 0.8), ("no", 0.1))))
    assert [(score.intent, score.score) for score in weighed.scores[:2]] == [("yes", 0.8), ("no", 0.1)]
    assert (weighed.model, weighed.route) == ("fake/large", "large")
    # 1000 tokens in at $2 and 20 out at $10 a million.
    assert (weighed.tokens_in, weighed.tokens_out, weighed.cost_usd) == (1000, 20, 0.0022)


@pytest.mark.parametrize(
    ("steps", "why"),
    [
        ([5.0], "timed out"),
        ([TextDelta(text='{"int'), 5.0], "timed out"),
        ([ProviderError("fake/large: HTTP 500")], "failed: fake/large: HTTP 500"),
        ([ProviderRefused("fake/large: HTTP 401")], "was refused: fake/large: HTTP 401"),
        ([TextDelta(text='{"int'), ProviderError("fake/large: broke")], "failed: fake/large: broke"),
        (saying(reason=StopReason.REFUSED), "refused to answer"),
        (saying("I think yes."), "answered nonsense: not JSON"),
        (
            saying(an_answer(("transfer_money", 1.0))),
            "answered nonsense: an intent that this state does not have",
        ),
        (saying('{"intents": [{"int', reason=StopReason.LENGTH), "answered nonsense: not JSON"),
    ],
)
def test_whatever_goes_wrong_the_embedded_classifier_answers_and_says_so(
    steps: Sequence[Step], why: str
) -> None:
    weighed = weighed_by(steps, "come in")
    assert (weighed.scores[0].intent, weighed.scores[0].score) == ("yes", 1.0)
    assert weighed.model == MODEL_NAME
    assert weighed.route == f"embedded: large {why}"
    assert weighed.cost_usd > 0, "a request that came to nothing costs, too"


def test_a_model_is_late_when_its_deadline_says_so() -> None:
    answer = an_answer(("no", 1.0))
    assert weighed_by([0.9, *saying(answer)]).route == "large"
    assert weighed_by([1.1, *saying(answer)]).route == "embedded: large timed out"


def test_a_model_cannot_talk_away_a_wish_for_help() -> None:
    weighed = weighed_by(saying(an_answer(("yes", 0.9), ("help", 0.0))), "help me please")
    assert (weighed.scores[0].intent, weighed.scores[0].score) == ("help", 1.0)
    assert weighed.scores[1].intent == "yes"


def test_nothing_is_asked_where_there_is_nothing_to_ask() -> None:
    model = ScriptedModel(saying(an_answer()))
    weighed = run_virtual(ModelDispatcher(model, SETTINGS, Embedded()).weigh(a_question("...")))
    assert model.requests == []
    assert (weighed.route, weighed.cost_usd) == ("embedded: nothing to ask large", 0.0)


def test_simple_turns_stay_with_the_classifier_and_hard_ones_go_to_the_model_that_the_rules_name() -> None:
    flow = a_flow(
        models=MODELS,
        routing=[
            {"when": {"intents": ["help"]}, "use": "large"},
            {"when": {"confidence_below": 0.6}, "use": "small"},
        ],
    )
    answers = {name: saying(an_answer(("no", 0.7))) for name in MODELS}
    simple = routed(flow, "come in", answers)
    assert (simple.model, simple.route, simple.cost_usd) == (MODEL_NAME, "embedded (no rule)", 0.0)
    vague = routed(flow, "well I would rather not today", answers)
    assert vague.model == "fake/small"
    assert vague.route.startswith("small (rule 2: confidence 0.")
    grave = routed(flow, "help me please", answers)
    assert (grave.model, grave.route) == ("fake/large", "large (rule 1: likely help)")


def test_the_trace_says_both_why_a_model_was_asked_and_why_it_did_not_decide() -> None:
    flow = a_flow(models=MODELS, routing=[{"when": {}, "use": "large"}])
    weighed = routed(flow, "come in", {"large": [ProviderError("fake/large: HTTP 529")]})
    assert weighed.route == "embedded: large failed: fake/large: HTTP 529 (rule 1: always)"


def test_a_flow_without_rules_never_asks_a_model() -> None:
    assert routed(a_flow(), "come in", {}).route == "embedded"


def test_a_turn_after_an_unclear_one_is_known_by_what_the_agent_said() -> None:
    flow = a_flow(models=MODELS, routing=[{"when": {"after_unclear": True}, "use": "large"}])
    asked = Said(who="agent", text="May I come in?")
    unclear = (asked, Said(who="caller", text="soup"), Said(who="agent", text="Hello? May I come in?"))
    assert was_unclear(a_question("yes", flow=flow, history=unclear))
    assert not was_unclear(a_question("yes", flow=flow, history=(asked,)))
    assert not was_unclear(
        a_question("yes", flow=flow, history=(*unclear, Said(who="caller", text="what")))
    ), "the agent has said nothing since"
    weighed = routed(flow, "whatever", {"large": saying(an_answer(("yes", 1.0)))}, history=unclear)
    assert weighed.route == "large (rule 1: after an unclear turn)"
