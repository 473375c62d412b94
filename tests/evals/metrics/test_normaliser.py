from __future__ import annotations

import hashlib
from importlib.metadata import version

import pytest

from evals.metrics.normaliser import (
    NORMALISER,
    NORMALISER_VERSION,
    contains_words,
    normalise,
    plain_words,
)


@pytest.mark.parametrize(
    "forms",
    [
        ["07700 900123", "07700900123", "zero seven seven zero zero nine double zero one two three"],
        ["07700 900123", "oh seven seven double oh nine hundred one two three"],
        ["07700", "oh seven seven double oh", "zero seven seven double zero"],
        ["1 2 3", "one two three"],
        ["+44 7700 900123", "plus four four seven seven zero zero nine zero zero one two three"],
        ["nine thirty", "9:30", "09:30"],
        ["half nine at 9:30 a.m.", "half nine at nine thirty am", "half nine at 9.30 AM"],
        ["ten o'clock", "ten oclock", "10:00", "ten o clock"],
        ["nine oh five", "9:05"],
        ["Oh, I see.", "I see"],
        ["oh one moment please", "one moment please"],
        ["Mrs O'Brien", "missus OBrien"],
        ["it's fine", "it is fine", "it’s fine"],
        ["John's car", "Johns car"],
        ["ok", "okay", "O.K."],
        ["uh-huh mm-hmm yes", "yes"],
        ["my e-mail", "my email"],
        ["jane.smith@gmail.com", "jane dot smith at gmail dot com"],
        ["A B C", "ABC"],
        ["£5,000", "five thousand pounds"],
        ["favourite colour", "favorite color"],
    ],
)
def test_spellings_of_the_same_words_come_out_equal(forms: list[str]) -> None:
    assert len({normalise(form) for form in forms}) == 1, [normalise(form) for form in forms]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ""),
        ("...", ""),
        ("mm-hmm", ""),
        ("Yes, this is Alex.", "yes this is alex"),
        ("I think a second one", "i think a 2nd one"),
        ("07700 900123", "07700900123"),
        ("It cost £25.50", "it cost £25.50"),
        ("that was in 2026", "that was in 2026"),
    ],
)
def test_normalised_form(text: str, words: str) -> None:
    assert normalise(text) == words


def test_normalising_twice_changes_nothing_more() -> None:
    for text in ("Yes we are, this quarter.", "07700 900123", "It's ten thirty", "jane@example.com"):
        assert normalise(normalise(text)) == normalise(text)


def test_different_words_stay_different() -> None:
    assert normalise("yes") != normalise("yeah")
    assert normalise("thirteen") != normalise("thirty")


def test_the_version_names_the_installed_base() -> None:
    assert NORMALISER.startswith(f"whisper-normalizer {version('whisper-normalizer')} ")


def test_plain_words_drop_case_and_punctuation_only() -> None:
    assert plain_words("It’s 10:30, Alex!") == ("its", "10", "30", "alex")


@pytest.mark.parametrize(
    ("text", "phrase", "expected"),
    [
        ("I will send a calendar invite now.", "Calendar invite", True),
        ("I will send a calendar. Invites follow.", "calendar invite", False),
        ("voicemails", "voicemail", False),
        ("", "voicemail", False),
        ("anything", "", True),
    ],
)
def test_a_phrase_is_found_as_whole_words(text: str, phrase: str, expected: bool) -> None:
    assert contains_words(text, phrase) is expected


def test_rules_that_changed_raise_the_version() -> None:
    """Other texts here mean other word errors: raise `NORMALISER_VERSION`, and say in docs/metrics.md what changed."""
    said = [
        "Uh-huh, it's Mrs O'Brien's, er, 2nd e-mail: jane.smith+x@gmail.co.uk; I'd not've rung at 9:30 p.m.",
        "Call oh seven seven double oh nine hundred one two three, or +44 (0)7700 900123, after ten o'clock.",
        "We've got £25.50, twenty five pounds fifty, 1,250 dollars or about two and a half grand [laughs].",
        "SW1A 1AA, A B C one 2 three, the colour of John's car, okay? That's 50% on 3/5/2026 (the third of May).",
    ]
    heard = hashlib.sha256("\n".join(map(normalise, said)).encode()).hexdigest()
    assert (NORMALISER_VERSION, heard[:16]) == (1, "568a183acedda543")
