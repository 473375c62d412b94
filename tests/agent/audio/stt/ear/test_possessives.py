import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.audio.stt.ear.lexicon import ways
from agent.audio.stt.ear.possessives import CLITIC, apart, pieces, possessives, with_clitic
from agent.audio.stt.ear.sounds import ways_to_say
from agent.audio.stt.ear.word_mixture import MixedModel
from agent.audio.stt.ear.word_model import BEGINNING, WordModel

WORDS = st.text("abis'", min_size=1, max_size=6)


@pytest.mark.parametrize("word", ["it's", "that's", "let's", "cats", "o'clock", "'s", "parents'"])
def test_words_that_own_nothing_stay_whole(word: str) -> None:
    assert pieces(word) == (word,)


def test_a_sentence_in_pieces_has_every_clitic_apart() -> None:
    assert apart("it's my brother's car the engine's hot") == "it's my brother 's car the engine 's hot"


def test_an_apostrophe_that_is_not_heard_goes() -> None:
    assert apart("my parents' house") == "my parents house"


@given(WORDS)
def test_pieces_make_the_word_and_are_pieces_themselves(word: str) -> None:
    parts = pieces(word)
    assert "".join(parts) == word
    assert all(pieces(part) == (part,) for part in parts[1:])


def test_only_words_that_may_own_something_do() -> None:
    assert possessives(["router", "it", "k", "keys", "don't", "that"]) == {"router's"}


@pytest.mark.parametrize("word", ["router", "cat", "church", "day", "bath", "nurse"])
def test_what_is_owned_sounds_as_people_say_it_or_as_espeak_does(word: str) -> None:
    derived = with_clitic(ways_to_say(word)[0])
    assert ways_to_say(word + CLITIC)[0] in derived
    assert ways(word + CLITIC) == derived


@pytest.fixture(scope="module")
def model() -> MixedModel:
    sentences = [
        "the light 's flashing",
        "the door 's open",
        "my router broke",
        "the routers broke",
        "the cat",
    ]
    return MixedModel([WordModel.of_sentences(sentences * 3)], [1.0], own=["router", "light", "cat"])


def test_a_word_that_never_owned_anything_does_as_others_do(model: MixedModel) -> None:
    after_owner = model.log_probability(("the", "router's"), "flashing")
    assert after_owner > model.log_probability(("the", "routers"), "flashing") + 1


def test_a_word_with_its_clitic_costs_what_its_pieces_cost(model: MixedModel) -> None:
    whole = model.log_probability(("", "the"), "light's")
    parts = model.log_probability(("", "the"), "light") + model.log_probability(("the", "light"), CLITIC)
    assert math.isclose(whole, parts)


def test_the_search_sees_owners_as_words_and_never_the_clitic_alone(model: MixedModel) -> None:
    tree = model.tree
    assert tree is not None
    assert tree.next("'") is None
    branch = tree
    for letter in "router's":
        longer = branch.next(letter)
        assert longer is not None
        branch = longer
    assert branch.words == ("router's",)


def test_probabilities_after_a_clitic_are_those_of_its_pieces_anywhere(model: MixedModel) -> None:
    assert model.unknown_log_probability(("the", "cat's")) == model.unknown_log_probability(("cat", CLITIC))
    assert model.log_probability(("cat's", "the"), "cat") == model.log_probability((CLITIC, "the"), "cat")
    assert model.log_probability(BEGINNING, "the") < 0
