"""A flow drawn as a Mermaid flowchart, from the same values that the engine runs on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from agent.cognitive.flow import BACK, Branch, Flow, Kind, State

# Mermaid reads a bare `end` as a keyword, so nodes get a letter in front.
_SHAPES = {
    Kind.ASK: '["{0}"]',
    Kind.ACT: '[["{0}"]]',
    Kind.DECIDE: '{{"{0}"}}',
    Kind.PASS: '("{0}")',
    Kind.END: '(["{0}"])',
}
_ANY = "any_question"
_LAST = "last_question"


def flow_diagram(flow: Flow) -> str:
    """The flow as Mermaid text.

    Questions are boxes, tool calls have double sides, ends are rounded and carry their outcome. The flow's own
    branches are drawn once, from "any question"; dotted lines go back to the question last asked.
    """
    lines = ["flowchart TD", f"    call((call)) --> {_node(flow.start)}"]
    lines += [f"    {_node(state.name)}{_shape(state)}" for state in flow.states.values()]
    if flow.on:
        lines.append(f'    {_ANY}{{{{"any question"}}}}')
        lines += _edges(_ANY, flow.on)
    for state in flow.states.values():
        lines += _edges(_node(state.name), state.on)
    if any(f" {_LAST}" in line for line in lines):
        lines.append(f'    {_LAST}{{{{"the question last asked"}}}}')
    return "\n".join(lines) + "\n"


def _shape(state: State) -> str:
    # An ending's action is done on the way out, so what tells it from others is its outcome.
    label = f"{state.name}<br/><i>{state.outcome}</i>" if state.outcome is not None else state.name
    return _SHAPES[state.kind].format(label)


def _edges(source: str, branches: Mapping[str, Branch]) -> Iterator[str]:
    by_target: dict[str, list[str]] = {}
    for name, branch in branches.items():
        by_target.setdefault(branch.to, []).append(name)
    for target, names in by_target.items():
        arrow, node = ("-.->", _LAST) if target == BACK else ("-->", _node(target))
        yield f"    {source} {arrow}|{', '.join(names)}| {node}"


def _node(name: str) -> str:
    return f"s_{name}"
