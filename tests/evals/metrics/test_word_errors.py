from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.metrics.word_errors import AlignedWord, WordErrors, align_words, word_errors

counts = st.builds(
    WordErrors,
    hits=st.integers(0, 50),
    substitutions=st.integers(0, 50),
    deletions=st.integers(0, 50),
    insertions=st.integers(0, 50),
)
texts = st.lists(
    st.sampled_from(["yes", "this", "is", "alex", "tuesday", "works", "please"]), max_size=8
).map(" ".join)


@pytest.mark.parametrize(
    ("said", "heard", "expected"),
    [
        ("Yes, this is Alex.", "yes this is alex", WordErrors(hits=4)),
        ("Yes, this is Alex.", "yes this alec", WordErrors(hits=2, substitutions=1, deletions=1)),
        ("Yes.", "well yes please", WordErrors(hits=1, insertions=2)),
        ("Tuesday works", "", WordErrors(deletions=2)),
        ("", "hello there", WordErrors(insertions=2)),
        ("", "", WordErrors()),
        ("mm-hmm", "", WordErrors()),
    ],
)
def test_counts(said: str, heard: str, expected: WordErrors) -> None:
    assert word_errors(said, heard) == expected


def test_rate_is_errors_over_what_was_said() -> None:
    assert WordErrors(hits=2, substitutions=1, deletions=1, insertions=1).rate == 3 / 4
    assert WordErrors(hits=1, insertions=2).rate == 2.0


def test_without_a_reference_there_is_no_rate() -> None:
    assert WordErrors(insertions=3).rate is None


def test_negative_counts_are_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        WordErrors(hits=-1)


@given(counts, counts, counts)
def test_addition_is_commutative_associative_and_has_a_zero(
    a: WordErrors, b: WordErrors, c: WordErrors
) -> None:
    assert a + b == b + a
    assert (a + b) + c == a + (b + c)
    assert a + WordErrors() == a
    assert (a + b).errors == a.errors + b.errors


@given(texts, texts)
def test_every_word_said_and_heard_is_accounted_for(said: str, heard: str) -> None:
    errors = word_errors(said, heard)
    assert errors.reference_words == len(said.split())
    assert errors.hypothesis_words == len(heard.split())


@given(texts, texts)
def test_the_alignment_shown_is_the_one_counted(said: str, heard: str) -> None:
    kinds = [word.kind for word in align_words(said, heard)]
    shown = WordErrors(
        hits=kinds.count("hit"),
        substitutions=kinds.count("substitution"),
        deletions=kinds.count("deletion"),
        insertions=kinds.count("insertion"),
    )
    assert shown == word_errors(said, heard)


def test_alignment_side_by_side() -> None:
    assert align_words("Yes, this is Alex.", "yes this Alec") == [
        AlignedWord(reference="yes", hypothesis="yes"),
        AlignedWord(reference="this", hypothesis="this"),
        AlignedWord(reference="is", hypothesis="alec"),
        AlignedWord(reference="alex", hypothesis=None),
    ]
