import json

import pytest

from evals.importing.conversation import Conversation
from evals.importing.source import Source
from evals.importing.taskmaster import read_taskmaster
from tests.evals.importing.transcripts import COLUMNS, a_source, speakers, talk


def read(source: Source) -> list[Conversation]:
    return list(read_taskmaster(source, COLUMNS, speakers(source)))


def a_dialogue(identity: str = "dlg-1") -> dict[str, object]:
    utterances = [
        {"index": 0, "speaker": "USER", "text": "A table for two.", "segments": []},
        {"index": 1, "speaker": "ASSISTANT", "text": "For when?"},
    ]
    return {"conversation_id": identity, "instruction_id": "x", "utterances": utterances}


@pytest.mark.parametrize("indent", [None, 2])
def test_list_of_conversations_and_where_each_begins(indent: int | None) -> None:
    text = json.dumps([a_dialogue("a"), a_dialogue("b")], indent=indent)
    first, second = read(a_source(text))
    assert talk(first) == [("caller", "A table for two."), ("agent", "For when?")]
    assert (first.id, second.id) == ("a", "b")
    assert (first.line, second.line) == ((1, 1) if indent is None else (2, 19))


def test_single_conversation_without_a_list() -> None:
    assert [call.id for call in read(a_source(json.dumps(a_dialogue(), indent=1) + "\n"))] == ["dlg-1"]


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("[1]", "line 1: a conversation must be an object, not a number"),
        ('[\n{"utterances": []}]', "line 2: `conversation_id` is missing or no text"),
        (
            '[{"conversation_id": "a"}]',
            "line 1: conversation `a`: `utterances` is missing or no list",
        ),
        ("[{}\n{}]", "line 2: this is not JSON: a comma or the end of the list is missing"),
        ("[\n{,}]", "line 2: this is not JSON: expecting property name enclosed in double quotes"),
        ("[" * 100_000, "line 1: this JSON is nested too deep or holds a number that is too long"),
        ("[] x", "line 1: something follows the end of the JSON"),
    ],
)
def test_mistakes_are_told_with_their_line(text: str, mistake: str) -> None:
    source = a_source(text)
    assert read(source) == []
    assert any(sentence.startswith(mistake) for sentence in source.mistakes.sentences())


def test_same_conversation_twice_is_a_mistake() -> None:
    source = a_source(json.dumps([a_dialogue(), a_dialogue()]))
    assert len(read(source)) == 1
    assert source.mistakes.sentences() == ["line 1: conversation `dlg-1` stands on line 1 already"]
