"""The shipped model of words is made of texts that tell it no test sentence."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import pytest

from agent.audio.stt.ear.recogniser import TALK, WORDS
from agent.audio.stt.ear.word_model import WordModel
from evals.ear.figures import the_ear
from evals.ear.held_out import dev_lines, held_out_sentences
from evals.ear.language import RUN, language_texts, listed_words, runs, written_sentences
from evals.errors import BadInput


def test_its_texts_share_no_four_words_in_a_row_with_a_test_sentence_or_one_for_tuning() -> None:
    known = runs([*(sentence.text for sentence in held_out_sentences()), *dev_lines()])
    assert RUN == 4 and len(known) > 1000
    assert runs(islice(language_texts(3), 20_000)).isdisjoint(known)
    assert runs(written_sentences()).isdisjoint(known)
    assert len(written_sentences()) > 5000


def test_the_ear_that_is_measured_is_told_no_four_words_in_a_row_either() -> None:
    known = runs(sentence.text for sentence in held_out_sentences())
    assert runs(the_ear().sentences).isdisjoint(known)


def test_same_seed_same_texts() -> None:
    one, same, other = (list(islice(language_texts(seed), 300)) for seed in (1, 1, 2))
    assert one == same != other


def test_a_missing_word_list_is_told_with_its_package(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="scowl"):
        listed_words(1, tmp_path / "none")


def test_listed_words_are_plain_and_frequent_ones_come_more_often(tmp_path: Path) -> None:
    (tmp_path / "english-words.10").write_text("house\nAfrica\nb\ncan't\n", encoding="iso-8859-1")
    (tmp_path / "british-words.35").write_text("colourise\ncaf\u00e9\n", encoding="iso-8859-1")
    (tmp_path / "english-upper.50").write_text("Jacques\nJacques's\nBBC\n", encoding="iso-8859-1")
    words = " ".join(listed_words(1, tmp_path)).split()
    assert set(words) == {"house", "colourise", "jacques"}
    assert words.count("house") > words.count("colourise") > 1


def test_the_shipped_models_are_small_and_know_common_words() -> None:
    for path in (WORDS, TALK):
        content = path.read_bytes()
        assert len(content) < 3_000_000
        model = WordModel.from_bytes(content)
        assert all(model.known(word) for word in "appointment thursday please number seven refund".split())
