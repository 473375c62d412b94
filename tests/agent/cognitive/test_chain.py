from collections.abc import Mapping, Sequence

import pytest

from agent.cognitive.chain import ToolRequest, respond
from agent.cognitive.dialogue import Dialogue
from agent.cognitive.flow import Flow, State
from agent.cognitive.ports import ToolResult
from agent.turn import Action, IntentScore, TurnEvent, TurnInput
from tests.agent.cognitive.builders import a_flow, a_turn, answered, flow_json, script_of

OPENED = ToolResult(ok=True, status="success", value={"room": "the kitchen"})


def by_first_word(
    state: State, words: Sequence[str], variables: Mapping[str, str]
) -> tuple[IntentScore, ...]:
    """Understands exactly the names of intents."""
    return (IntentScore(intent=words[0], score=1.0),) if words[0] in ("yes", "no", "help") else ()


def played(
    flow: Flow, before: Dialogue | None, turn: TurnInput, *results: ToolResult
) -> tuple[list[str], Dialogue, list[ToolRequest]]:
    """What a turn comes to when the tools answer this."""
    _, walk = respond(flow, before, turn, by_first_word)
    actions: list[Action] = []
    requests: list[ToolRequest] = []
    answers = iter(results)
    result: ToolResult | None = None
    while True:
        try:
            step = walk.send(result)
        except StopIteration as stop:
            return script_of(actions), stop.value, requests
        result = None
        if isinstance(step, ToolRequest):
            requests.append(step)
            result = next(answers)
        else:
            actions.append(step)


def after(flow: Flow, *turns: TurnInput) -> Dialogue:
    """Where the call stands after these turns."""
    dialogue: Dialogue | None = None
    for turn in (answered(), *turns):
        _, dialogue, _ = played(flow, dialogue, turn, OPENED)
    assert dialogue is not None
    return dialogue


def silence(seq: int) -> TurnInput:
    return a_turn(seq, event=TurnEvent.NO_SPEECH)


def test_an_answered_call_hears_the_start_state_sentence_by_sentence() -> None:
    script, dialogue, _ = played(a_flow(), None, answered(variables={"name": "Alex"}))
    assert script == ["-> knock", "Knock knock, Alex.", "May I come in?"]
    assert dialogue == Dialogue(node_id="knock", path=("knock",))


def test_a_tool_is_called_after_what_is_said_before_it_and_its_answer_is_spoken() -> None:
    flow = a_flow()
    script, dialogue, requests = played(flow, after(flow), a_turn(1, "yes", variables={"name": "Al"}), OPENED)
    assert script == ["-> open_door", "Thank you.", "-> inside", "So this is the kitchen.", "END inside"]
    assert requests == [ToolRequest(tool="door.open", arguments={"who": "Al"})]
    assert (dialogue.path, dialogue.outcome) == (("knock", "open_door", "inside"), "inside")


@pytest.mark.parametrize(
    ("result", "node"),
    [
        (ToolResult(ok=False, status="locked"), "knock_harder"),
        (ToolResult(ok=False, status="on_fire"), "leave"),
        (ToolResult(ok=False, status="timeout", error="slow"), "leave"),
        (ToolResult(ok=True, status="ajar", value={}), "inside"),
    ],
)
def test_a_tools_status_is_its_branch_and_an_unknown_one_goes_by_whether_it_worked(
    result: ToolResult, node: str
) -> None:
    flow = a_flow()
    _, dialogue, _ = played(flow, after(flow), a_turn(1, "yes"), result)
    assert dialogue.node_id == node


def test_going_back_asks_again_without_starting_over() -> None:
    raw = flow_json()
    raw["states"]["knock"]["reask"] = "May I?"
    flow = a_flow(states=raw["states"])
    script, dialogue, _ = played(flow, after(flow), silence(1))
    assert script == ["-> again", "Hello?", "-> knock", "May I?"]
    assert dialogue.path == ("knock", "again", "knock")


def test_after_two_attempts_the_third_is_given_up() -> None:
    flow = a_flow()
    script, dialogue, _ = played(flow, after(flow, silence(1), silence(2)), silence(3))
    assert script == ["Nobody there.", "-> leave", "Goodbye, then.", "END left"]
    assert dialogue.path == ("knock", "again", "knock", "again", "knock", "leave")


def test_attempts_count_anew_once_the_caller_was_understood() -> None:
    flow = a_flow()
    locked = ToolResult(ok=False, status="locked")
    dialogue: Dialogue | None = after(flow, silence(1), silence(2))
    _, dialogue, _ = played(flow, dialogue, a_turn(3, "yes"), locked)
    script, _, _ = played(flow, dialogue, silence(4))
    assert script == ["-> again", "Hello?", "-> knock_harder", "It is locked.", "Shall I wait?"]


def test_an_interruption_that_is_not_understood_is_no_failed_attempt() -> None:
    flow = a_flow()
    script, dialogue, _ = played(flow, after(flow), a_turn(1, "mumble", heard="Knock"))
    assert script == ["May I come in?"]
    assert (dialogue.path, dialogue.visits) == (("knock",), {})


