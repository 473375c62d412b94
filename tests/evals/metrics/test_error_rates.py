"""Our counts and rates against those of the libraries whose names they bear."""

from __future__ import annotations

from itertools import product

import jiwer
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.metrics.character_errors import character_errors
from evals.metrics.registry import BY_NAME, LOSSES, RATIOS, pooled, pooled_loss
from evals.metrics.word_errors import WordErrors, word_errors
from evals.rng import rng_for

# Words that the normaliser leaves alone, so that what is counted here is what the libraries are given.
WORDS = ("yes", "this", "is", "alex", "tuesday", "works", "please", "call", "back", "later")
PAIRS = 10_000
texts = st.lists(st.sampled_from(WORDS), min_size=1, max_size=12).map(" ".join)


def random_pairs() -> list[tuple[str, str]]:
    """Sentences with a third of their words dropped, doubled or replaced."""
    dice = rng_for(1, "error rates")
    pairs = []
    for _ in range(PAIRS):
        said = [WORDS[at] for at in dice.integers(0, len(WORDS), dice.integers(1, 15))]
        heard: list[str] = []
        for word in said:
            chance = dice.random()
            if chance < 0.1:
                continue
            heard.append(WORDS[dice.integers(0, len(WORDS))] if chance < 0.25 else word)
            if chance > 0.9:
                heard.append(WORDS[dice.integers(0, len(WORDS))])
        pairs.append((" ".join(said), " ".join(heard) or "please"))
    return pairs


def rows(errors: list[WordErrors]) -> list:
    names = ("hits", "substitutions", "deletions", "insertions")
    return [BY_NAME[f"word_{name}"].of(getattr(each, name)) for each in errors for name in names]


@pytest.fixture(scope="module")
def pairs() -> list[tuple[str, str]]:
    return random_pairs()


@pytest.fixture(scope="module")
def counted(pairs: list[tuple[str, str]]) -> list[WordErrors]:
    return [word_errors(said, heard) for said, heard in pairs]


def one_after_another(said: list[str], heard: list[str]) -> WordErrors:
    """Levenshtein's distance by its recurrence, and the alignment that docs/metrics.md says is ours."""
    cost = [[i + j for j in range(len(heard) + 1)] for i in range(len(said) + 1)]
    for i, j in product(range(1, len(said) + 1), range(1, len(heard) + 1)):
        wrong = said[i - 1] != heard[j - 1]
        cost[i][j] = min(cost[i - 1][j] + 1, cost[i][j - 1] + 1, cost[i - 1][j - 1] + wrong)
    hits = substitutions = deletions = insertions = 0
    i, j = len(said), len(heard)
    while i and j and said[i - 1] == heard[j - 1]:
        i, j, hits = i - 1, j - 1, hits + 1
    first = 0
    while first < min(i, j) and said[first] == heard[first]:
        first += 1
    while i > first or j > first:
        if i > first and (j == first or cost[i][j] == cost[i - 1][j] + 1):
            i, deletions = i - 1, deletions + 1
        elif i == first or (j - 1 > first and cost[i][j - 1] < cost[i - 1][j - 1]):
            j, insertions = j - 1, insertions + 1
        else:
            i, j = i - 1, j - 1
            hits, substitutions = hits + (said[i] == heard[j]), substitutions + (said[i] != heard[j])
    return WordErrors(
        hits=hits + first, substitutions=substitutions, deletions=deletions, insertions=insertions
    )


def test_pooled_rates_of_many_pairs_are_jiwers(
    pairs: list[tuple[str, str]], counted: list[WordErrors]
) -> None:
    said, heard = (list(side) for side in zip(*pairs, strict=True))
    theirs = jiwer.process_words(said, heard)
    total = sum(counted, WordErrors())
    assert total.errors == theirs.substitutions + theirs.deletions + theirs.insertions
    rates = {ratio.name: pooled(rows(counted), ratio) for ratio in RATIOS}
    [loss] = LOSSES
    assert rates["word_error_rate"] == total.rate == pytest.approx(theirs.wer)
    assert rates["match_error_rate"] == total.match_rate == pytest.approx(theirs.mer)
    assert pooled_loss(rows(counted), loss) == pytest.approx(theirs.wil)
    assert total.information_lost == pytest.approx(theirs.wil)


def test_each_pair_is_split_by_the_rule_that_the_manual_gives(
    pairs: list[tuple[str, str]], counted: list[WordErrors]
) -> None:
    by_rule = [one_after_another(said.split(), heard.split()) for said, heard in pairs]
    assert [pair for pair, ours, rule in zip(pairs, counted, by_rule, strict=True) if ours != rule] == []


def test_pooled_character_error_rate_of_many_pairs_is_jiwers(pairs: list[tuple[str, str]]) -> None:
    few = pairs[:1000]
    characters = [character_errors(said, heard) for said, heard in few]
    ours = sum(each.errors for each in characters) / sum(each.characters for each in characters)
    assert ours == pytest.approx(jiwer.cer([said for said, _ in few], [heard for _, heard in few]))


def test_totals_of_many_pairs_are_meetevals_and_some_are_split_in_another_way(
    pairs: list[tuple[str, str]], counted: list[WordErrors]
) -> None:
    """It has no wheel and is no dependency: `pip install meeteval kaldialign` where there is a compiler."""
    pytest.importorskip("kaldialign", reason="MeetEval aligns with it")
    meeteval = pytest.importorskip("meeteval", reason="it has no wheel, and is no dependency")
    theirs = [meeteval.wer.wer.siso.siso_word_error_rate(said, heard) for said, heard in pairs]
    assert [(ours.errors, ours.reference_words) for ours in counted] == [(t.errors, t.length) for t in theirs]
    kinds = [(t.substitutions, t.deletions, t.insertions) for t in theirs]
    split = sum(
        (ours.substitutions, ours.deletions, ours.insertions) != other
        for ours, other in zip(counted, kinds, strict=True)
    )
    assert 0.03 < split / PAIRS < 0.1  # docs/metrics.md: 6 % of these pairs


@given(texts, texts)
@settings(deadline=None)
def test_rates_of_one_pair_are_jiwers(said: str, heard: str) -> None:
    ours, theirs = word_errors(said, heard), jiwer.process_words(said, heard)
    assert ours.rate == pytest.approx(theirs.wer)
    assert ours.match_rate == pytest.approx(theirs.mer)
    assert ours.information_lost == pytest.approx(theirs.wil)


def test_rates_of_nothing_are_none() -> None:
    [loss] = LOSSES
    assert WordErrors().match_rate is None
    assert WordErrors(deletions=2).information_lost is None
    assert WordErrors(deletions=2).match_rate == 1
    assert pooled_loss([], loss) is None
