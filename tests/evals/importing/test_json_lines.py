import pytest

from evals.importing.columns import Columns
from evals.importing.conversation import MAX_UTTERANCES, Conversation
from evals.importing.json_lines import read_json_lines
from evals.importing.source import Source
from tests.evals.importing.transcripts import COLUMNS, a_source, json_lines, speakers, talk


def read(source: Source, columns: Columns = COLUMNS, **names: tuple[str, ...]) -> list[Conversation]:
    return list(read_json_lines(source, columns, speakers(source, **names)))


ALEX = [("agent", "Is this Alex?"), ("caller", "It is.")]


def test_one_conversation_a_line() -> None:
    turns = [{"speaker": who, "text": text} for who, text in ALEX]
    source = a_source(json_lines({"id": "c1", "turns": turns, "cost": 3}, {"id": 7, "turns": turns}))
    found = read(source)
    assert [(call.id, call.line, talk(call)) for call in found] == [("c1", 1, ALEX), ("7", 2, ALEX)]


def test_turns_of_several_conversations_may_be_mixed_and_each_keeps_its_order() -> None:
    rows = [
        {"conversation": "a", "speaker": "agent", "text": "Hello?"},
        {"conversation": "b", "speaker": "agent", "text": "Hi?"},
        {"conversation": "a", "speaker": "caller", "text": "Yes."},
    ]
    found = read(a_source(json_lines(*rows)))
    assert [(call.id, call.line) for call in found] == [("a", 1), ("b", 2)]
    assert talk(found[0]) == [("agent", "Hello?"), ("caller", "Yes.")]


def test_messages_with_roles_are_read_and_who_is_ignored_is_left_out() -> None:
    messages = [
        {"role": "system", "content": "You are Nova."},
        {"role": "assistant", "content": None, "tool_calls": []},
        {"role": "user", "content": "Hi."},
    ]
    (call,) = read(a_source(json_lines({"id": "c", "messages": messages})), ignore=("system",))
    assert talk(call) == [("agent", ""), ("caller", "Hi.")]


def test_chosen_names_are_the_only_ones() -> None:
    row = {"ref": "r", "who": "user", "words": "Hi.", "text": "not this", "id": "nor this"}
    chosen = Columns({"conversation": "ref", "text": "words"})
    (call,) = read(a_source(json_lines(row)), chosen)
    assert (call.id, talk(call)) == ("r", [("caller", "Hi.")])


def test_every_mistake_is_told_with_its_line() -> None:
    good = {"id": "a", "turns": [{"speaker": "user", "text": "Hi."}]}
    text = (
        json_lines(good)
        + '{"id": "b"\n'
        + "[1]\n\n"
        + json_lines(
            good,
            {"id": "c", "turns": []},
            {"id": "d", "turns": ["Hi."]},
            {"id": "e", "turns": [{"speaker": "user"}, {"speaker": 3, "text": "x"}]},
            {"turns": [{"speaker": "user", "text": "Hi."}]},
            {"id": ["x"], "speaker": "user", "text": "Hi."},
            {"id": "f", "turns": [{"speaker": "user", "text": "Hi."}] * (MAX_UTTERANCES + 1)},
        )
    )
    source = a_source(text)
    assert [call.id for call in read(source)] == ["a"]
    assert source.mistakes.sentences() == [
        "line 2: this is not JSON: expecting ',' delimiter at character 11",
        "line 3: must be a JSON object, not a list",
        "line 5: conversation `a` stands on line 1 already",
        "line 6: conversation `c` holds nothing that was said",
        "line 7: turn 1: must be an object, not a text",
        "line 8: turn 1: the text is missing: `text` (or content, utterance)",
        "line 8: turn 2: `speaker` must be a text, not a number",
        "line 9: the conversation's id is missing: `conversation` "
        "(or conversation_id, call, call_id, call_sid, dialogue_id, id)",
        "line 10: `id` must be a text or a whole number, and not empty",
        f"line 11: conversation `f` has {MAX_UTTERANCES + 1} utterances; {MAX_UTTERANCES} is the most",
    ]


@pytest.mark.parametrize("line", ["[" * 100_000, '{"a": ' * 100_000, '{"a": ' + "9" * 5000 + "}"])
def test_hostile_json_is_a_mistake_and_no_crash(line: str) -> None:
    source = a_source(line)
    assert read(source) == []
    assert len(source.mistakes.found) == 1


def test_broken_file_stops_after_a_thousand_mistakes() -> None:
    source = a_source("x\n" * 5_000)
    assert read(source) == []
    assert len(source.mistakes.found) == 1000
