from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.events import FinalHeard
from evals.metrics.character_errors import CharacterErrors, character_errors
from evals.metrics.characters_heard import characters_heard
from evals.record import Level
from tests.builders import MS, a_record, an_utterance

counts = st.builds(CharacterErrors, characters=st.integers(0, 50), errors=st.integers(0, 50))


@pytest.mark.parametrize(
    ("said", "heard", "expected"),
    [
        ("Alex.", "alec", CharacterErrors(characters=4, errors=1)),
        ("Yes, this is Alex.", "yes this is alex", CharacterErrors(characters=16)),
        ("Tuesday", "", CharacterErrors(characters=7, errors=7)),
        ("", "hello", CharacterErrors(errors=5)),
        ("", "", CharacterErrors()),
    ],
)
def test_counts(said: str, heard: str, expected: CharacterErrors) -> None:
    assert character_errors(said, heard) == expected


@given(counts, counts)
def test_addition_is_commutative_and_has_a_zero(a: CharacterErrors, b: CharacterErrors) -> None:
    assert a + b == b + a
    assert a + CharacterErrors() == a
    assert (a + b).errors == a.errors + b.errors


def test_without_a_reference_there_is_no_rate() -> None:
    assert CharacterErrors(errors=3).rate is None
    assert CharacterErrors(characters=4, errors=1).rate == 0.25
    with pytest.raises(ValueError, match="negative"):
        CharacterErrors(errors=-1)


def test_each_utterance_has_its_characters_and_their_errors() -> None:
    heard = FinalHeard(t_ns=3_600 * MS, text="alec", confidence=None)
    record = a_record(an_utterance("Alex.", (2_000, 3_000)), events=[heard])
    assert [(m.metric, m.value, m.turn) for m in characters_heard(record)] == [
        ("characters_said", 4, 0),
        ("character_errors", 1, 0),
    ]


def test_without_texts_to_compare_characters_are_unscored() -> None:
    spoken = an_utterance("Alex.", (2_000, 3_000))
    reasons = {m.unscored_reason for m in characters_heard(a_record(spoken, level=Level.TEXT))}
    assert reasons == {"no audio at text level"}
    broken = an_utterance("Actually I", (2_000, 2_500), hung_up=True)
    heard = FinalHeard(t_ns=2_700 * MS, text="act", confidence=None)
    reasons = {m.unscored_reason for m in characters_heard(a_record(broken, events=[heard]))}
    assert reasons == {"the caller hung up while speaking"}
