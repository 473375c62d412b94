from __future__ import annotations

import pytest

from evals.record import Level
from evals.report.comparison.cause import Layer, Rule, TextPair, cause
from evals.report.comparison.exchanges import Exchange, ExchangePair

GREETING = Exchange(step=-1, heard="", states=("greeting",), replied="Is this Alex?")
PLAIN = {
    "step": 0,
    "said": "Yes.",
    "heard": "yes",
    "pieces": ("yes",),
    "states": ("book",),
    "replied": "Great. Tuesday?",
}


def pairs(before: dict, after: dict | None) -> list[ExchangePair]:
    old = Exchange(**{**PLAIN, **before})
    new = None if after is None else Exchange(**{**PLAIN, **after})
    return [ExchangePair(before=GREETING, after=GREETING), ExchangePair(before=old, after=new)]


@pytest.mark.parametrize(
    ("after", "layer", "rule"),
    [
        ({"heard": "yet"}, Layer.AUDIO, Rule.HEARD),
        ({"heard": "yet", "states": ("close",), "replied": "Bye."}, Layer.AUDIO, Rule.HEARD),
        ({"pieces": ("yes", "(no_speech)")}, Layer.AUDIO, Rule.PIECES),
        ({"states": ("close",), "replied": "Bye."}, Layer.COGNITIVE, Rule.DID),
        ({"tools": ("cal.book {}",)}, Layer.COGNITIVE, Rule.DID),
        ({"captured": {"day": "Tuesday"}}, Layer.COGNITIVE, Rule.DID),
        ({"replied": "Great. Wednesday?"}, Layer.COGNITIVE, Rule.SAID),
        ({"replied": "Great.", "cut": True}, Layer.AUDIO, Rule.CUT),
        ({"replied": "Fine.", "cut": True}, Layer.COGNITIVE, Rule.SAID),
        ({"wait_ms": 2000.0}, Layer.AUDIO, Rule.TIME),
        ({"heard": "Yes!"}, Layer.AUDIO, Rule.TIME),
        (None, Layer.UNDECIDED, Rule.ONE_SIDED),
    ],
)
def test_the_first_difference_says_which_layer(after: dict | None, layer: Layer, rule: Rule) -> None:
    found = cause(pairs({}, after), level=Level.AUDIO, passed=(True, False))
    assert (found.layer, found.rule) == (layer, rule)


def test_what_was_not_told_is_not_decided() -> None:
    silent = {"heard": None, "pieces": ()}
    found = cause(pairs(silent, {**silent, "replied": "Bye."}), level=Level.LIVE, passed=(True, False))
    assert (found.layer, found.rule) == (Layer.UNDECIDED, Rule.NOT_TOLD)


@pytest.mark.parametrize(
    ("text", "layer", "rule"),
    [
        (TextPair(before=True, after=False), Layer.COGNITIVE, Rule.TEXT_CHANGED),
        (TextPair(before=True, after=True), Layer.AUDIO, Rule.TEXT_HOLDS),
        # It failed without audio before, so the text level has nothing to say: the turns decide.
        (TextPair(before=False, after=False), Layer.COGNITIVE, Rule.DID),
        (TextPair(before=False, after=True), Layer.COGNITIVE, Rule.DID),
    ],
)
def test_the_text_level_says_more_than_the_turns(text: TextPair, layer: Layer, rule: Rule) -> None:
    found = cause(pairs({}, {"states": ("close",)}), level=Level.AUDIO, passed=(True, False), text=text)
    assert (found.layer, found.rule) == (layer, rule)
    assert "turn 1 was heard alike, and the agent did something else" in found.why


def test_calls_without_an_audio_layer_differ_in_the_other() -> None:
    found = cause(pairs({}, {"heard": "yet"}), level=Level.TEXT, passed=(True, False))
    assert (found.layer, found.rule) == (Layer.COGNITIVE, Rule.NO_AUDIO)


def test_the_reason_quotes_what_was_heard() -> None:
    found = cause(pairs({}, {"heard": ""}), level=Level.AUDIO, passed=(True, False))
    assert found.why == 'turn 1 was heard otherwise: "yes" before, nothing now'
