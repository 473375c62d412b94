"""`milliwatt knowledge`: a question asked of a folder of documents, and how well the folder answers a list of them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from agent.cache import ContentCache
from agent.cognitive.knowledge.answer_tool import PASSAGES
from agent.cognitive.knowledge.answering import Answer, extracted_answer
from agent.cognitive.knowledge.folder import read_folder
from agent.cognitive.knowledge.indexes.embedded import embedded_knowledge
from agent.cognitive.ports import Knowledge, Passage
from evals.errors import BadInput

COLUMNS = ("part", "tenant", "document", "says", "question")
NOWHERE = "-"
FIT, TEST = "fit", "test"
MAX_QUESTIONS_BYTES = 10_000_000
THRESHOLDS = tuple(step / 20 for step in range(1, 21))
# A wrong answer that sounds sure costs a caller more than "I don't know": precision counts double.
_BETA = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question, and what a right answer to it is.

    Attributes:
        part: `fit`, for choosing a threshold, or `test`, for measuring it.
        document: where the answer stands; empty where the documents do not say.
        says: the answer has one of these in it.
    """

    part: str
    tenant: str
    document: str
    says: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What came of a question when nothing was held back: the score, and whether it was right."""

    question: Question
    answer: Answer | None
    right: bool

    @property
    def score(self) -> float:
        """The answer's score; 0 where there was none."""
        return self.answer.score if self.answer else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Hits:
    """Counts at a threshold: questions answered, of them rightly, and questions that have an answer."""

    answered: int
    right: int
    answerable: int

    @property
    def precision(self) -> float | None:
        """Of what was answered, the share answered rightly."""
        return self.right / self.answered if self.answered else None

    @property
    def recall(self) -> float | None:
        """Of what the documents say, the share answered rightly."""
        return self.right / self.answerable if self.answerable else None


def ask(folder: Path, question: str, tenant: str, cache: Path | None) -> Sequence[Passage]:
    """The passages that the folder has to a question, best first.

    Raises:
        BadKnowledge: the folder cannot be trusted.
    """

    async def asked() -> Sequence[Passage]:
        knowledge = await embedded_knowledge(read_folder(folder), cache=_cache(cache))
        return await knowledge.search(question, tenant, PASSAGES)

    return asyncio.run(asked())


def check(folder: Path, questions: Path, cache: Path | None) -> list[Asked]:
    """Every question of the file, asked.

    Raises:
        BadKnowledge: the folder cannot be trusted.
        BadInput: the file of questions has mistakes.
    """
    rows = load_questions(questions)

    async def asked() -> list[Asked]:
        knowledge = await embedded_knowledge(read_folder(folder), cache=_cache(cache))
        return [await _asked(knowledge, question) for question in rows]

    return asyncio.run(asked())


def hits(asked: Sequence[Asked], threshold: float) -> Hits:
    """What a threshold makes of the answers."""
    answered = [one for one in asked if one.answer is not None and one.score >= threshold]
    return Hits(
        answered=len(answered),
        right=sum(one.right for one in answered),
        answerable=sum(bool(one.question.document) for one in asked),
    )


def fitted_threshold(asked: Sequence[Asked]) -> float | None:
    """The threshold with the best F0.5, the lowest of equals; None where nothing was answered rightly."""
    best = max(THRESHOLDS, key=lambda threshold: (_f(hits(asked, threshold)), -threshold))
    return best if _f(hits(asked, best)) > 0 else None


def load_questions(path: Path) -> list[Question]:
    """The questions of a file: tab-separated, with the columns part, tenant, document, says, question.

    Raises:
        BadInput: it cannot be read, or has mistakes; with every one found.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_QUESTIONS_BYTES + 1)
        text = data.decode("utf-8")
    except OSError as error:
        raise BadInput(str(path), [f"cannot be read: {error.strerror}"]) from error
    except UnicodeDecodeError as error:
        raise BadInput(str(path), [f"is not UTF-8: byte {error.start} cannot be read"]) from error
    if len(data) > MAX_QUESTIONS_BYTES:
        raise BadInput(str(path), [f"has more than {MAX_QUESTIONS_BYTES} bytes"])
    lines = [(number, line) for number, line in enumerate(text.splitlines(), start=1) if _counts(line)]
    if not lines or tuple(lines[0][1].split("\t")) != COLUMNS:
        raise BadInput(str(path), [f"its first line names the columns, parted by tabs: {' '.join(COLUMNS)}"])
    mistakes: list[str] = []
    questions = [_question(number, line, mistakes) for number, line in lines[1:]]
    if not questions:
        mistakes.append("holds no question")
    if mistakes:
        raise BadInput(str(path), mistakes)
    return [question for question in questions if question is not None]


def _counts(line: str) -> bool:
    return bool(line.strip()) and not line.startswith("#")


def _question(number: int, line: str, mistakes: list[str]) -> Question | None:
    cells = line.split("\t")
    if len(cells) != len(COLUMNS):
        mistakes.append(f"line {number}: {len(cells)} columns instead of {len(COLUMNS)}")
        return None
    part, tenant, document, says, text = cells
    if part not in (FIT, TEST):
        mistakes.append(f"line {number}: part {part!r} is neither {FIT} nor {TEST}")
    if (document == NOWHERE) != (says == NOWHERE):
        mistakes.append(f"line {number}: document and says are both {NOWHERE!r}, or neither is")
    return Question(
        part=part,
        tenant="" if tenant == NOWHERE else tenant,
        document="" if document == NOWHERE else document,
        says=() if says == NOWHERE else tuple(says.split("|")),
        text=text,
    )


async def _asked(knowledge: Knowledge, question: Question) -> Asked:
    answer = extracted_answer(
        await knowledge.search(question.text, question.tenant, PASSAGES), unknown_below=0.0
    )
    right = (
        answer is not None
        and answer.citation.document == question.document
        and any(word in answer.text for word in question.says)
    )
    return Asked(question=question, answer=answer, right=right)


def _f(counts: Hits) -> float:
    precision, recall = counts.precision or 0.0, counts.recall or 0.0
    weighed = _BETA**2 * precision + recall
    return (1 + _BETA**2) * precision * recall / weighed if weighed else 0.0


def _cache(folder: Path | None) -> ContentCache | None:
    return ContentCache(folder, memory_bytes=0) if folder is not None else None
