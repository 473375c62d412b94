import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.importing.columns import Columns
from evals.importing.conversation import Conversation
from evals.importing.csv_rows import read_csv, separator_of
from evals.importing.source import Source
from tests.evals.importing.transcripts import COLUMNS, a_source, speakers, talk


def read(source: Source, columns: Columns = COLUMNS) -> list[Conversation]:
    return list(read_csv(source, columns, speakers(source)))


def test_rows_are_gathered_by_conversation_and_other_columns_passed_over() -> None:
    text = "day,conversation,Speaker,text\nmon,a,agent,Hello?\nmon,b,agent,Hi?\n\ntue,a,caller,Yes.\n"
    found = read(a_source(text))
    assert [(call.id, call.line) for call in found] == [("a", 2), ("b", 3)]
    assert talk(found[0]) == [("agent", "Hello?"), ("caller", "Yes.")]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_separator_is_the_headers(separator: str) -> None:
    text = "conversation,speaker,text\na,caller,Yes.\n".replace(",", separator)
    assert separator_of(text) == separator
    assert talk(read(a_source(text))[0]) == [("caller", "Yes.")]


def test_quoted_cells_hold_separators_quotes_and_line_breaks_and_lines_stay_true() -> None:
    text = 'conversation,speaker,text\r\na,caller,"Well, ""yes""\r\nit is."\r\nb,nobody,x\r\n'
    source = a_source(text)
    (call, *_rest) = read(source)
    assert talk(call) == [("caller", 'Well, "yes"\r\nit is.')]
    assert source.mistakes.sentences()[0].startswith("line 4: who is `nobody`?")


def test_chosen_columns() -> None:
    text = "ref,from,words\na,caller,Yes.\n"
    columns = Columns({"conversation": "ref", "speaker": "from", "text": "words"})
    assert talk(read(a_source(text), columns)[0]) == [("caller", "Yes.")]


@pytest.mark.parametrize(
    ("text", "mistakes"),
    [
        ("", ["line 1: the file is empty; a header with the columns' names is needed"]),
        (
            "conversation,who,said\n",
            ["line 1: there is no column `text` (or content, utterance)"],
        ),
        (
            "conversation,speaker,text\na,caller\n,caller,Yes.\n",
            ["line 2: has 2 cell(s); the columns need 3", "line 3: the conversation's id is empty"],
        ),
        (
            'conversation,speaker,text\na,caller,"Yes.\n',
            ["line 2: this is not CSV: unexpected end of data"],
        ),
    ],
)
def test_mistakes_are_told_with_their_line(text: str, mistakes: list[str]) -> None:
    source = a_source(text)
    assert read(source) == []
    assert source.mistakes.sentences() == mistakes


words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=30)


@given(
    st.lists(st.tuples(st.sampled_from(["a", "b"]), st.sampled_from(["agent", "caller"]), words), min_size=1)
)
def test_what_is_written_is_read_again(rows: list[tuple[str, str, str]]) -> None:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerows([("conversation", "speaker", "text"), *rows])
    found = {call.id: talk(call) for call in read(a_source(out.getvalue()))}
    assert found == {
        name: [(who, text) for call, who, text in rows if call == name] for name in {row[0] for row in rows}
    }
