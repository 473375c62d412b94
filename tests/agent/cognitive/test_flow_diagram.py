from pathlib import Path

from agent.cognitive.flow_diagram import flow_diagram
from agent.cognitive.flow_file import built_in_flow
from tests.agent.cognitive.builders import a_flow

DOCS = Path(__file__).parents[3] / "docs" / "flows.md"


def test_a_flow_is_drawn_with_all_its_states_and_branches() -> None:
    lines = [line.strip() for line in flow_diagram(a_flow()).splitlines()]
    assert lines[:2] == ["flowchart TD", "call((call)) --> s_knock"]
    for line in (
        's_knock["knock"]',
        's_open_door[["open_door"]]',
        's_again("again")',
        's_leave(["leave<br/><i>left</i>"])',
        "s_knock -->|yes| s_open_door",
        "s_again -.->|next| last_question",
        "any_question -->|no_speech, unclear| s_again",
    ):
        assert line in lines


def test_the_manuals_picture_is_drawn_from_the_flow_itself() -> None:
    drawn = f"```mermaid\n{flow_diagram(built_in_flow('booking'))}```"
    assert drawn in DOCS.read_text(encoding="utf-8"), (
        "docs/flows.md shows another flow; paste flow_diagram's text"
    )
