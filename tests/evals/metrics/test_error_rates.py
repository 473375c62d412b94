"""Our counts and rates against those of the libraries whose names they bear."""

from __future__ import annotations

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
PAIRS = 400
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


def test_pooled_rates_of_many_pairs_are_jiwers() -> None:
    said, heard = (list(side) for side in zip(*random_pairs(), strict=True))
    theirs = jiwer.process_words(said, heard)
    ours = [word_errors(reference, hypothesis) for reference, hypothesis in zip(said, heard, strict=True)]
    total = sum(ours, WordErrors())
    assert total.errors == theirs.substitutions + theirs.deletions + theirs.insertions
    rates = {ratio.name: pooled(rows(ours), ratio) for ratio in RATIOS}
    [loss] = LOSSES
    assert rates["word_error_rate"] == total.rate == pytest.approx(theirs.wer)
    assert rates["match_error_rate"] == total.match_rate == pytest.approx(theirs.mer)
    assert pooled_loss(rows(ours), loss) == pytest.approx(theirs.wil)
    assert total.information_lost == pytest.approx(theirs.wil)


def test_pooled_character_error_rate_of_many_pairs_is_jiwers() -> None:
    pairs = random_pairs()
    counted = [character_errors(said, heard) for said, heard in pairs]
    ours = sum(each.errors for each in counted) / sum(each.characters for each in counted)
    assert ours == pytest.approx(jiwer.cer([said for said, _ in pairs], [heard for _, heard in pairs]))


def test_totals_of_many_pairs_are_meetevals() -> None:
    """Totals only: of alignments that cost the same each library takes its own, so kinds of error may differ."""
    pytest.importorskip("kaldialign", reason="MeetEval aligns with it")
    meeteval = pytest.importorskip("meeteval", reason="it has no wheel, and is no dependency")
    for said, heard in random_pairs():
        ours, theirs = word_errors(said, heard), meeteval.wer.wer.siso.siso_word_error_rate(said, heard)
        assert (ours.errors, ours.reference_words) == (theirs.errors, theirs.length)


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
