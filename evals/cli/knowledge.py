"""`milliwatt knowledge`: what an agent's documents answer, and when they had better not."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from evals.cli.common import app, err, out

knowledge_app = typer.Typer(
    no_args_is_help=True, help="An agent's documents: what they answer, and when not."
)
app.add_typer(knowledge_app, name="knowledge")

Documents = Annotated[Path, typer.Argument(help="Folder of Markdown, text and PDF files.")]
Index = Annotated[Path | None, typer.Option("--index", help="Folder that keeps indexes for the next time.")]
UnknownBelow = Annotated[
    float | None,
    typer.Option(min=0, max=1, help='A best score below this is "I don\'t know"; 0.5 by default.'),
]


@knowledge_app.callback()
def knowledge() -> None:
    """An agent's documents: what they answer, and when not."""


@knowledge_app.command(
    "ask",
    epilog='Example: milliwatt knowledge ask corpora/knowledge/documents "how much is a check-up" --tenant northside',
)
def knowledge_ask(
    documents: Documents,
    question: Annotated[str, typer.Argument(help="As a caller would ask it.")],
    tenant: Annotated[
        str, typer.Option(help="Whose agent asks; without it only what everybody may read.")
    ] = "",
    unknown_below: UnknownBelow = None,
    index: Index = None,
) -> int:
    """Says what the agent would answer, and from which passages. Exit status 1: it would not know."""
    from agent.cognitive.knowledge.answering import UNKNOWN_BELOW, extracted_answer
    from evals.commands.knowledge import ask
    from evals.commands.knowledge_tables import answer_text, passages_table

    bound = UNKNOWN_BELOW if unknown_below is None else unknown_below
    with err.status("Reading the documents ..."):
        passages = ask(documents, question, tenant, index)
    answer = extracted_answer(passages, unknown_below=bound)
    out.print(answer_text(answer, bound), highlight=False, markup=False, soft_wrap=True)
    if passages:
        out.print(passages_table(passages))
    return 0 if answer else 1


@knowledge_app.command(
    "check",
    epilog="Example: milliwatt knowledge check corpora/knowledge/documents corpora/knowledge/questions.tsv",
)
def knowledge_check(
    documents: Documents,
    questions: Annotated[Path, typer.Argument(help="Tab-separated: part, tenant, document, says, question.")],
    unknown_below: UnknownBelow = None,
    index: Index = None,
) -> int:
    """Asks a list of questions: precision and recall at each threshold, and the threshold they would choose."""
    from agent.cognitive.knowledge.answering import UNKNOWN_BELOW
    from evals.commands.knowledge import FIT, check, fitted_threshold
    from evals.commands.knowledge_tables import thresholds_table, wrong_answers

    bound = UNKNOWN_BELOW if unknown_below is None else unknown_below
    with err.status("Reading the documents and asking ..."):
        asked = check(documents, questions, index)
    out.print(thresholds_table(asked, bound))
    for line in wrong_answers(asked, bound):
        out.print(line, highlight=False, markup=False, soft_wrap=True)
    best = fitted_threshold([one for one in asked if one.question.part == FIT])
    if best is None:
        err.print(f"no question of part {FIT!r} was answered rightly: there is no threshold to choose")
        return 3
    out.print(f"best on the part {FIT!r} (F0.5): {best:g}; used here: {bound:g}", highlight=False)
    return 0
