import asyncio
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.cognitive.knowledge.answer_tool import KnowledgeTool
from agent.cognitive.knowledge.answering import MAX_ANSWER_WORDS, extracted_answer
from agent.cognitive.knowledge.assembling import knowledge_tool
from agent.cognitive.knowledge.chunks import lines_of
from agent.cognitive.knowledge.folder import read_folder
from agent.cognitive.knowledge.indexes.embedded import embedded_knowledge
from agent.cognitive.knowledge_source import KnowledgeSource
from agent.cognitive.ports import Citation, Passage, ToolResult
from agent.errors import ProviderRefused
from agent.turn import Json
from tests.agent.cognitive.knowledge.material import CORPUS


def passage(text: str, score: float = 1.0, heading: str = "", **evidence: float) -> Passage:
    return Passage(
        text=text, score=score, citation=Citation(document="d.md", heading=heading), evidence=evidence
    )


def said(*passages: Passage, **options: float) -> str | None:
    answer = extracted_answer(passages, **options)  # type: ignore[arg-type]
    return answer.text if answer else None


def test_the_sentence_that_covers_most_of_the_question_is_the_answer() -> None:
    text = "We open at nine. A deposit is paid back. The deposit for a locker is small. Goodbye."
    assert said(passage(text, deposit=0.4, locker=0.6)) == "The deposit for a locker is small."


def test_a_second_sentence_is_said_when_it_adds_to_the_first_and_in_their_order() -> None:
    text = "Lockers are at the door. Ask for them. A deposit is paid back."
    assert said(passage(text, deposit=0.6, locker=0.4)) == "Lockers are at the door. A deposit is paid back."


def test_a_heading_makes_its_first_sentence_an_answer() -> None:
    assert said(
        passage("Nine to five.\nClosed on Sundays.", heading="Opening hours", open=0.5, hour=0.5)
    ) == ("Nine to five.")


def test_items_of_a_list_are_ended_like_sentences() -> None:
    assert said(passage("cards,\ncash", card=0.5, cash=0.5)) == "cards. cash."


def test_a_sentence_too_long_to_be_said_is_left_out_and_none_is_cut() -> None:
    long = "A deposit is " + "very " * 60 + "small."
    assert said(passage(f"{long} The deposit is £5.", deposit=1.0)) == "The deposit is £5."
    assert said(passage(long, deposit=1.0)) is None


def test_below_the_score_nothing_is_known() -> None:
    assert said(passage("A deposit.", 0.49, deposit=0.49), unknown_below=0.5) is None
    assert said(passage("A deposit.", 0.5, deposit=0.5), unknown_below=0.5) == "A deposit."


texts = st.lists(
    st.lists(
        st.sampled_from(["Deposit", "locker", "the", "open.", "shop?", "very"]), min_size=1, max_size=60
    ),
    min_size=1,
    max_size=6,
).map(lambda lines: "\n".join(" ".join(words) for words in lines))


@settings(max_examples=60, deadline=None)
@given(st.lists(texts, max_size=3))
def test_an_answer_is_one_or_two_whole_sentences_of_one_passage_that_fit_a_call(found: list[str]) -> None:
    evidence = {"deposit": 0.5, "locker": 0.5}
    passages = [passage(text, **evidence) for text in found]
    answer = extracted_answer(passages)
    sayable = [[one for one in lines_of(text) if len(one.split()) <= MAX_ANSWER_WORDS] for text in found]
    assert (answer is None) == (not any(sayable))
    if answer is not None:
        assert len(answer.text.split()) <= MAX_ANSWER_WORDS
        ended = [[one if one[-1] in ".?!" else f"{one}." for one in lines] for lines in sayable]
        pairs = [
            (one, f"{one} {two}")
            for lines in ended
            for at, one in enumerate(lines)
            for two in ["", *lines[at + 1 :]]
        ]
        assert answer.text in {said for pair in pairs for said in pair}


def test_the_better_sentence_wins_over_the_better_rank() -> None:
    first = passage("Lockers are blue. Deposits are paid back.", 0.6, deposit=0.6)
    second = passage("The deposit for a locker is £5.", 1.0, deposit=0.6, locker=0.4)
    assert said(first, second) == "The deposit for a locker is £5."


def called(arguments: dict[str, Json], **options: bool) -> ToolResult:
    async def call() -> ToolResult:
        knowledge = await embedded_knowledge(read_folder(CORPUS / "documents"))
        return await KnowledgeTool(knowledge, "northside", **options).call(arguments, "key")

    return asyncio.run(call())


def test_the_tool_answers_with_citation_and_score() -> None:
    assert called({"question": "what does an x-ray cost"}) == ToolResult(
        ok=True,
        status="success",
        value={"answer": "An X-ray costs £12 for each picture.", "citation": "fees.md, Prices", "score": 1.0},
    )


def test_the_tool_does_not_know_what_the_documents_do_not_say() -> None:
    assert called({"question": "do you sell toothbrushes"}) == ToolResult(ok=False, status="unknown")


def test_passages_go_along_for_a_model_where_asked_for() -> None:
    value = called({"question": "what does an x-ray cost"}, with_passages=True).value
    assert isinstance(value["passages"], list) and "An X-ray costs £12" in str(value["passages"][0])


@pytest.mark.parametrize("arguments", [{}, {"question": 5}, {"question": "x", "tenant": "riverside"}])
def test_no_argument_can_choose_the_tenant(arguments: dict[str, Json]) -> None:
    with pytest.raises(ProviderRefused, match=r"knowledge\.answer takes a text `question` and nothing else"):
        called(arguments)


def test_the_tool_is_made_of_what_a_file_says(tmp_path: Path) -> None:
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "a.md").write_text("Parking is free behind the house.")
    source = KnowledgeSource(folder="papers", unknown_below=0.4)

    async def answered(question: str, unknown_below: float) -> str:
        source_with = KnowledgeSource(folder=source.folder, unknown_below=unknown_below)
        tool = await knowledge_tool(source_with, tmp_path / "flow.json")
        return (await tool.call({"question": question}, "key")).status

    assert asyncio.run(answered("parking for buses", 0.1)) == "success"
    assert asyncio.run(answered("parking for buses", 0.9)) == "unknown"
