import json

import pytest

from evals.importing.columns import Columns
from evals.importing.detection import Format, detect
from tests.evals.importing.transcripts import COLUMNS, json_lines

TURN = {"conversation": "a", "speaker": "user", "text": "Hi."}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (json_lines(TURN, TURN), Format.JSONL),
        ("\n\n" + json_lines({"id": "a", "turns": [TURN]}), Format.JSONL),
        ('{"id": broken\n' + json_lines(TURN), Format.JSONL),
        (json_lines({"record": {}}), Format.TURNS),
        (json_lines({"turn": {}, "before": None}), Format.TURNS),
        (json.dumps([{"utterances": []}]), Format.TASKMASTER),
        (json.dumps({"utterances": []}, indent=2), Format.TASKMASTER),
        ("conversation,speaker,text\n", Format.CSV),
        ('"call_id";"role";"nothing"\n', Format.CSV),
        ('version: "3.1"\nstories:\n', Format.RASA),
        ("# ours\nnlu:\n", Format.RASA),
        ("", None),
        ("Agent: Hello?\nCaller: Hi.\n", None),
        ("schema: 1\nsuite: x\n", None),
    ],
)
def test_format_is_seen_in_the_content(text: str, found: Format | None) -> None:
    assert detect(text, COLUMNS) is found


def test_chosen_columns_make_a_table_known() -> None:
    chosen = Columns({"conversation": "ref", "speaker": "from", "text": "words"})
    assert detect("ref,from,words\n", chosen) is Format.CSV
    assert detect("ref,from,words\n", COLUMNS) is None
