import pytest

from agent.cognitive.ngrams import Vocabulary

PHRASES = ["call me back", "don't call me", "yes please"]


def test_a_vocabulary_is_the_same_whatever_the_order() -> None:
    assert Vocabulary.of(PHRASES) == Vocabulary.of(reversed(PHRASES))


def test_a_phrase_is_the_sum_of_its_words_and_pairs() -> None:
    vocabulary = Vocabulary.of(PHRASES)
    words = ["call", "me", "maybe"]
    parts = [vocabulary.word(word) for word in words]
    parts += [
        vocabulary.pair(*pair) for pair in [("<", "call"), ("call", "me"), ("me", "maybe"), ("maybe", ">")]
    ]
    whole = vocabulary.phrase(words)
    assert sorted(whole.places) == sorted(place for part in parts for place in part.places)
    assert whole.square == pytest.approx(sum(part.square for part in parts))


def test_what_is_rare_weighs_more_than_what_is_common() -> None:
    vocabulary = Vocabulary.of(PHRASES)
    assert vocabulary.weights[vocabulary.places["wplease"]] > vocabulary.weights[vocabulary.places["wcall"]]


def test_a_word_never_seen_has_a_length_and_perhaps_some_characters_known() -> None:
    vocabulary = Vocabulary.of(PHRASES)
    assert vocabulary.word("xyz").places == ()
    assert vocabulary.word("calls").places != ()
    assert vocabulary.word("xyz").square > 0
