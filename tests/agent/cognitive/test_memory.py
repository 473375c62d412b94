import asyncio

from hypothesis import given
from hypothesis import strategies as st

from agent.cognitive.dialogue import Dialogue, Said
from agent.cognitive.memory import facts, heard_so_far, tokens_of, with_turn
from agent.cognitive.orchestrator import FlowOrchestrator
from agent.turn import EndCall, Transition, Tts, TurnEvent
from tests.agent.cognitive.builders import a_flow, a_turn, answered
from tests.fakes.dispatchers import FickleDispatcher
from tests.fakes.tools import ScriptedTool

ASKED = Dialogue(said=(Said(who="agent", text="Knock knock, you. May I come in?"),))
LINES = st.lists(
    st.builds(Said, who=st.sampled_from(["caller", "agent"]), text=st.text("ab ", min_size=1, max_size=60)),
    max_size=12,
).map(tuple)


def lines(dialogue: Dialogue) -> list[tuple[str, str]]:
    return [(line.who, line.text) for line in dialogue.said]


def test_both_sides_of_a_turn_are_remembered_in_order() -> None:
    actions = [
        Tts(text="Thank you."),
        Transition(node_id="inside"),
        Tts(text="So this is it."),
        EndCall(reason="inside"),
    ]
    assert lines(with_turn(ASKED, a_turn(1, "come in"), actions)) == [
        ("agent", "Knock knock, you. May I come in?"),
        ("caller", "come in"),
        ("agent", "Thank you. So this is it."),
    ]


def test_what_the_caller_did_not_hear_was_not_said() -> None:
    interrupted = a_turn(1, "who is there", heard="Knock knock,")
    assert lines(with_turn(ASKED, interrupted, [Tts(text="Me.")])) == [
        ("agent", "Knock knock,"),
        ("caller", "who is there"),
        ("agent", "Me."),
    ]


def test_a_reply_of_which_nothing_was_heard_is_forgotten() -> None:
    assert lines(heard_so_far(ASKED, a_turn(1, "hello", heard=" "))) == []


def test_a_reply_heard_whole_stays() -> None:
    assert heard_so_far(ASKED, a_turn(1, "hello")) == ASKED


def test_a_turn_without_words_adds_no_line_of_the_caller() -> None:
    quiet = a_turn(1, event=TurnEvent.NO_SPEECH)
    assert lines(with_turn(ASKED, quiet, [Tts(text="Hello?")]))[1:] == [("agent", "Hello?")]
    keys = a_turn(1, "4111", TurnEvent.DTMF)
    assert lines(with_turn(ASKED, keys, [])) == lines(ASKED)


def test_a_speech_without_end_is_remembered_by_its_beginning() -> None:
    line = with_turn(Dialogue(), a_turn(1, "word " * 5_000), []).said[0]
    assert line.text.endswith("...")
    assert tokens_of(line.text) < 250


def test_facts_name_what_was_captured() -> None:
    assert facts({"first_name": "Alex", "email": "", "slot": "Tuesday"}) == "first name: Alex; slot: Tuesday"


@given(LINES, st.integers(1, 60))
def test_the_newest_lines_are_kept_within_the_budget(said: tuple[Said, ...], budget: int) -> None:
    kept = with_turn(Dialogue(said=said), a_turn(1, event=TurnEvent.NO_SPEECH), [], budget_tokens=budget).said
    assert kept == said[len(said) - len(kept) :]
    cost = sum(tokens_of(line.text) for line in kept)
    assert cost <= budget or len(kept) == 1
    if len(kept) < len(said):
        assert cost + tokens_of(said[len(said) - len(kept) - 1].text) > budget


@given(st.text())
def test_a_text_has_no_fewer_tokens_than_words(text: str) -> None:
    assert tokens_of(text) >= len(text.split())


def test_a_dispatcher_is_told_what_was_said_and_heard() -> None:
    dispatcher = FickleDispatcher(["help"])
    agent = FlowOrchestrator(a_flow(), {"door.open": ScriptedTool("door.open")}, dispatcher=dispatcher)

    async def call() -> None:
        await agent.run_turn(answered())
        await agent.run_turn(a_turn(1, "help me", heard="Knock knock"))

    asyncio.run(call())
    assert dispatcher.asked[0].history == (Said(who="agent", text="Knock knock"),)
