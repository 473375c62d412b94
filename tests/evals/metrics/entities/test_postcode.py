from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.metrics.entities.context import EntityContext
from evals.metrics.entities.postcode import postcodes

BRITISH = EntityContext(country="GB")
AMERICAN = EntityContext(country="US")
british = st.from_regex(r"[A-HJ-NP-Z]{1,2}[1-9][0-9]?[0-9][A-HJ-NP-Z]{2}", fullmatch=True).filter(str.isascii)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SW1A 1AA", "SW1A1AA"),
        ("sw1a1aa", "SW1A1AA"),
        ("S W one A one A A", "SW1A1AA"),
        ("it's SW 1A 1AA, thanks", "SW1A1AA"),
        ("S for sugar W one A one double A", "SW1A1AA"),
        ("sierra whiskey one alpha one alpha alpha", "SW1A1AA"),
        ("my postcode is m twenty four b p", "M24BP"),
        ("send it to e h twelve nine d q please", "EH129DQ"),
        ("it's g forty one two p e in glasgow", "G412PE"),
        ("double u one a oh a x", "W1A0AX"),
        ("o x one two j d", "OX12JD"),
        ("A1 0ST", "A10ST"),
        ("it's b1 1st, near the station", "B11ST"),
        ("M2 2ND", "M22ND"),
    ],
)
def test_british_postcodes(text: str, expected: str) -> None:
    assert postcodes(text, BRITISH) == (expected,)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the zip code is nine oh two one oh", "90210"),
        ("zip is one double oh two four", "10024"),
        ("CA 90210", "90210"),
        ("90210-1234", "902101234"),
    ],
)
def test_zip_codes(text: str, expected: str) -> None:
    assert expected in postcodes(text, AMERICAN)


@pytest.mark.parametrize("text", ["on the 21st", "the 2nd of may", "the 11th", "the 113th"])
def test_a_rank_is_no_postcode(text: str) -> None:
    assert postcodes(text, BRITISH) == ()


def test_each_country_has_its_own() -> None:
    assert postcodes("90210", BRITISH) == ()
    assert postcodes("SW1A 1AA", AMERICAN) == ()


@given(british)
def test_spelled_written_and_run_together_agree(code: str) -> None:
    forms = (code, f"{code[:-3]} {code[-3:]}", " ".join(code), code.lower())
    assert {postcodes(form, BRITISH)[0] for form in forms} == {code}
