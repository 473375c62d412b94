from __future__ import annotations

from dataclasses import replace

from agent.turn import DialogueState, EndCall, ToolTrace, Transition, Tts, TurnOutput, TurnTrace
from evals.replaying.difference import Line, difference

WAS = TurnOutput(
    turn_id="t",
    actions=(Transition(node_id="book"), Tts(text="Tuesday or Wednesday?")),
    state=DialogueState(node_id="book", path=("greet", "book"), captured={"email": "[email]"}),
    trace=TurnTrace(
        tools=(ToolTrace(name="cal", arguments={"who": "[name]"}, status="success"),), chosen="yes"
    ),
)


def test_equal_answers_have_no_difference_however_they_were_decided() -> None:
    now = replace(WAS, trace=replace(WAS.trace, chosen="sure", model="larger", stage_ns={"dispatch": 5}))
    assert not difference(WAS, now)


def test_actions_are_shown_as_a_diff() -> None:
    now = replace(WAS, actions=(Transition(node_id="book"), EndCall(reason="bye")))
    assert difference(WAS, now).actions == (
        Line(mark=" ", text="go to book"),
        Line(mark="-", text="say 'Tuesday or Wednesday?'"),
        Line(mark="+", text="end the call: bye"),
    )


def test_each_field_of_the_state_is_told_with_both_values() -> None:
    now = replace(WAS, state=replace(WAS.state, node_id="close", outcome="booked"))
    assert difference(WAS, now).state == (("node_id", "book", "close"), ("outcome", None, "booked"))


def test_a_tool_called_with_other_arguments_is_a_difference() -> None:
    tool = replace(WAS.trace.tools[0], arguments={"who": "Ann"})
    found = difference(WAS, replace(WAS, trace=TurnTrace(tools=(tool,))))
    assert [line.mark for line in found.tools] == ["-", "+"]


def test_what_the_log_has_redacted_counts_as_the_same() -> None:
    now = replace(
        WAS,
        actions=(Transition(node_id="book"), Tts(text="Tuesday or Wednesday, Ann?")),
        state=replace(WAS.state, captured={"email": "ann@example.com"}),
        trace=TurnTrace(tools=(replace(WAS.trace.tools[0], arguments={"who": "Ann"}),)),
    )
    places = ["output.actions.1.text", "output.state.captured.email", "output.trace.tools.0.arguments.who"]
    assert not difference(WAS, now, places)
    assert difference(WAS, now, places[:2]).tools
    assert difference(WAS, replace(now, actions=now.actions[:1]), places).actions
