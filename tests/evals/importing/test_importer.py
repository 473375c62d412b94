from pathlib import Path
from typing import Any

import pytest

from evals.errors import BadInput
from evals.importing.detection import Format
from evals.importing.importer import Imported, ImportRequest, import_transcripts, name_of
from evals.scenario.file import load_suite
from tests.evals.importing.transcripts import json_lines

HELLO = {"speaker": "agent", "text": "Is this Alex?"}
YES = {"speaker": "caller", "text": "Speaking."}


def a_file(folder: Path, *rows: object, name: str = "calls.jsonl") -> Path:
    path = folder / name
    path.write_text(json_lines(*rows), "utf-8")
    return path


def a_call(identity: str) -> dict[str, Any]:
    return {"id": identity, "turns": [HELLO, YES]}


def run(folder: Path, *files: Path, **options: Any) -> Imported:
    options.setdefault("out", folder / "suite.yaml")
    return import_transcripts(ImportRequest(files=files, **options))


def mistakes_of(folder: Path, *files: Path, **options: Any) -> str:
    before = sorted(folder.rglob("*"))
    with pytest.raises(BadInput) as caught:
        run(folder, *files, **options)
    assert caught.value.exit_status == 2
    assert sorted(folder.rglob("*")) == before  # nothing was written
    return str(caught.value)


def test_files_of_several_formats_become_one_suite_in_their_order(tmp_path: Path) -> None:
    table = tmp_path / "calls.csv"
    table.write_text("conversation,speaker,text\na,agent,Is this Alex?\na,caller,Speaking.\n", "utf-8")
    imported = run(tmp_path, a_file(tmp_path, a_call("b")), table)
    assert [(file.format, file.detected, file.conversations) for file in imported.files] == [
        (Format.JSONL, True, 1),
        (Format.CSV, True, 1),
    ]
    suite = load_suite(tmp_path / "suite.yaml")
    assert [scenario.id for scenario in suite.scenarios] == ["b", "a"]
    assert [scenario.title for scenario in suite.scenarios] == ["b of calls.jsonl", "a of calls.csv"]
    assert suite.scenarios[0].caller == suite.scenarios[1].caller
    assert suite.name == "suite"


def test_same_input_gives_the_same_bytes_and_the_folder_is_not_in_them(tmp_path: Path) -> None:
    texts = []
    for name in ("one", "two"):
        folder = tmp_path / name
        folder.mkdir()
        run(folder, a_file(folder, a_call("a"), a_call("b")))
        texts.append((folder / "suite.yaml").read_bytes())
    assert texts[0] == texts[1]
    assert str(tmp_path).encode() not in texts[0]


def test_calls_of_one_name_in_two_files_are_told_apart(tmp_path: Path) -> None:
    monday, tuesday = (a_file(tmp_path, a_call("call 1"), name=f"{day}.jsonl") for day in ("mon", "tue"))
    run(tmp_path, monday, tuesday)
    assert [scenario.id for scenario in load_suite(tmp_path / "suite.yaml").scenarios] == [
        "call_1",
        "call_1-2",
    ]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("tests/a/en-gb/0", "tests_a_en-gb_0"),
        ("--x--", "x"),
        ("\u4f60\u597d", "otherwise"),
        ("", "otherwise"),
    ],
)
def test_name_is_made_of_what_a_cases_id_may_hold(text: str, name: str) -> None:
    assert name_of(text, "otherwise") == name


def test_mistakes_of_all_files_are_told_and_nothing_is_written(tmp_path: Path) -> None:
    one = a_file(tmp_path, a_call("a"), {"id": "b", "turns": []}, name="one.jsonl")
    two = a_file(tmp_path, 3, {"id": "c", "turns": [{"speaker": "x", "text": ""}]}, name="two.jsonl")
    told = mistakes_of(tmp_path, one, two, format=Format.JSONL).splitlines()
    assert told[0].startswith("2 files: ")
    assert told[1:4] == [
        f"  - {one}: line 2: conversation `b` holds nothing that was said",
        f"  - {two}: line 1: must be a JSON object, not a number",
        f"  - {two}: line 2: who is `x`? Say it with --caller, --agent or --ignore",
    ]


def test_missing_binary_and_unknown_files_are_refused(tmp_path: Path) -> None:
    binary, words = tmp_path / "binary.jsonl", tmp_path / "words.txt"
    binary.write_bytes(b"ok\n\xff\xfe\n")
    words.write_text("Agent: hello\n", "utf-8")
    assert "cannot be read: No such file" in mistakes_of(tmp_path, tmp_path / "none.jsonl")
    assert "line 2: not UTF-8" in mistakes_of(tmp_path, binary)
    assert "line 1: cannot tell the format from the content" in mistakes_of(tmp_path, words)


def test_suite_that_is_there_is_kept_unless_told_otherwise(tmp_path: Path) -> None:
    source = a_file(tmp_path, a_call("a"))
    (tmp_path / "suite.yaml").write_text("mine", "utf-8")
    assert "is there already; --force writes it anew" in mistakes_of(tmp_path, source)
    assert (tmp_path / "suite.yaml").read_text("utf-8") == "mine"
    run(tmp_path, source, force=True)
    assert load_suite(tmp_path / "suite.yaml").scenarios


@pytest.mark.parametrize(
    ("options", "mistake"),
    [
        ({"flow": "bookin"}, "the flow `bookin`"),
        ({"now": "yesterday"}, '`now` must be a wall clock such as "2026-05-18T09:00:00", not "yesterday"'),
        (
            {"time_zone": "Europe/Londn"},
            "there is no time zone `Europe/Londn`; did you mean `Europe/London`?",
        ),
        ({"variables": {"first_name": "\u200b"}}, "needs a name and a value"),
        ({"suite": "a b"}, "--suite must be of letters, digits, _ and -"),
    ],
)
def test_wrong_options_are_refused(tmp_path: Path, options: dict[str, Any], mistake: str) -> None:
    assert mistake in mistakes_of(tmp_path, a_file(tmp_path, a_call("a")), **options)


@pytest.mark.parametrize(
    ("name", "mistake"),
    [("gates.yaml", "reads gates from it"), ("suite.txt", "ends in .yaml"), ("calls.jsonl", "to be read")],
)
def test_wrong_names_for_the_suite_are_refused(tmp_path: Path, name: str, mistake: str) -> None:
    assert mistake in mistakes_of(tmp_path, a_file(tmp_path, a_call("a")), out=tmp_path / name, force=True)


def test_same_file_twice_is_refused(tmp_path: Path) -> None:
    source = a_file(tmp_path, a_call("a"))
    assert "is given twice" in mistakes_of(tmp_path, source, source)
