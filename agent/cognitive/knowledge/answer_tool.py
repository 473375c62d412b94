"""`knowledge.answer`: what flows ask documents with.

    "action": {"tool": "knowledge.answer", "arguments": {"question": "{{question}}"},
               "save": {"answer": "answer"}}

It answers `success` with `answer`, `citation` and `score` (and `passages`, where the tool was made to), or `unknown`
when the documents do not say. Whose documents is not among the arguments: the tenant is the agent's, so that neither a
flow nor a model's words can ask for another's.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence

from agent.cognitive.knowledge.answering import UNKNOWN_BELOW, Answer, extracted_answer
from agent.cognitive.knowledge_source import ANSWER_TOOL, UNKNOWN
from agent.cognitive.ports import Citation, Knowledge, Passage, ToolResult
from agent.errors import ProviderRefused
from agent.turn import Json

PASSAGES = 5
"""How many passages an answer may be taken from."""
MAX_QUESTION_CHARACTERS = 1_000
"""A caller's turn of more than a minute; what is over is not searched for."""

AnswerFrom = Callable[[str, Sequence[Passage]], Awaitable[Answer | None]]
"""Makes an answer to the question of the passages, best first; None is "I don't know". A model's place."""


def extractive(unknown_below: float = UNKNOWN_BELOW) -> AnswerFrom:
    """Answers in the documents' own sentences."""

    async def answer(question: str, passages: Sequence[Passage]) -> Answer | None:
        return extracted_answer(passages, unknown_below=unknown_below)

    return answer


class KnowledgeTool:
    """Documents as a tool that flows call.

    Args:
        knowledge: the documents.
        tenant: whose agent this is.
        answer_from: how an answer is made of passages; by the documents' own sentences when left out.
        with_passages: also give the passages' texts, best first, for a reply that a language model is to make.
    """

    def __init__(
        self,
        knowledge: Knowledge,
        tenant: str = "",
        answer_from: AnswerFrom | None = None,
        *,
        with_passages: bool = False,
    ) -> None:
        self._knowledge = knowledge
        self._tenant = tenant
        self._answer_from = answer_from or extractive()
        self._with_passages = with_passages

    @property
    def name(self) -> str:
        return ANSWER_TOOL

    @property
    def read_only(self) -> bool:
        return True

    @property
    def idempotent(self) -> bool:
        return True

    @property
    def arguments_schema(self) -> Mapping[str, Json]:
        return {
            "type": "object",
            "properties": {"question": {"type": "string"}},
            "required": ["question"],
            "additionalProperties": False,
        }

    async def call(self, arguments: Mapping[str, Json], idempotency_key: str) -> ToolResult:
        question = arguments.get("question")
        if not isinstance(question, str) or set(arguments) != {"question"}:
            raise ProviderRefused(f"{ANSWER_TOOL} takes a text `question` and nothing else")
        question = question[:MAX_QUESTION_CHARACTERS]
        passages = await self._knowledge.search(question, self._tenant, PASSAGES)
        answer = await self._answer_from(question, passages)
        value: dict[str, Json] = {}
        if self._with_passages:
            value["passages"] = [passage.text for passage in passages]
        if answer is None:
            return ToolResult(ok=False, status=UNKNOWN, value=value)
        value |= {
            "answer": answer.text,
            "citation": shown(answer.citation),
            "score": round(answer.score, 3),
        }
        return ToolResult(ok=True, status="success", value=value)


def shown(citation: Citation) -> str:
    """The citation in one line, for a log, a message or a reviewer: "fees.pdf, page 2"."""
    parts = [citation.document, citation.heading]
    parts.append(f"page {citation.page}" if citation.page is not None else "")
    return ", ".join(part for part in parts if part)
