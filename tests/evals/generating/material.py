"""What tests of the generator share: the booking flow with its wording, and the plans of the booking suites."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from agent.cognitive.flow import Flow
from agent.cognitive.flow_file import built_in_flow
from evals.ear.text_grammar import Dice
from evals.generating.conversation import Conversation, converse
from evals.generating.plan import Plan, plan_for
from evals.generating.variations import USUAL, Rates
from evals.generating.wording import Wording
from evals.generating.wording_file import BUILT_IN, load_wording
from evals.rng import rng_for
from evals.scenario.file import load_suite

BOOKING = Path(__file__).parents[3] / "corpora" / "booking"
SUITES = ("paths", "smoke", "interruptions", "line")


@cache
def flow() -> Flow:
    return built_in_flow("booking")


@cache
def wording() -> Wording:
    return load_wording(BUILT_IN / "booking.yaml", flow())


@cache
def plans(*names: str) -> tuple[Plan, ...]:
    suites = [load_suite(BOOKING / f"{name}.yaml") for name in names or SUITES]
    return tuple(
        plan_for(suite.name, scenario, flow(), wording()) for suite in suites for scenario in suite.scenarios
    )


def plan(identity: str) -> Plan:
    return next(found for found in plans() if found.scenario.id == identity)


def conversation(made_of: Plan, seed: int, rates: Rates = USUAL) -> Conversation:
    return converse(made_of, flow(), wording(), rates, Dice(rng_for(seed, "test")))
