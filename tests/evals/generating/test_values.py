import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.cognitive.spoken_words import spoken_words
from evals.ear.text_grammar import Dice
from evals.errors import BadInput
from evals.generating import values
from evals.generating.hesitation import hesitant, slow
from evals.generating.spoken_values import slot_phrases
from evals.generating.variations import USUAL, Variation, rates
from evals.rng import rng_for

seeds = st.integers(0, 10**6)


def dice(seed: int) -> Dice:
    return Dice(rng_for(seed, "test"))


@given(seeds, st.sampled_from(["Europe/London", "America/New_York", "Asia/Kolkata"]))
@settings(max_examples=60, deadline=None)
def test_what_a_slot_is_called_no_other_slot_on_offer_is_called(seed: int, zone: str) -> None:
    now = values.wall_clock(dice(seed), "2026-05-18T09:00:00", zone)
    offered = values.offers(dice(seed), now, zone)
    called = [set(slot_phrases(slot, offered)) for slot in offered]
    assert len(set(offered)) == len(offered)
    assert list(offered) == sorted(offered)
    for place, phrases in enumerate(called):
        others = set().union(*(other for at, other in enumerate(called) if at != place))
        assert phrases
        assert phrases.isdisjoint(others)


@given(seeds)
@settings(max_examples=40, deadline=None)
def test_values_belong_to_nobody(seed: int) -> None:
    british, american = (values.phone(dice(seed), "phone", american=side).held for side in (False, True))
    assert british.startswith(("07700900", "01632960", "02079460"))
    assert len(british) == 11
    assert american[3:8] == "55501"
    domain = values.email(dice(seed), "email").held.partition("@")[2]
    assert domain in {"example.com", "example.net", "example.org", "example.co.uk"}


@given(seeds, st.sampled_from(["Yes, it is.", "I'd like <slot>, please.", "It's <phone>. Thanks.", "No."]))
@settings(max_examples=60, deadline=None)
def test_a_hesitation_leaves_every_word_and_value_in_its_place(seed: int, text: str) -> None:
    for change in (hesitant, slow):
        hesitated = change(dice(seed), text)
        assert hesitated.count("<") == text.count("<")
        left = iter(spoken_words(hesitated.replace("[", " ").replace("]", " ")))
        # Everything said before is still said, in its order.
        assert all(word in left for word in spoken_words(text))


def test_rates_are_read() -> None:
    assert rates([]) == USUAL
    assert rates(["none", "keys=0.5,order"]) == {
        **dict.fromkeys(Variation, 0.0),
        Variation.KEYS: 0.5,
        Variation.ORDER: USUAL[Variation.ORDER],
    }
    assert rates(["short=0"])[Variation.SHORT] == 0.0


def test_every_rate_that_cannot_be_used_is_told() -> None:
    with pytest.raises(BadInput) as told:
        rates(["key=0.5", "short=2", "order=x"])
    assert [mistake.partition(":")[0] for mistake in told.value.mistakes] == [
        "--vary key=0.5",
        "--vary short=2",
        "--vary order=x",
    ]
    assert "did you mean `keys`" in told.value.mistakes[0]
