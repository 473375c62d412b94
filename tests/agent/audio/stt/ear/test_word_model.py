from __future__ import annotations

import math
import struct
import zlib
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.audio.stt.ear.word_mixture import MixedModel, WordList
from agent.audio.stt.ear.word_model import BEGINNING, UNKNOWN, WordModel
from agent.audio.stt.ear.word_tree import EDGE, LETTERS, as_spelled, prefix_tree, spelling, vocabulary_of
from agent.audio.stt.trigram import END, START, kneser_ney

SENTENCES = [
    "my name is ann",
    "my name is ann",
    "my name is bob",
    "my name is carol",
    "ann is here",
    "i don't know",
    "is bob here",
    "here is my number",
] * 2
FRONT = 4 + 2 + 4 + 5 * 4 + 8  # bytes before the packed block
LISTS = st.lists(
    st.lists(st.sampled_from(["yes", "no", "please", "nine", "ten"]), max_size=5).map(" ".join),
    min_size=1,
    max_size=12,
)
CUTS = st.fixed_dictionaries(
    {"least_words": st.integers(1, 3), "least_pairs": st.integers(1, 3), "least_triples": st.integers(1, 3)}
)


@settings(deadline=None, max_examples=60)
@given(sentences=LISTS, cuts=CUTS)
def test_known_words_and_strangers_share_all_that_can_follow(
    sentences: list[str], cuts: dict[str, int]
) -> None:
    model = WordModel.of_sentences(sentences, unknown_share=0.01, **cuts)
    letters = sum(model.spelling[a + b] for a, b in ("zz", "z ", " z"))
    for history in [BEGINNING, ("yes", "no"), (START, "ten"), ("nine", "never"), ("", "")]:
        known = sum(math.exp(model.log_probability(history, word)) for word in (*model.words, END))
        unknown = math.exp(model.log_probability(history, "zz") - letters)
        assert known + unknown == pytest.approx(1, abs=0.01)
        assert unknown > 0.009


def test_probabilities_are_those_of_the_trigram_model() -> None:
    model = WordModel.of_sentences(SENTENCES, unknown_share=1e-9)
    singles, pairs, triples = kneser_ney(SENTENCES)
    seen = triples.probability["name", "is", "ann"]
    shorter = triples.left["my", "name"] * pairs.left["name",] * singles.probability["here",]
    assert math.exp(model.log_probability(("name", "is"), "ann")) == pytest.approx(seen, rel=0.01)
    assert math.exp(model.log_probability(("my", "name"), "here")) == pytest.approx(shorter, rel=0.02)


def test_context_decides_where_strangers_are_expected() -> None:
    model = WordModel.of_sentences(SENTENCES, least_words=3)
    assert "carol" not in model.words
    after_name = model.log_probability(("name", "is"), "zoe")
    assert after_name > model.log_probability(("my", "name"), "zoe") + 1
    assert after_name > model.log_probability(("name", "is"), "zqxvj") + 3


def test_cut_offs_make_a_smaller_model() -> None:
    full = WordModel.of_sentences(SENTENCES)
    cut = WordModel.of_sentences([*SENTENCES, "bob is my ann"], least_pairs=2, least_triples=2)
    assert cut.sizes[0] == full.sizes[0]
    assert cut.sizes[1] < full.sizes[1]
    assert cut.sizes[2] <= full.sizes[2]


@settings(deadline=None, max_examples=30)
@given(sentences=LISTS, cuts=CUTS)
def test_bytes_bring_the_same_model_back(sentences: list[str], cuts: dict[str, int]) -> None:
    model = WordModel.of_sentences(sentences, **cuts)
    data = model.to_bytes()
    again = WordModel.from_bytes(data)
    assert (again.words, again.sizes, again.to_bytes()) == (model.words, model.sizes, data)
    for history in [BEGINNING, ("yes", "no"), ("ten", "please")]:
        for word in ["yes", "nine", END, "stranger"]:
            assert again.log_probability(history, word) == model.log_probability(history, word)


@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_damaged_bytes_are_refused(data: st.DataObject) -> None:
    whole = WordModel.of_sentences(SENTENCES).to_bytes()
    place = data.draw(st.integers(0, len(whole) - 1))
    flipped = bytearray(whole)
    flipped[place] ^= data.draw(st.integers(1, 255))
    for broken in (bytes(flipped), whole[:place], whole + b"\0"):
        with pytest.raises(ValueError, match="word model"):
            WordModel.from_bytes(broken)


def test_file_that_was_made_wrong_is_refused_or_stays_in_its_bounds() -> None:
    whole = WordModel.of_sentences(SENTENCES).to_bytes()
    block = zlib.decompress(whole[FRONT:])
    complaints = set()
    for place in range(len(block)):
        rest = whole[10:FRONT] + zlib.compress(block[:place] + b"\xff" + block[place + 1 :], 1)
        try:
            model = WordModel.from_bytes(whole[:6] + struct.pack("<I", zlib.crc32(rest)) + rest)
        except ValueError as error:
            complaints.add(str(error).split(":")[1].split()[0])
        else:
            for first, second in pairwise((*model.words, START)):
                assert model.log_probability((first, second), "ann") < 0
    assert complaints == {"'ascii'", "rows", "a"}  # letters, lengths of rows, a word beyond the last


