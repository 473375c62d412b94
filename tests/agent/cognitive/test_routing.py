from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.cognitive.routing import EMBEDDED, Condition, Route, RoutingRule, TurnSeen, route
from agent.turn import IntentScore


def a_turn(*scores: tuple[str, float], **fields: Any) -> TurnSeen:
    ranked = tuple(IntentScore(intent=intent, score=score) for intent, score in scores)
    return TurnSeen(**{"state": "knock", "scores": ranked, "words": 4, **fields})


def uses(when: Condition, turn: TurnSeen) -> bool:
    return route((RoutingRule(when=when, use="large"),), turn).use == "large"


SURE = a_turn(("yes", 0.9), ("no", 0.1))
TORN = a_turn(("yes", 0.45), ("no", 0.42))


@pytest.mark.parametrize(
    ("when", "turn", "holds"),
    [
        (Condition(), SURE, True),
        (Condition(states=("knock", "leave")), SURE, True),
        (Condition(states=("leave",)), SURE, False),
        (Condition(confidence_below=0.5), TORN, True),
        (Condition(confidence_below=0.45), TORN, False),
        (Condition(confidence_below=0.5), a_turn(), True),
        (Condition(margin_below=0.05), TORN, True),
        (Condition(margin_below=0.05), SURE, False),
        (Condition(intents=("help", "no")), TORN, True),
        (Condition(intents=("no",)), SURE, False),
        (Condition(after_unclear=True), SURE, False),
        (Condition(after_unclear=True), a_turn(("yes", 0.9), after_unclear=True), True),
        (Condition(words_over=3), SURE, True),
        (Condition(words_over=4), SURE, False),
        (Condition(stt_confidence_below=0.6), SURE, False),
        (Condition(stt_confidence_below=0.6), a_turn(("yes", 0.9), stt_confidence=0.4), True),
        (Condition(stt_confidence_below=0.6), a_turn(("yes", 0.9), stt_confidence=0.6), False),
        (Condition(states=("knock",), confidence_below=0.5), SURE, False),
        (Condition(states=("knock",), confidence_below=0.5), TORN, True),
    ],
)
def test_a_condition_holds_when_all_its_parts_do(when: Condition, turn: TurnSeen, holds: bool) -> None:
    assert uses(when, turn) is holds


def test_the_first_rule_that_fits_decides_and_says_why() -> None:
    rules = (
        RoutingRule(when=Condition(states=("leave",)), use="small"),
        RoutingRule(when=Condition(confidence_below=0.5, words_over=3), use="large"),
        RoutingRule(when=Condition(), use="small"),
    )
    assert route(rules, TORN) == Route(use="large", why="rule 2: confidence 0.45 below 0.5, 4 words, over 3")
    assert route(rules, SURE) == Route(use="small", why="rule 3: always")


def test_a_rule_may_keep_a_turn_at_home() -> None:
    rules = (
        RoutingRule(when=Condition(states=("knock",)), use=EMBEDDED),
        RoutingRule(when=Condition(), use="large"),
    )
    assert route(rules, SURE) == Route(use=EMBEDDED, why="rule 1: state knock")


def test_without_a_rule_that_fits_the_classifier_stands() -> None:
    assert route((), SURE) == Route(use=EMBEDDED, why="no rule")
    assert route((RoutingRule(when=Condition(words_over=9), use="large"),), SURE) == Route(
        use=EMBEDDED, why="no rule"
    )


@settings(deadline=None)
@given(score=st.floats(0, 1), bound=st.floats(0, 1), words=st.integers(0, 50), over=st.integers(0, 50))
def test_two_parts_hold_together_exactly_when_each_holds(
    score: float, bound: float, words: int, over: int
) -> None:
    turn = a_turn(("yes", score), words=words)
    both = uses(Condition(confidence_below=bound, words_over=over), turn)
    assert both == (uses(Condition(confidence_below=bound), turn) and uses(Condition(words_over=over), turn))
