"""What is wrong with how a flow asks its documents."""

from __future__ import annotations

from collections.abc import Iterator

from agent.cognitive.flow import Flow
from agent.cognitive.knowledge_source import ANSWER_PARTS, ANSWER_TOOL, UNKNOWN


def knowledge_mistakes(flow: Flow) -> Iterator[str]:
    """Every mistake, one sentence each."""
    asking = [s for s in flow.states.values() if s.action is not None and s.action.tool == ANSWER_TOOL]
    if flow.knowledge is not None and not asking:
        yield f"knowledge: no state calls {ANSWER_TOOL}, so nothing is ever asked"
    if ANSWER_TOOL in flow.tools and UNKNOWN not in flow.tools[ANSWER_TOOL]:
        yield f"tools.{ANSWER_TOOL}: name its status {UNKNOWN!r}; documents do not answer everything"
    for state in asking:
        assert state.action is not None
        if set(state.action.arguments) != {"question"}:
            yield f"states.{state.name}.action.arguments: {ANSWER_TOOL} takes `question` and nothing else"
        for part in state.action.save:
            if part not in ANSWER_PARTS:
                known = ", ".join(sorted(ANSWER_PARTS))
                yield f"states.{state.name}.action.save: an answer has no {part!r}; it has {known}"
