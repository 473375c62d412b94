import re
from collections import Counter
from pathlib import Path

import pytest

from evals.ear.held_out import (
    MOST_WORDS,
    HeldOutSentence,
    digits_of,
    entity_heard,
    held_out_sentences,
    letters_of,
)
from evals.errors import BadInput

OLDER_LIST = Path(__file__).parents[3] / "corpora" / "ear" / "held_out.txt"
WORD = re.compile(r"[a-z]+(?:'[a-z]+)*'?")
SENTENCES = held_out_sentences()
HEADER = "id\tcategory\ttext\tentity_kind\tentity_value"


def with_entity(kind: str, value: str) -> HeldOutSentence:
    return HeldOutSentence(id=f"{kind}-001", category=kind, text=value, entity_kind=kind, entity_value=value)


def mistakes_in(path: Path, *lines: str) -> tuple[str, ...]:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with pytest.raises(BadInput) as caught:
        held_out_sentences(path)
    return caught.value.mistakes


def test_list_holds_three_hundred_and_sixty_sentences_in_ten_categories() -> None:
    assert Counter(sentence.category for sentence in SENTENCES) == {
        "talk": 170,
        "short": 25,
        "disfluent": 25,
        "phone": 30,
        "date": 25,
        "time": 25,
        "spelled": 25,
        "money": 12,
        "email": 12,
        "postcode": 11,
    }


def test_no_id_and_no_text_comes_twice() -> None:
    assert len({sentence.id for sentence in SENTENCES}) == len(SENTENCES)
    assert len({sentence.text for sentence in SENTENCES}) == len(SENTENCES)


def test_texts_are_lower_case_words_of_a_sayable_number() -> None:
    for sentence in SENTENCES:
        words = sentence.text.split(" ")
        assert all(WORD.fullmatch(word) for word in words), sentence
        assert 1 <= len(words) <= (4 if sentence.category == "short" else MOST_WORDS), sentence


def test_every_entity_is_heard_in_its_own_text() -> None:
    entities = [sentence for sentence in SENTENCES if sentence.entity_kind is not None]
    assert Counter(sentence.entity_kind for sentence in entities) == {
        "phone": 30,
        "date": 25,
        "time": 25,
        "spelled": 25,
    }
    assert all(sentence.entity_kind == sentence.category for sentence in entities)
    assert [sentence for sentence in entities if not entity_heard(sentence, sentence.text)] == []


def test_older_list_is_part_of_the_talk() -> None:
    older = [
        " ".join(WORD.findall(line.lower()))
        for line in OLDER_LIST.read_text(encoding="utf-8").splitlines()
        if line.strip() and not line.startswith("#")
    ]
    assert len(older) == 40
    assert set(older) <= {sentence.text for sentence in SENTENCES if sentence.category == "talk"}


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("oh seven double three", "0733"),
        ("zero triple nine and one", "09991"),
        ("my double room is number four", "4"),
        ("Oh, two!", "02"),
        ("no numbers here", ""),
    ],
)
def test_digits_are_read_out_of_a_text(text: str, digits: str) -> None:
    assert digits_of(text) == digits


@pytest.mark.parametrize(
    ("text", "letters"),
    [
        ("k h a n", "khan"),
        ("i said double l e w triple s", "illewsss"),
        ("b as in bravo then double oh", "b"),
        ("nothing spelled", ""),
    ],
)
def test_letters_are_read_out_of_a_text(text: str, letters: str) -> None:
    assert letters_of(text) == letters


@pytest.mark.parametrize(
    ("kind", "value", "heard", "whole"),
    [
        ("phone", "0733", "call oh seven double three", True),
        ("phone", "0733", "call oh seven three three please", True),
        ("phone", "0733", "oh seven three", False),
        ("phone", "0733", "one oh seven double three", False),
        ("date", "twenty second of june", "the twenty second of june please", True),
        ("date", "twenty second of june", "the twenty second um of june", False),
        ("date", "second of june", "the second of juneau", False),
        ("time", "half past nine", "half past nine", True),
        ("time", "half past nine", "half past five", False),
        ("spelled", "khan", "i am k h a n", True),
        ("spelled", "khan", "k h a n d", False),
        ("spelled", "khan", "khan", False),
    ],
)
def test_entity_is_heard_whole_or_not(kind: str, value: str, heard: str, whole: bool) -> None:
    assert entity_heard(with_entity(kind, value), heard) is whole


def test_asking_for_the_entity_of_plain_talk_is_a_bug() -> None:
    with pytest.raises(ValueError, match="talk-001 has no entity"):
        entity_heard(HeldOutSentence(id="talk-001", category="talk", text="hello"), "hello")
    with pytest.raises(ValueError, match="'colour' is no kind of entity"):
        entity_heard(with_entity("colour", "red"), "red")


def test_good_file_is_read_in_order(tmp_path: Path) -> None:
    path = tmp_path / "list.tsv"
    path.write_text(
        f"{HEADER}\ntime-001\ttime\tat half past two\ttime\thalf past two\nshort-001\tshort\tyes\t\t\n"
    )
    assert held_out_sentences(path) == (
        HeldOutSentence(
            id="time-001",
            category="time",
            text="at half past two",
            entity_kind="time",
            entity_value="half past two",
        ),
        HeldOutSentence(id="short-001", category="short", text="yes"),
    )


def test_every_mistake_is_listed_with_its_line(tmp_path: Path) -> None:
    mistakes = mistakes_in(
        tmp_path / "list.tsv",
        "id\ttext",
        "talk-001\ttalk\thello there\t\t",
        "talk-001\ttalk\thello there\t\t",
        "talk-2\ttalk\tHello  there\t\t",
        "song-001\tsong\tla la la\ttune\tla",
        "",
        "talk-003\ttalk\tcall oh two\tphone\t02",
        "talk-004\ttalk\tgood morning\t\tmorning",
        "phone-001\tphone\tcall oh one\t\t",
        "phone-002\tphone\tcall oh three\tphone\toh three",
        "phone-003\tphone\tcall oh four\tphone\t05",
        "talk-005\ttalk\t" + " ".join(["no"] * 23) + "\t\t",
    )
    categories = "talk, short, disfluent, phone, date, time, spelled, money, email, postcode"
    assert mistakes == (
        "line 1: the header is 'id\\ttext'; "
        "expected id, category, text, entity_kind, entity_value, parted by tabs",
        "line 3: id `talk-001` is also on line 2",
        "line 3: text `hello there` is also on line 2",
        "line 4: id `talk-2`; expected talk- and three digits",
        "line 4: text `Hello  there`; expected lower-case words with single spaces between",
        f"line 5: there is no category `song`; there is {categories}",
        "line 5: there is no entity kind `tune`; there is phone, date, time, spelled",
        "line 6: 1 fields; expected 5",
        "line 7: entity kind phone; expected None in category talk",
        "line 8: entity value `morning` without a kind",
        "line 9: entity kind None; expected phone in category phone",
        "line 10: entity value oh three is not how a phone is written",
        "line 11: entity `05` is not in the text `call oh four`",
        "line 12: 23 words; expected 22 at most",
    )


def test_file_that_cannot_be_read_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be read: No such file"):
        held_out_sentences(tmp_path / "none.tsv")
    (tmp_path / "latin.tsv").write_bytes(b"caf\xe9\n")
    with pytest.raises(BadInput, match="not UTF-8"):
        held_out_sentences(tmp_path / "latin.tsv")
    assert mistakes_in(tmp_path / "bare.tsv", HEADER) == ("holds no sentences",)
