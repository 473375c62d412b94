from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.metrics.entities.email import emails

words = st.sampled_from(["jane", "smith", "harbour", "lane", "kestrel"])
signs = st.sampled_from([(".", " dot "), ("_", " underscore "), ("-", " dash "), ("", " ")])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("jane.smith@gmail.com", "jane.smith@gmail.com"),
        ("Jane.Smith@Gmail.com.", "jane.smith@gmail.com"),
        ("jane dot smith at gmail dot com", "jane.smith@gmail.com"),
        ("jane dot smith at gmail.com", "jane.smith@gmail.com"),
        ("It's jane smith, all one word, at gmail dot com", "janesmith@gmail.com"),
        ("it's all lower case maya rose at live dot ie", "mayarose@live.ie"),
        ("It's a, l, e, x, dot, r, e, double e, d, at example dot com.", "alex.reeed@example.com"),
        ("Best one is sam dot baker seven at example dot co dot uk.", "sam.baker7@example.co.uk"),
        ("please use j underscore miller eighty four at yahoo dot com", "j_miller84@yahoo.com"),
        ("tom hyphen fisher at outlook dot com is my address", "tom-fisher@outlook.com"),
        ("mine is k l m seven seven at icloud dot com", "klm77@icloud.com"),
        ("send it to accounts at north star dental dot com", "accounts@northstardental.com"),
        ("write to a_b-c+d@x.co.uk", "a_b-c+d@x.co.uk"),
        ("it's p oh at x dot c o dot u k", "po@x.co.uk"),
        ("it's o one two at example dot com", "012@example.com"),
    ],
)
def test_the_likeliest_reading_is_the_address(text: str, expected: str) -> None:
    assert emails(text)[0] == expected


@pytest.mark.parametrize("text", ["", "meet me at noon", "at the dot", "I am at work. Call me."])
def test_what_has_no_domain_is_no_address(text: str) -> None:
    assert emails(text) == ()


def test_an_address_does_not_begin_inside_one_that_was_spelled_or_parted() -> None:
    assert "ane@example.com" not in emails("j a n e at example dot com")
    assert "smith@example.com" not in emails("jane dot smith at example dot com")
    assert "84@example.com" not in emails("miller eighty four at example dot com")


@given(words, signs, words, words)
def test_an_address_said_and_written_is_one(
    first: str, sign: tuple[str, str], second: str, host: str
) -> None:
    written = f"{first}{sign[0]}{second}@{host}.co.uk"
    said = f"{first}{sign[1]}{second} at {host} dot co dot uk"
    assert emails(written)[0] == emails(said)[0] == written
