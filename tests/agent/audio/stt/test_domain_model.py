from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.audio.stt.domain_model import (
    domain_model,
    expanded_phrases,
    general_sentences,
    sentences_of,
)

TEXTS = ["Would you like the zebra tour at 10:30?", "A llama, perhaps. Or {{company_name}}!", "Xqzzkt's zoo"]


def test_order_of_texts_and_repeated_ones_do_not_matter() -> None:
    model = domain_model(TEXTS)
    assert domain_model([*TEXTS[::-1], TEXTS[0]]) == model
    assert domain_model([*TEXTS[::-1], TEXTS[0]]).identity == model.identity


def test_words_of_the_texts_are_heard_besides_the_general_ones() -> None:
    plain, own = domain_model([]), domain_model(TEXTS)
    assert plain.vocabulary < own.vocabulary
    assert {"zebra", "llama", "ten", "thirty"} <= own.vocabulary
    assert own.identity != plain.identity


def test_word_without_a_pronunciation_is_told_and_left_out() -> None:
    model = domain_model(TEXTS)
    assert "xqzzkt's" in model.silent
    assert not set(model.silent) & model.vocabulary
    assert "xqzzkt" not in model.arpa + model.dictionary


def test_every_word_of_the_language_model_has_a_pronunciation_and_no_other() -> None:
    model = domain_model(TEXTS)
    pronounced = {line.split()[0].partition("(")[0] for line in model.dictionary.splitlines()}
    block = model.arpa.partition("\\1-grams:\n")[2].partition("\n\n")[0]
    words = {line.split()[1] for line in block.splitlines()} - {"<s>", "</s>"}
    assert words == pronounced == model.vocabulary


@pytest.mark.parametrize(
    ("word", "way"),
    [
        ("zebras", "zebras Z IY B R AH Z"),  # in the dictionary itself, or made from its singular
        ("qqxishly", ""),
        ("llama's", "llama's L AA M AH Z"),
        ("zebrabox", "zebrabox Z IY B R AH B AA K S"),
    ],
)
def test_word_is_said_with_an_ending_or_as_two_words_in_one(word: str, way: str) -> None:
    model = domain_model([word])
    lines = [line for line in model.dictionary.splitlines() if line.split()[0] == word]
    assert lines[:1] == ([way] if way else [])
    assert (word in model.silent) is (not way)


def test_second_pronunciation_is_numbered() -> None:
    lines = domain_model(["either"]).dictionary.splitlines()
    assert [line.split()[0] for line in lines if line.startswith("either")] == ["either", "either(2)"]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Hello, Alex! It's 10:30.", ["hello alex", "it's ten thirty"]),
        ("Hi {{first_name}}, how are you?", ["hi", "how are you"]),
        ("don\u2019t; won't\nshan't", ["don't", "won't", "shan't"]),
        ("the 3rd, or \u00a320", ["the third or twenty pounds"]),
        ("... !? {{x}}", []),
    ],
)
def test_written_text_becomes_sentences_of_spoken_words(text: str, sentences: list[str]) -> None:
    assert sentences_of(text) == sentences


def test_phrases_with_classes_are_written_out_once_for_each_member_of_the_longest() -> None:
    lines = ["# a remark", "day: monday | tuesday", "hour: nine|ten|four", "", "on {day} at {hour}", "yes"]
    sentences = list(expanded_phrases(lines))
    assert len(sentences) == 4
    assert sentences[-1] == "yes"
    assert {sentence.split()[1] for sentence in sentences[:3]} == {"monday", "tuesday"}
    assert {sentence.split()[3] for sentence in sentences[:3]} <= {"nine", "ten", "four"}


def test_general_phrases_are_spoken_words_only() -> None:
    assert all(sentences_of(sentence) == [sentence] for sentence in general_sentences())


@settings(deadline=None)
@given(text=st.text(max_size=60))
def test_any_text_becomes_sentences_that_stay_as_they_are(text: str) -> None:
    sentences = sentences_of(text)
    assert [inner for sentence in sentences for inner in sentences_of(sentence)] == sentences


def test_accents_are_not_heard() -> None:
    assert sentences_of("José Muñoz at Zoë's café") == ["jose munoz at zoe's cafe"]
