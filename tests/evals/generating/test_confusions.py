"""A model fitted on what a recogniser made of words, and the errors that it makes of others."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.ear.text_grammar import Dice
from evals.errors import BadInput
from evals.generating.confusion_fit import HeardLine, fit
from evals.generating.confusions import Condition, ConfusionModel, Recogniser, WordCount
from evals.generating.confusions_file import confusions_text, load_confusions
from evals.generating.generator import Tally
from evals.generating.sound_neighbours import SoundNeighbours
from evals.rng import rng_for
from evals.scenario.heard import NOTHING_HEARD
from tests.scenarios import says

LINES = [
    HeardLine(line="clean", said="Tuesday at ten, please.", heard="tuesday at tan please"),
    HeardLine(line="clean", said="Yes, it is.", heard="yes it is"),
    HeardLine(line="wifi", said="Yes, it is.", heard="yes is"),
    HeardLine(line="wifi", said="Speaking.", heard="speaking so"),
    HeardLine(line="wifi", said="No, thanks.", heard=""),
]


def fitted() -> ConfusionModel:
    return fit(LINES, recogniser={"stt": "test"}, sources={"run": 4})


def model(
    *, rate: float, nothing: int = 0, spread: float = 0.0, words: dict[str, WordCount] | None = None
) -> ConfusionModel:
    wrong = round(rate * 1000)
    return ConfusionModel(
        recogniser={}, sources={}, usual="all", words=words or {}, made_up={},
        conditions={"all": Condition(name="all", utterances=100, nothing=nothing, hits=1000 - wrong,
                                     substitutions=0, deletions=wrong, insertions=0, spread=spread)},
    )  # fmt: skip


def test_errors_are_counted_by_line_and_by_word() -> None:
    found = fitted()
    clean, wifi, every = (found.conditions[name] for name in ("clean", "wifi", "all"))
    assert (clean.hits, clean.substitutions, clean.deletions, clean.insertions) == (6, 1, 0, 0)
    assert (wifi.utterances, wifi.nothing, wifi.hits, wifi.deletions, wifi.insertions) == (3, 1, 3, 1, 1)
    assert (every.utterances, every.words) == (5, 11)
    assert found.words["ten"] == WordCount(said=1, taken_for={"tan": 1})
    assert found.words["it"] == WordCount(said=2, lost=1)
    assert found.made_up == {"so": 1}
    assert "thanks" not in found.words  # of what was not heard at all, no word is known to be weak


def test_a_file_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "ear.json"
    path.write_text(confusions_text(fitted()), "utf-8")
    assert load_confusions(path) == fitted()


def test_a_broken_file_is_told_with_every_mistake(tmp_path: Path) -> None:
    path = tmp_path / "ear.json"
    text = confusions_text(fitted()).replace('"usual": "all"', '"usual": "moon"')
    path.write_text(text.replace('"ten": {"said": 1', '"ten": {"said": 0'), "utf-8")
    with pytest.raises(BadInput) as told:
        load_confusions(path)
    assert told.value.mistakes == (
        "usual: there is no condition `moon`",
        "words.ten: 1 times wrong, but said 0 times",
    )
    path.write_text('{"schema": 2, "conditions": {"all": {"hits": -1}}}', "utf-8")
    with pytest.raises(BadInput, match="recogniser: Field required"):
        load_confusions(path)


def test_a_missing_model_is_told_with_those_there_are() -> None:
    with pytest.raises(BadInput, match=r"cannot be read.*come with milliwatt: ear"):
        load_confusions(Path("nowhere.json"))


def test_the_model_that_comes_with_the_product_is_sound() -> None:
    found = load_confusions(Path(__file__).parents[3] / "evals" / "generating" / "fitted" / "ear.json")
    assert found.recogniser["stt"] == "ear"
    assert sum(found.sources.values()) == found.conditions["all"].utterances > 300
    assert 0.01 < found.wrong_rate < 0.5


@given(st.integers(0, 10**6), st.sampled_from([0.0, 0.1, 0.4]), st.sampled_from([0.0, 1.0]))
@settings(max_examples=20, deadline=None)
def test_errors_come_as_often_as_they_were_counted(seed: int, rate: float, spread: float) -> None:
    recogniser = Recogniser(model(rate=rate, spread=spread), "unknown line")
    dice, words = Dice(rng_for(seed, "test")), ["tuesday"] * 10
    wrong = sum(recogniser.words(words, dice)[1] for _ in range(400))
    assert wrong / 4000 == pytest.approx(rate, abs=0.09)


def test_errors_come_in_heaps_where_they_did() -> None:
    def clean_share(spread: float) -> float:
        recogniser, dice = Recogniser(model(rate=0.2, spread=spread), "all"), Dice(rng_for(1, "test"))
        return sum(recogniser.words(["tuesday"] * 5, dice)[1] == 0 for _ in range(1000)) / 1000

    assert clean_share(0.0) == pytest.approx(0.8**5, abs=0.05)
    assert clean_share(2.0) > 0.65


def test_a_weak_word_is_lost_more_often_than_others() -> None:
    words = {"it": WordCount(said=400, lost=200), "tuesday": WordCount(said=400)}
    recogniser, dice = Recogniser(model(rate=0.1, words=words), "all"), Dice(rng_for(1, "test"))
    heard = [word for _ in range(500) for word in recogniser.words(["it", "tuesday"], dice)[0]]
    assert heard.count("it") < 0.7 * heard.count("tuesday")


def test_nothing_heard_is_a_silence_of_its_own() -> None:
    step = Recogniser(model(rate=0.0, nothing=100), "all").heard(says("Yes."), Dice(rng_for(1, "x")), Tally())
    assert step.heard == NOTHING_HEARD
    assert step.text == "Yes."


def test_what_comes_through_is_left_alone() -> None:
    step = says("Yes, [pause 300] it is.")
    assert Recogniser(model(rate=0.0), "all").heard(step, Dice(rng_for(1, "x")), Tally()) is step


def test_words_that_sound_alike_are_near() -> None:
    near = SoundNeighbours(["ten", "tan", "then", "wednesday", "men", "afternoon"])
    found = near.of("ten")
    assert set(found) >= {"tan", "men"}
    assert "ten" not in found
    assert "afternoon" not in found
    assert max(found, key=found.__getitem__) in {"tan", "men", "then"}
    assert near.of("07700") == {}


def test_nothing_said_is_no_model() -> None:
    with pytest.raises(ValueError, match="no words"):
        fit([HeardLine(line="clean", said="...", heard="yes")], recogniser={}, sources={})
