from pathlib import Path

import pytest

from agent.cognitive.knowledge.answering import UNKNOWN_BELOW
from evals.commands.knowledge import FIT, TEST, Asked, Hits, check, fitted_threshold, hits, load_questions
from evals.errors import BadInput
from tests.cli import ROOT, milliwatt

DOCUMENTS = ROOT / "corpora" / "knowledge" / "documents"
QUESTIONS = ROOT / "corpora" / "knowledge" / "questions.tsv"


@pytest.fixture(scope="module")
def asked() -> list[Asked]:
    return check(DOCUMENTS, QUESTIONS, None)


def of(asked: list[Asked], part: str) -> list[Asked]:
    return [one for one in asked if one.question.part == part]


def test_the_usual_threshold_is_the_one_that_half_of_the_questions_choose(asked: list[Asked]) -> None:
    assert fitted_threshold(of(asked, FIT)) == UNKNOWN_BELOW


def test_the_document_gives_the_counts_of_both_halves(asked: list[Asked]) -> None:
    text = (ROOT / "docs" / "knowledge.md").read_text("utf-8")
    for part in (FIT, TEST):
        counts = hits(of(asked, part), UNKNOWN_BELOW)
        row = f"| `{part}` | {len(of(asked, part))} | {counts.answerable} | {counts.right} of {counts.answered} |"
        assert f"{row} {counts.precision:.3f} | {counts.recall:.3f} |" in text


def test_counts_without_answers_have_no_share() -> None:
    assert Hits(answered=0, right=0, answerable=0).precision is None
    assert Hits(answered=0, right=0, answerable=0).recall is None
    assert fitted_threshold([]) is None


def test_every_mistake_of_the_questions_is_told(tmp_path: Path) -> None:
    path = tmp_path / "questions.tsv"
    path.write_text("part\ttenant\tdocument\tsays\tquestion\nfoo\t-\t-\t-\thi\nfit\t-\ta.md\t-\thi\nfit\tx\n")
    with pytest.raises(BadInput) as refused:
        load_questions(path)
    assert refused.value.mistakes == (
        "line 2: part 'foo' is neither fit nor test",
        "line 3: document and says are both '-', or neither is",
        "line 4: 2 columns instead of 5",
    )
    path.write_text("question\nhi\n")
    with pytest.raises(BadInput, match="its first line names the columns"):
        load_questions(path)


def test_asking_prints_answer_and_place_and_says_by_its_status_whether_it_knew(tmp_path: Path) -> None:
    known = milliwatt("knowledge", "ask", DOCUMENTS, "what does an x-ray cost", "--index", tmp_path)
    assert (known.returncode, known.stderr) == (0, "")
    assert known.stdout.startswith("An X-ray costs £12 for each picture.\n(fees.md, Prices; score 1.00)\n")
    unknown = milliwatt("knowledge", "ask", DOCUMENTS, "do you sell toothbrushes", "--index", tmp_path)
    assert unknown.returncode == 1
    assert unknown.stdout.startswith("unknown: no passage that can be said has a score of 0.5 or more")


def test_a_folder_that_is_none_is_bad_input() -> None:
    refused = milliwatt("knowledge", "ask", "no-such-folder", "hello")
    assert refused.returncode == 2
    assert "no-such-folder: 1 mistake(s) in this knowledge:\n  - is no folder" in refused.stderr