def test_an_interruption_that_is_understood_is_taken_at_its_word() -> None:
    flow = a_flow()
    _, dialogue, _ = played(flow, after(flow), a_turn(1, "no", heard="Knock"))
    assert dialogue.node_id == "leave"


def test_a_call_that_goes_on_and_on_is_brought_to_its_end() -> None:
    flow = a_flow(turn_limit=2)
    locked = ToolResult(ok=False, status="locked")
    dialogue: Dialogue | None = after(flow)
    _, dialogue, _ = played(flow, dialogue, a_turn(1, "yes"), locked)
    _, dialogue, _ = played(flow, dialogue, a_turn(2, "yes"))
    script, dialogue, _ = played(flow, dialogue, a_turn(3, "yes"))
    assert script == ["-> leave", "Goodbye, then.", "END left"]


def test_a_caller_who_hangs_up_is_told_nothing() -> None:
    flow = a_flow()
    script, dialogue, _ = played(flow, after(flow), a_turn(1, event=TurnEvent.HANGUP))
    assert (script, dialogue.outcome, dialogue.path) == ([], "caller_hung_up", ("knock",))


def test_hanging_up_after_the_end_keeps_the_outcome() -> None:
    flow = a_flow()
    _, dialogue, _ = played(flow, after(flow, a_turn(1, "no")), a_turn(2, event=TurnEvent.HANGUP))
    assert dialogue.outcome == "left"


def test_whoever_speaks_into_the_goodbye_still_has_the_call_ended() -> None:
    flow = a_flow()
    ended = after(flow, a_turn(1, "no"))
    script, dialogue, _ = played(flow, ended, a_turn(2, "bye then", heard="Goodbye"))
    assert (script, dialogue) == (["END left"], ended)
    hung_up = after(flow, a_turn(1, event=TurnEvent.HANGUP))
    assert played(flow, hung_up, a_turn(2, "oh"))[0] == []


def test_a_call_that_lost_its_state_begins_anew() -> None:
    script, _, _ = played(a_flow(), None, a_turn(7, "yes"))
    assert script == ["-> knock", "Knock knock, you.", "May I come in?"]


def test_a_call_answered_twice_is_asked_again() -> None:
    flow = a_flow()
    script, dialogue, _ = played(flow, after(flow), a_turn(1, event=TurnEvent.ANSWERED))
    assert (script, dialogue.path) == (["May I come in?"], ("knock",))


def test_a_machine_that_answers_is_not_greeted_first() -> None:
    flow = a_flow(on={**flow_json()["on"], "voicemail": "leave"})
    script, dialogue, _ = played(flow, None, a_turn(0, event=TurnEvent.VOICEMAIL))
    assert (script, dialogue.path) == (["-> leave", "Goodbye, then.", "END left"], ("knock", "leave"))


def test_an_end_may_give_the_call_away_with_what_is_known() -> None:
    raw = flow_json()
    raw["states"]["inside"]["hand_over"] = {"to": "{{room}}", "context": ["name", "nothing"]}
    flow = a_flow(states=raw["states"])
    script, dialogue, _ = played(flow, after(flow), a_turn(1, "yes"), OPENED)
    assert script[-1] == "TRANSFER the kitchen"
    assert getattr(dialogue.ending, "context", None) == {
        "name": "you",
        "reason": "",
        "summary": 'The caller was handed over. Last said: "yes".',
    }


def test_an_ends_last_words_wait_for_its_tool() -> None:
    raw = flow_json()
    raw["states"]["leave"] = {
        "say": "I will note that.",
        "action": {"tool": "door.open"},
        "done": "Noted.",
        "on": {"locked": "fetch_help", "failure": "fetch_help"},
        "outcome": "left",
    }
    flow = a_flow(states=raw["states"])
    done, _, _ = played(flow, after(flow), a_turn(1, "no"), OPENED)
    failed, _, _ = played(flow, after(flow), a_turn(1, "no"), ToolResult(ok=False, status="error"))
    assert done == ["-> leave", "I will note that.", "Noted.", "END left"]
    assert failed == ["-> leave", "I will note that.", "-> fetch_help", "Help is coming.", "END helped"]


def test_lists_and_gaps_in_a_tools_answer_are_kept() -> None:
    raw = flow_json()
    raw["states"]["open_door"]["action"]["save"] = {"rooms": "room", "price": "price"}
    flow = a_flow(states=raw["states"])
    result = ToolResult(ok=True, status="success", value={"rooms": ["a", 2]})
    _, dialogue, _ = played(flow, after(flow), a_turn(1, "yes"), result)
    assert dialogue.known == {"room": ("a", "2"), "price": ""}


def test_the_callers_own_words_may_go_to_a_tool() -> None:
    raw = flow_json()
    raw["states"]["open_door"]["action"]["arguments"] = {"question": "{{transcript}}"}
    flow = a_flow(states=raw["states"])
    _, _, requests = played(flow, after(flow), a_turn(1, "yes, come in!"), OPENED)
    assert [request.arguments for request in requests] == [{"question": "yes, come in!"}]
