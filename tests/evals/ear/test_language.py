"""The shipped model of words is made of texts that tell it no test sentence."""

from __future__ import annotations

from itertools import islice

from agent.audio.stt.ear.recogniser import WORDS
from agent.audio.stt.ear.word_model import WordModel
from evals.ear.figures import the_ear
from evals.ear.held_out import held_out_sentences
from evals.ear.language import RUN, general_model, language_texts, runs


def test_its_texts_share_no_four_words_in_a_row_with_a_test_sentence() -> None:
    known = runs(sentence.text for sentence in held_out_sentences())
    assert RUN == 4 and len(known) > 1000
    assert runs(islice(language_texts(3), 20_000)).isdisjoint(known)


def test_the_ear_that_is_measured_is_told_no_four_words_in_a_row_either() -> None:
    known = runs(sentence.text for sentence in held_out_sentences())
    assert runs(the_ear().sentences).isdisjoint(known)


def test_same_seed_same_bytes() -> None:
    assert general_model(1, 300).to_bytes() == general_model(1, 300).to_bytes()
    assert general_model(1, 300).to_bytes() != general_model(2, 300).to_bytes()


def test_the_shipped_model_is_small_and_knows_common_words() -> None:
    content = WORDS.read_bytes()
    assert len(content) < 3_000_000
    model = WordModel.from_bytes(content)
    assert all(model.known(word) for word in "appointment thursday please number seven refund".split())
