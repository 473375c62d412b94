from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.metrics.entities.names import name, names
from evals.metrics.entities.reference import references


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        ("O'Brien", "Mrs O'Brien"),
        ("O'Brien", "mrs o brien"),
        ("O'Brien", "that's oh, b for Bravo, r, i, e, n"),
        ("van Dijk", "it's v a n then d i j k"),
        ("van Dijk", "Mr Van Dijk speaking"),
        ("Siobhán", "my first name is siobhan"),
        ("Zoë", "Zoe's here"),
        ("Whittaker", "it's w h i double t a k e r"),
        ("Llewellyn", "the name is double l e w e double l y n"),
        ("Wood", "W for whisky, double o, d"),
        ("Søren Łukasz", "soren lukasz"),
        ("O'Connor", "surname o'connor o c o double n o r"),
        ("Adams", "I'm a d a m s"),
    ],
)
def test_a_name_is_found_however_it_is_said(expected: str, text: str) -> None:
    assert name(expected) in names(text)


@pytest.mark.parametrize(
    ("expected", "text"),
    [("Kaminski", "k a m i n s k e"), ("Alex", "this is Alec"), ("Ann", "Anna"), ("Dam", "a d a m s")],
)
def test_another_name_is_another(expected: str, text: str) -> None:
    assert name(expected) not in names(text)


@given(st.text("bcdefghjklmnpqrstuvwxyz", min_size=2, max_size=12))
def test_a_name_spelled_is_the_name(letters: str) -> None:
    assert letters in names(" ".join(letters)) and letters in names(letters.upper())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("AB-1234", "AB1234"),
        ("my reference is a b one two three four", "AB1234"),
        ("it's X for x-ray, Y, double nine, two", "XY992"),
        ("booking quebec zulu 7 1 bravo tango", "QZ71BT"),
        ("ref 00 7 A", "007A"),
    ],
)
def test_references_as_people_say_and_write_them(text: str, expected: str) -> None:
    assert expected in references(text)


def test_a_part_of_a_reference_is_not_the_reference() -> None:
    assert "1234" not in references("one two three four five")
    assert "345" not in references("12345")