def test_version_of_another_time_is_named() -> None:
    whole = bytearray(WordModel.of_sentences(SENTENCES).to_bytes())
    whole[4] = 9
    with pytest.raises(ValueError, match="version 9; this reads version 1"):
        WordModel.from_bytes(bytes(whole))


def test_words_that_cannot_be_spelled_are_refused() -> None:
    with pytest.raises(ValueError, match="24/7"):
        WordModel.of_sentences(["open 24/7"])


def test_mixture_weighs_its_parts() -> None:
    one, other = WordModel.of_sentences(["yes please"]), WordModel.of_sentences(["no please", "no thanks"])
    mixed = MixedModel([one, other], [3, 1])

    def chance(model: WordModel | MixedModel, word: str) -> float:
        return math.exp(model.log_probability(BEGINNING, word))

    assert chance(mixed, "please") == pytest.approx(
        0.75 * chance(one, "please") + 0.25 * chance(other, "please")
    )
    assert chance(mixed, "no") == pytest.approx(0.25 * chance(other, "no"))
    assert chance(mixed, "maybe") == pytest.approx(
        0.75 * chance(one, "maybe") + 0.25 * chance(other, "maybe")
    )
    assert mixed.tree is not None
    branch = mixed.tree.next("t")
    assert branch is not None and branch.best == pytest.approx(
        mixed.log_probability(("", ""), "thanks"), abs=0.01
    )


@pytest.mark.parametrize("weights", [[1.0], [1.0, 0.0], []])
def test_mixture_wants_a_weight_for_each_part(weights: list[float]) -> None:
    part = WordModel.of_sentences(["yes"])
    with pytest.raises(ValueError, match="positive weight"):
        MixedModel([part, part] if weights else [], weights)


@settings(deadline=None, max_examples=60)
@given(words=st.sets(st.text(alphabet="abe'", min_size=1, max_size=5), min_size=1), seed=st.integers(0, 99))
def test_beginning_knows_the_best_word_below_it(words: set[str], seed: int) -> None:
    listed = sorted(words)
    logs = -np.random.default_rng(seed).exponential(5, len(listed)).astype(np.float32)
    for prefix in {word[:size] for word in words for size in range(len(word) + 1)} | {"bab", "ea"}:
        branch = prefix_tree(vocabulary_of(listed, logs, as_spelled))
        for letter in prefix:
            branch = branch.next(letter) if branch else None
        below = [log for word, log in zip(listed, logs, strict=True) if word.startswith(prefix)]
        assert (branch.best if branch else None) == (max(below) if below else None)
        assert (branch.words if branch else ()) == ((prefix,) if prefix in words else ())


def test_words_that_sound_alike_end_in_one_place_likeliest_first() -> None:
    ways = {"to": ("tu",), "two": ("tu",), "tool": ("tul",), "a": ("A", "@"), "hm": ()}
    logs = np.log(np.array([0.1, 0.3, 0.05, 0.5, 0.05], np.float32))
    root = prefix_tree(vocabulary_of(list(ways), logs, ways.__getitem__))
    assert root is not None and root.next("h") is None
    both = root.next("t") and root.next("t").next("u")  # type: ignore[union-attr]
    assert both is not None and both.words == ("two", "to")
    assert both.best == pytest.approx(math.log(0.3))
    assert [branch.words for way in ("A", "@") if (branch := root.next(way))] == [("a",), ("a",)]


def test_a_list_of_words_likes_none_better() -> None:
    words = WordList(["ann", "bob", "zoe"])
    logs = {
        words.log_probability(history, word)
        for history in (BEGINNING, ("ann", "bob"))
        for word in ("ann", "zoe")
    }
    assert len(logs) == 1
    assert 3 * math.exp(logs.pop()) + math.exp(words.unknown_log_probability(BEGINNING)) == pytest.approx(1)
    assert words.log_probability(BEGINNING, END) == 0
    assert words.tree is not None and words.tree.next("b") is not None


def test_letters_that_follow_sum_to_one() -> None:
    pairs = spelling(["ann", "o'brien", "zoe"])
    for before in EDGE + LETTERS:
        assert sum(math.exp(pairs[before + after]) for after in EDGE + LETTERS) == pytest.approx(1)
    assert pairs["nn"] > pairs["nz"]


def test_unknown_is_a_word_of_nobody() -> None:
    model = WordModel.of_sentences(["ann ann", "bob"], least_words=2)
    assert model.words == ("ann",)
    assert UNKNOWN not in model.words


def test_a_hesitation_is_never_very_unlikely_where_written_texts_hold_none() -> None:
    mixed = MixedModel([WordModel.of_sentences(["i want to go", "um", "to get a dog"] * 9)], [1])
    assert mixed.log_probability(("want", "to"), "um") == pytest.approx(math.log(0.005))
    assert mixed.log_probability(("", "<s>"), "um") > math.log(0.1)
