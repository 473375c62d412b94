from agent.cognitive.flow import UNCLEAR, Branch
from agent.cognitive.precedence import CONFIDENT, MARGIN, choose
from agent.turn import IntentScore

BRANCHES = {"yes": Branch(to="a"), "sure": Branch(to="a"), "no": Branch(to="b"), "help": Branch(to="c")}


def scored(**scores: float) -> list[IntentScore]:
    ranked = sorted(scores.items(), key=lambda item: -item[1])
    return [IntentScore(intent=intent, score=score) for intent, score in ranked]


def test_the_likeliest_intent_wins_and_the_losers_are_told_why() -> None:
    choice = choose(scored(yes=0.9, no=0.2), BRANCHES)
    assert (choice.branch, choice.confidence) == ("yes", 0.9)
    assert choice.considered == (
        IntentScore(intent="yes", score=0.9),
        IntentScore(intent="no", score=0.2, reason="less likely than yes"),
    )


def test_a_priority_intent_goes_before_a_better_match() -> None:
    choice = choose(scored(yes=0.95, help=0.55), BRANCHES, ("help",))
    assert choice.branch == "help"
    assert choice.considered[0] == IntentScore(intent="yes", score=0.95, reason="help goes before all others")


def test_the_first_priority_goes_before_the_second() -> None:
    assert choose(scored(no=0.9, help=0.6), BRANCHES, ("help", "no")).branch == "help"


def test_a_priority_intent_that_is_unlikely_overrules_nothing() -> None:
    assert choose(scored(yes=0.9, help=0.45), BRANCHES, ("help",)).branch == "yes"


def test_nothing_likely_enough_is_unclear() -> None:
    choice = choose(scored(yes=CONFIDENT - 0.01), BRANCHES)
    assert (choice.branch, choice.considered[0].reason) == (UNCLEAR, f"below {CONFIDENT}")
    assert choose([], BRANCHES).branch == UNCLEAR


def test_two_intents_too_close_to_tell_are_unclear() -> None:
    choice = choose(scored(yes=0.8, no=0.8 - MARGIN / 2), BRANCHES)
    assert (choice.branch, choice.considered[1].reason) == (UNCLEAR, f"yes and no are within {MARGIN}")


def test_two_intents_that_lead_to_one_state_need_not_be_told_apart() -> None:
    assert choose(scored(yes=0.8, sure=0.79, no=0.1), BRANCHES).branch == "yes"


def test_an_aside_gives_way_to_an_answer_that_is_likely() -> None:
    choice = choose(scored(help=0.9, yes=0.55, no=0.1), BRANCHES, asides=("help",))
    assert choice.branch == "yes"
    assert choice.considered[0] == IntentScore(intent="help", score=0.9, reason="gives way to yes")


def test_an_aside_without_a_likely_answer_is_what_was_meant() -> None:
    assert choose(scored(help=0.9, yes=0.45), BRANCHES, asides=("help",)).branch == "help"


def test_an_aside_does_not_decide_between_two_answers() -> None:
    assert choose(scored(help=0.9, yes=0.6, no=0.58), BRANCHES, asides=("help",)).branch == UNCLEAR
