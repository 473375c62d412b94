import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing

from hypothesis import given
from hypothesis import strategies as st

from agent.agent_turns import agent_turns, known_variables, whole_turns
from agent.turn import Action, DialogueState, Transfer, Tts, TurnInput, TurnOutput
from tests.agent.cognitive.builders import a_turn

names = st.dictionaries(st.sampled_from(["first_name", "plan", "time_zone"]), st.text(max_size=5))


class Dialogue:
    """Hands every call over to `to`, and notes the turns that it was asked."""

    def __init__(self, to: str) -> None:
        self.to = to
        self.asked: list[TurnInput] = []

    async def stream_turn(self, turn: TurnInput) -> AsyncGenerator[Action | TurnOutput, None]:
        self.asked.append(turn)
        actions = (Tts(text="One moment."), Transfer(to=self.to, context={"reason": "anger"}))
        for action in actions:
            yield action
        yield TurnOutput(turn_id=turn.turn_id, actions=actions, state=DialogueState(node_id="n", path=("n",)))


def asked(
    dialogue: Dialogue, turn: TurnInput, known: Mapping[str, str], targets: Mapping[str, str]
) -> list[object]:
    async def items() -> list[object]:
        async with aclosing(agent_turns(dialogue.stream_turn, known, targets)(turn)) as stream:
            return [item async for item in stream]

    return asyncio.run(items())


def test_a_name_that_a_flow_hands_over_to_becomes_the_files_number_in_the_stream_and_in_the_output() -> None:
    items = asked(Dialogue("front_desk"), a_turn(1, "help"), {}, {"front_desk": "+441632960001"})
    transfer = Transfer(to="+441632960001", context={"reason": "anger"})
    assert items[:2] == [Tts(text="One moment."), transfer]
    assert isinstance(items[2], TurnOutput)
    assert items[2].actions == (Tts(text="One moment."), transfer)


def test_a_call_handed_over_to_nobody_goes_to_the_default_and_a_number_stays() -> None:
    targets = {"default": "sip:desk@pbx.example.com", "front_desk": "+441632960001"}
    for to, expected in (("", "sip:desk@pbx.example.com"), ("+442079460100", "+442079460100")):
        transfer = asked(Dialogue(to), a_turn(1, "help"), {}, targets)[1]
        assert isinstance(transfer, Transfer)
        assert transfer.to == expected
    nobody = asked(Dialogue(""), a_turn(1, "help"), {}, {"front_desk": "+441632960001"})[1]
    assert nobody == Transfer(to="", context={"reason": "anger"})


@given(known=names, own=names)
def test_what_a_call_knows_wins_over_what_the_agent_knows(known: dict[str, str], own: dict[str, str]) -> None:
    dialogue = Dialogue("x")
    asked(dialogue, a_turn(1, "help", variables=own), known, {})
    [turn] = dialogue.asked
    assert turn.variables == {**known, **own}


def test_the_agents_zone_is_known_unless_a_variable_names_one() -> None:
    assert known_variables({}, "") == {}
    assert known_variables({"plan": "a"}, "Europe/Paris") == {"plan": "a", "time_zone": "Europe/Paris"}
    assert known_variables({"time_zone": "UTC"}, "Europe/Paris") == {"time_zone": "UTC"}


def test_whole_turns_give_the_streams_output() -> None:
    output = asyncio.run(whole_turns(Dialogue("desk").stream_turn)(a_turn(3, "help")))
    assert (output.turn_id, output.actions[1]) == ("turn-3", Transfer(to="desk", context={"reason": "anger"}))
