import re
from collections import Counter

import numpy as np
import pytest

from agent.number_words import SMALL, cardinal, ordinal
from evals.ear.text_grammar import Dice, Grammar
from evals.ear.text_numbers import phone, spoken_digits
from evals.ear.texts import MAX_WORDS, MIXTURE, Kind, TextSource, common_words, open_sentences, rare_words

WORD = re.compile(r"[a-z]+(?:'[a-z]+)*'?")


def source(seed: int = 7) -> TextSource:
    return TextSource(np.random.default_rng(seed))


def test_every_word_is_letters_and_apostrophes_and_sentences_have_1_to_25_words():
    for sentence in source().sentences(5_000):
        words = sentence.split(" ")
        assert all(WORD.fullmatch(word) for word in words), sentence
        assert 1 <= len(words) <= MAX_WORDS


def test_the_committed_lists_are_spoken_words():
    for line in [*open_sentences(), *common_words(), *rare_words()]:
        assert all(WORD.fullmatch(word) for word in line.split(" ")), line


def test_no_sentence_about_anything_comes_twice_in_the_list():
    assert [line for line, times in Counter(open_sentences()).items() if times > 1] == []


def test_same_seed_gives_the_same_sentences_and_another_seed_others():
    assert source(3).sentences(300) == source(3).sentences(300)
    assert source(3).sentences(300) != source(4).sentences(300)


def test_every_kind_comes_about_as_often_as_the_mixture_says():
    texts = source()
    kinds = Counter(texts.kind() for _ in range(20_000))
    whole = sum(MIXTURE.values())
    for kind in Kind:
        assert kinds[kind] / 20_000 == pytest.approx(MIXTURE[kind] / whole, abs=0.012), kind


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_has_many_different_sentences(kind: Kind):
    texts = source()
    sentences = {texts.sentence_of(kind) for _ in range(1_000)}
    assert len(sentences) > 300


def test_many_distinct_words_come():
    words = {word for sentence in source().sentences(20_000) for word in sentence.split()}
    assert len(words) > 12_000
    assert set("abcdefghijklmnopqrstuvwxyz") <= words


def test_telephone_numbers_use_each_digit_about_equally():
    dice = Dice(np.random.default_rng(5))
    digits: Counter[str] = Counter()
    for _ in range(5_000):
        run = 1
        for word in phone(dice).split():
            if word in ("double", "triple"):
                run = 2 if word == "double" else 3
                continue
            digits["zero" if word in ("oh", "nought") else word] += run
            run = 1
    whole = sum(digits[unit] for unit in SMALL[:10])
    assert {unit: digits[unit] / whole for unit in SMALL[:10]} == pytest.approx(
        dict.fromkeys(SMALL[:10], 0.1), abs=0.035
    )


def test_numbers_are_said_as_people_say_them():
    assert cardinal(206) == "two hundred and six"
    assert cardinal(12_345, british=False) == "twelve thousand three hundred forty five"
    assert [ordinal(day) for day in (1, 12, 20, 22)] == ["first", "twelfth", "twentieth", "twenty second"]
    assert spoken_digits([0, 7, 7, 2, 2, 2]) == "oh double seven triple two"


def test_slots_nest_and_a_missing_rule_is_named():
    grammar = Grammar({"hello": "{hi|good {part}} {name}", "part": "day", "name": lambda dice: "ann"})
    dice = Dice(np.random.default_rng(1))
    assert {grammar.say("hello", dice) for _ in range(50)} == {"hi ann", "good day ann"}
    with pytest.raises(ValueError, match="slots without a rule: nobody"):
        Grammar({"hello": "hi {nobody}"})
