from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.metrics.entities.context import EntityContext
from evals.metrics.entities.digits import DigitErrors, digit_errors
from evals.scenario.model import EntityKind

BRITISH = EntityContext(country="GB")
SAID = "it's oh double seven double oh nine hundred one two three"
counts = st.builds(DigitErrors, digits=st.integers(0, 50), errors=st.integers(0, 50))


@pytest.mark.parametrize(
    ("heard", "errors"),
    [
        ("it's 07700 900123", 0),
        ("it's +44 7700 900123", 0),
        ("it's 07700 900124", 1),
        ("it's 0770 900123", 1),
        ("it's 07700 9001233", 1),
        ("flat 3 and my number is 07700 fish 900 123", 0),
        ("12 of us, 07700 900 fish 23", 1),
        ("", 11),
        ("it's fish", 11),
    ],
)
def test_digits_heard_wrong(heard: str, errors: int) -> None:
    expected = DigitErrors(digits=11, errors=errors)
    assert digit_errors(EntityKind.PHONE, "07700900123", SAID, heard, BRITISH) == expected


def test_the_digits_are_those_that_were_said() -> None:
    said = "plus forty four seven seven double oh nine hundred one two three"
    assert digit_errors(EntityKind.PHONE, "07700900123", said, "", BRITISH) == DigitErrors(
        digits=12, errors=12
    )


def test_only_the_digits_of_a_reference_count() -> None:
    said = "A B one two three four"
    heard = digit_errors(EntityKind.REFERENCE, "AB1234", said, "A P one two four four", BRITISH)
    assert heard == DigitErrors(digits=4, errors=1)


@given(counts, counts)
def test_addition_keeps_every_digit(a: DigitErrors, b: DigitErrors) -> None:
    assert a + b == b + a == DigitErrors(digits=a.digits + b.digits, errors=a.errors + b.errors)
    assert a + DigitErrors() == a


def test_without_digits_there_is_no_rate() -> None:
    assert DigitErrors().rate is None
    assert DigitErrors(digits=10, errors=1).rate == 0.1
    with pytest.raises(ValueError, match="negative"):
        DigitErrors(errors=-1)
