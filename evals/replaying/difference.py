"""What of a turn is not as it was: its actions, the state after it, the tools it called. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from agent.turn import Action, EndCall, Json, ToolTrace, Transfer, Transition, Tts, TurnOutput
from agent.turn_json import plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of a diff: `mark` is `-` for what was, `+` for what is, and a blank for both."""

    mark: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What differs between the answer then and now.

    Attributes:
        actions: all of them, as a diff; empty when they are the same.
        tools: the same of the tool calls.
        state: by field, what it was and what it is.
    """

    actions: tuple[Line, ...] = ()
    tools: tuple[Line, ...] = ()
    state: tuple[tuple[str, Json, Json], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.actions or self.tools or self.state)


def difference(was: TurnOutput, now: TurnOutput, redacted: Sequence[str] = ()) -> Difference:
    """What of `now` is not as it `was`; what the log had `redacted` counts as the same."""
    now = _as_redacted(was, now, redacted)
    return Difference(
        actions=_diff([shown(action) for action in was.actions], [shown(action) for action in now.actions]),
        tools=_diff([_tool(tool) for tool in was.trace.tools], [_tool(tool) for tool in now.trace.tools]),
        state=tuple(
            (name, plain(before), plain(after))
            for name in ("node_id", "path", "captured", "outcome")
            if (before := getattr(was.state, name)) != (after := getattr(now.state, name))
        ),
    )


def shown(action: Action) -> str:
    """An action as people read it."""
    match action:
        case Tts():
            return f"say {action.text!r}"
        case Transition():
            return f"go to {action.node_id}"
        case EndCall():
            return f"end the call: {action.reason}"
        case Transfer():
            return f"transfer to {action.to!r} with {dict(action.context)}"


def _tool(tool: ToolTrace) -> str:
    return f"{tool.name}({plain(tool.arguments)}) -> {tool.status}"


def _diff(was: list[str], now: list[str]) -> tuple[Line, ...]:
    if was == now:
        return ()
    lines: list[Line] = []
    for kind, a, b, c, d in SequenceMatcher(a=was, b=now, autojunk=False).get_opcodes():
        if kind == "equal":
            lines += [Line(mark=" ", text=text) for text in was[a:b]]
        else:
            lines += [Line(mark="-", text=text) for text in was[a:b]]
            lines += [Line(mark="+", text=text) for text in now[c:d]]
    return tuple(lines)


def _as_redacted(was: TurnOutput, now: TurnOutput, redacted: Sequence[str]) -> TurnOutput:
    """`now` with the log's own text at the places where the log does not hold what was there."""
    for place in redacted:
        match place.split("."):
            case ["output", "actions", index, *_]:
                now = replace(now, actions=_one_from(was.actions, now.actions, int(index)))
            case ["output", "state", "captured", name] if name in now.state.captured:
                captured = {**now.state.captured, name: was.state.captured[name]}
                now = replace(now, state=replace(now.state, captured=captured))
            case ["output", "trace", "tools", index, "arguments", *_]:
                tools = _with_arguments(was.trace.tools, now.trace.tools, int(index))
                now = replace(now, trace=replace(now.trace, tools=tools))
    return now


def _one_from(was: tuple[Action, ...], now: tuple[Action, ...], index: int) -> tuple[Action, ...]:
    if index < min(len(was), len(now)) and type(was[index]) is type(now[index]):
        return (*now[:index], was[index], *now[index + 1 :])
    return now


def _with_arguments(
    was: tuple[ToolTrace, ...], now: tuple[ToolTrace, ...], index: int
) -> tuple[ToolTrace, ...]:
    if index < min(len(was), len(now)) and was[index].name == now[index].name:
        return (*now[:index], replace(now[index], arguments=was[index].arguments), *now[index + 1 :])
    return now
