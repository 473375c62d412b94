import json

from agent import events as happened
from agent.cognitive.dialogue import Dialogue
from agent.cognitive.ports import Acted, TurnClosed, TurnOpened
from agent.turn import DialogueState, Transition, Tts, TurnEvent, TurnInput, TurnOutput
from evals.importing.conversation import Conversation, Doing
from evals.importing.turn_log import read_turn_log
from evals.record import canonical_json
from evals.sim.text_call import play_text
from evals.sim.virtual_time import run_virtual
from tests.builders import a_record, heard_words
from tests.evals.importing.transcripts import a_source, agent, caller
from tests.evals.sim.test_text_call import BYE, ListedReplies
from tests.scenarios import a_case, interrupts, says


def read(*rows: str) -> tuple[list[Conversation], list[str]]:
    source = a_source("\n".join(rows), "000-000.jsonl")
    return list(read_turn_log(source)), source.mistakes.sentences()


def journal(
    sid: str, seq: int, event: TurnEvent, transcript: str = "", reply: str = "", **more: object
) -> list[str]:
    turn = TurnInput(
        call_sid=sid,
        turn_id=f"{sid}-{seq}",
        seq=seq,
        flow_id="booking",
        event=event,
        transcript=transcript,
        variables={"first_name": "Sam"},
        now_iso="2026-05-18T09:00:00+01:00",
        **more,  # type: ignore[arg-type]
    )
    state = DialogueState(node_id="n", path=("n",))
    output = TurnOutput(turn_id=turn.turn_id, actions=(Tts(text=reply), Transition(node_id="n")), state=state)
    entries = [TurnOpened(turn=turn, before=None), Acted(action=Tts(text=reply))]
    if reply:
        entries.append(TurnClosed(output=output, after=Dialogue()))  # type: ignore[arg-type]
    return [canonical_json(entry) for entry in entries]


def test_journals_entries_become_the_call_they_tell() -> None:
    (call,), mistakes = read(
        *journal("s1", 0, TurnEvent.ANSWERED, reply="Is this Sam?"),
        *journal("s1", 1, TurnEvent.SPEECH, "It's", provisional=True),
        *journal("s1", 2, TurnEvent.SPEECH, "It is.", reply="Which day?", heard="Is this"),
        *journal("s1", 3, TurnEvent.DTMF, "3", reply="Thanks."),
        *journal("s1", 4, TurnEvent.HANGUP),
    )
    assert mistakes == []
    assert (call.id, call.flow, call.now_iso) == ("s1", "booking", "2026-05-18T09:00:00")
    assert dict(call.variables) == {"first_name": "Sam"}
    assert call.utterances == (
        agent("Is this Sam?"),
        caller("It is.", heard_words=2),
        agent("Which day?"),
        caller("3", Doing.KEYS),
        agent("Thanks."),
        caller(doing=Doing.HANGS_UP),
    )


def test_stored_call_becomes_what_was_heard_and_said_with_its_own_clock() -> None:
    target = ListedReplies("hello is this alex", "which day of the week", BYE)
    record = run_virtual(play_text(a_case(says("yes it is"), interrupts("tuesday", after_ms=800)), target))
    (call,), mistakes = read(
        json.dumps({"case_id": record.case_id, "record": json.loads(canonical_json(record))})
    )
    assert mistakes == []
    assert call.id == "tests/a_scenario/en-gb/clean/0"
    assert (call.flow, call.now_iso, call.time_zone) == ("booking", "2026-05-18T09:00:00", "Europe/London")
    assert call.utterances == (
        agent("hello is this alex"),
        caller("yes it is"),
        agent("which day of the week"),
        caller("tuesday", heard_words=2),
        agent("goodbye"),
    )


def test_turn_that_was_dropped_is_no_turn_and_a_call_finished_twice_counts_once() -> None:
    opened = {"t_ns": 0, "event": "speech", "heard": None}
    record = a_record(
        events=[
            happened.TurnOpened(seq=1, turn_id="a", transcript="it", **opened),  # type: ignore[arg-type]
            happened.TurnDropped(t_ns=1, seq=1, reason="caller went on"),
            happened.TurnOpened(seq=2, turn_id="b", transcript="it is", **opened),  # type: ignore[arg-type]
        ],
        agent_words=heard_words("Is this Alex?", seq=0),
        scenario={"flow": "booking", "now_iso": "2026-05-18T09:00:00", "time_zone": "UTC", "variables": {}},
    )
    line = json.dumps({"record": json.loads(canonical_json(record))})
    (call,), _ = read(line, line)
    assert call.utterances == (caller("it is"),)


def test_mistakes_are_told_with_their_line() -> None:
    found, mistakes = read(
        '{"speaker": "x"}',
        '{"record": {}}',
        '{"turn": {"call_sid": "s", "turn_id": "t", "event": "sneezed"}}',
        '{"output": {"turn_id": "t", "actions": []}}',
        '{"turn": {"call_sid": 3}}',
    )
    assert found == []
    assert mistakes == [
        "line 1: this is no stored call (`record`) and no entry of a journal",
        "line 2: this is no log of turns: `scenario` is missing",
        "line 3: this is no log of turns: 'sneezed' is not a valid TurnEvent",
        "line 4: this is no log of turns: turn `t` is answered, but was not opened before",
        "line 5: this is no log of turns: `call_sid` must be a text, not a number",
    ]
