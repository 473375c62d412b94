import pytest

from evals.generating.confusions import Condition, ConfusionModel
from evals.generating.conversation import caller_words
from evals.generating.generator import Request, Tally, conversations
from evals.generating.variations import USUAL, Variation
from tests.evals.generating.material import flow, plans, wording


def made(count: int, seed: int = 1, tally: Tally | None = None, **options):
    request = Request(plans=plans("paths"), count=count, seed=seed, **{"rates": USUAL, **options})
    return list(conversations(request, flow(), wording(), tally or Tally()))


def test_no_two_conversations_have_the_same_words() -> None:
    words = [caller_words(scenario) for scenario in made(300)]
    assert len(set(words)) == len(words) == 300


def test_ids_are_different() -> None:
    assert len({scenario.id for scenario in made(120)}) == 120


def test_the_first_of_many_are_those_of_few() -> None:
    assert made(160)[:60] == made(60)


def test_another_seed_makes_others() -> None:
    first, second = ({caller_words(one) for one in made(50, seed)} for seed in (1, 2))
    # Who says nothing but "no" or a key says the same again.
    assert len(first & second) < 10


def test_a_scenario_with_nothing_new_to_say_leaves_the_round() -> None:
    tally = Tally()
    ids = [scenario.id for scenario in made(120, tally=tally)]
    assert sum(one.startswith("silence_throughout") for one in ids) == 1
    assert tally.exhausted["paths/silence_throughout"] == 1
    assert tally.made == 120


def test_without_variations_each_scenario_is_had_once() -> None:
    tally = Tally()
    assert len(made(100, tally=tally, rates=dict.fromkeys(Variation, 0.0))) == len(plans("paths"))
    assert tally.made == 27


def test_tags_tell_where_a_conversation_comes_from_and_what_was_done() -> None:
    first = made(1, rates={**dict.fromkeys(Variation, 0.0), Variation.PARAPHRASE: 1.0})[0]
    assert first.tags == ("happy", "from:paths/books_second_slot", "paraphrase")


def test_lines_take_turns() -> None:
    found = made(54, lines=("clean", "wifi"))
    assert {scenario.line.name for scenario in found if scenario.line} == {"clean", "wifi"}
    own = [one.line and one.line.name for one in found if "from:paths/crm_down" in one.tags]
    assert len(set(own)) == 2
    assert "line:wifi" in next(one for one in found if one.line and one.line.name == "wifi").tags


@pytest.mark.parametrize("rate", [0.0, 1.0])
def test_a_recognisers_errors_change_what_is_heard_and_nothing_that_is_wanted(rate: float) -> None:
    model = ConfusionModel(
        recogniser={}, sources={}, usual="all", words={}, made_up={},
        conditions={"all": Condition(name="all", utterances=9, nothing=0, hits=50, substitutions=0, deletions=50,
                                     insertions=0, spread=0.0)},
    )  # fmt: skip
    tally = Tally()
    plain = made(40)
    heard = made(40, tally=tally, confusions=model, rates={**USUAL, Variation.RECOGNISER: rate})
    assert [one.expect for one in heard] == [one.expect for one in plain]
    assert [caller_words(one) for one in heard] == [caller_words(one) for one in plain]
    changed = sum(bool(step.heard) for one in heard for step in one.caller)
    assert (changed > 60) if rate else (changed == 0)
    assert (0.4 < tally.wrong / tally.words < 0.6) if rate else tally.words == 0
    assert all((str(Variation.RECOGNISER) in one.tags) is bool(rate) for one in heard)
