import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.cognitive.spelled import mail_address, telephone_number
from agent.cognitive.spoken_words import digit_by_digit, spoken_words
from agent.cognitive.wording import spoken_address


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ("jane dot smith at gmail dot com", "jane.smith@gmail.com"),
        ("It's Jane.Smith@Example.co.uk, thanks.", "jane.smith@example.co.uk"),
        ("yeah my email is jane underscore smith at example dot org please", "jane_smith@example.org"),
        ("j a n e at e x a m p l e dot c o m", "jane@example.com"),
        ("jane eighty four at example dot com", "jane84@example.com"),
        ("sam two at g mail dot com", "sam2@gmail.com"),
        ("b as in bravo o double b at example dot co dot u k", "bobb@example.co.uk"),
        ("you can reach me at jo dash ann at my firm dot io", "jo-ann@myfirm.io"),
        ("meet me at the station", None),
        ("dot dot dot", None),
        ("", None),
    ],
)
def test_a_mail_address_is_put_together_from_what_is_said(said: str, address: str | None) -> None:
    assert mail_address(spoken_words(said)) == address


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("oh seven seven double oh nine hundred one two three", "07700900123"),
        ("07700 900 123", "07700900123"),
        ("it's zero seven seven zero zero, nine double zero, one two three", "07700900123"),
        ("plus four four seven seven double oh nine hundred one two three", "+447700900123"),
        ("oh two oh seven nine four six oh triple one", "02079460111"),
        ("seventy seven ninety twelve thirty four", "77901234"),
        ("call me on eight double five five oh one two three thanks", "85550123"),
        ("one two three", None),
        ("double trouble", None),
        ("no", None),
    ],
)
def test_a_telephone_number_is_put_together_digit_by_digit(said: str, number: str | None) -> None:
    assert telephone_number(spoken_words(said)) == number


@settings(deadline=None)
@given(st.from_regex(r"0[1-9][0-9]{8,9}", fullmatch=True))
def test_a_number_read_out_is_the_number_taken(number: str) -> None:
    assert telephone_number(spoken_words(digit_by_digit(number))) == number


# "hmm" is a pause, and no word of an address.
WORD = st.from_regex(r"[bcdfghjklmn]{3,8}", fullmatch=True).filter(lambda word: spoken_words(word) == [word])


@settings(deadline=None)
@given(WORD, WORD, WORD)
def test_an_address_read_out_is_the_address_taken(first: str, last: str, host: str) -> None:
    address = f"{first}.{last}@{host}.com"
    assert mail_address(spoken_words(spoken_address(address))) == address
