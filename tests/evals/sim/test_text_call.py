from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from agent.clock import Clock
from agent.errors import ProviderError
from agent.turn import (
    Action,
    DialogueState,
    EndCall,
    Json,
    Transfer,
    Transition,
    Tts,
    TurnEvent,
    TurnInput,
    TurnOutput,
)
from agent.units import NS_PER_S
from evals.record import CallRecord, CallStatus, Level, canonical_json
from evals.scenario.model import CallerStep, Case, Sound, StepKind, WhenDiverged
from evals.sim.agent_under_test import AgentUnderTest, TextAgent
from evals.sim.text_call import PATIENT_SILENCES, play_text
from evals.sim.virtual_time import run_virtual
from tests.scenarios import a_case, interrupts, says, sound

TEN_WORDS = "one two three four five six seven eight nine ten"
BYE: tuple[Action, ...] = (Tts(text="goodbye"), EndCall(reason="done"))


class ListedReplies:
    """A target whose dialogue answers turn after turn with its replies, then with nothing; keeps the `turns`."""

    name = "listed"

    def __init__(self, *replies: str | tuple[Action, ...] | Exception) -> None:
        self.replies = list(replies)
        self.turns: list[TurnInput] = []

    def describe(self, case: Case) -> Mapping[str, Json]:
        return {"name": self.name}

    def audio_agent(self, case: Case, clock: Clock) -> AgentUnderTest:
        raise NotImplementedError

    def text_agent(self, case: Case) -> TextAgent:
        return TextAgent(run_turn=self.run_turn, flow_id="listed", tools=[])

    async def run_turn(self, turn: TurnInput) -> TurnOutput:
        self.turns.append(turn)
        reply = self.replies.pop(0) if self.replies else ()
        if isinstance(reply, Exception):
            raise reply
        actions = (Tts(text=reply),) if isinstance(reply, str) else reply
        state = DialogueState(node_id=f"turn{turn.seq}", path=(f"turn{turn.seq}",))
        return TurnOutput(turn_id=turn.turn_id, actions=actions, state=state)

    def heard(self) -> list[tuple[str, str, str | None]]:
        return [(turn.event, turn.transcript, turn.heard) for turn in self.turns]


def play(target: ListedReplies, *steps: CallerStep) -> CallRecord:
    return run_virtual(play_text(a_case(*steps), target))


def test_agent_speaks_first_and_answers_what_is_said_until_it_hangs_up() -> None:
    target = ListedReplies("hello is this alex", "which day", BYE)
    record = play(target, says("yes this is alex"), says("tuesday please"), says("never said"))
    assert target.heard() == [
        ("answered", "", None),
        ("speech", "yes this is alex", None),
        ("speech", "tuesday please", None),
    ]
    assert " ".join(word.text for word in record.agent_words) == "hello is this alex which day goodbye"
    assert (record.level, record.status, record.ended_by) == (Level.TEXT, CallStatus.COMPLETED, "agent")
    assert [said.text for said in record.utterances] == ["yes this is alex", "tuesday please"]


def test_turns_are_numbered_and_stand_at_whole_seconds() -> None:
    target = ListedReplies("hello", "yes", BYE)
    record = play(target, says("one"), says("two"))
    assert [turn.seq for turn in target.turns] == [0, 1, 2]
    assert len({turn.turn_id for turn in target.turns}) == 3
    opened = [event for event in record.events if event["kind"] == "turn_opened"]
    assert [event["t_ns"] for event in opened] == [0, NS_PER_S, 2 * NS_PER_S]
    assert [said.start_ns for said in record.utterances] == [NS_PER_S, 2 * NS_PER_S]
    assert all(turn.variables["first_name"] == "Alex" for turn in target.turns)
    assert all(turn.now_iso.startswith("2026-05-18T09:00:00") for turn in target.turns)


# 170 words a minute: a word takes 353 ms.
@pytest.mark.parametrize(
    ("after_ms", "heard"),
    [(0, ""), (352, ""), (360, "one"), (1500, "one two three four"), (3400, TEN_WORDS.removesuffix(" ten"))],
)
def test_interruption_cuts_the_reply_where_its_audio_would_have_been_cut(after_ms: int, heard: str) -> None:
    target = ListedReplies(TEN_WORDS, BYE)
    record = play(target, interrupts("stop please", after_ms=after_ms))
    assert target.heard()[1] == ("speech", "stop please", heard)
    assert record.utterances[0].offered


def test_interruption_that_comes_after_the_reply_is_an_ordinary_turn_and_not_offered() -> None:
    target = ListedReplies(TEN_WORDS, BYE)
    record = play(target, interrupts("stop please", after_ms=3600))
    assert target.heard()[1] == ("speech", "stop please", None)
    assert not record.utterances[0].offered


def test_pauses_in_a_callers_line_are_no_words() -> None:
    target = ListedReplies("hello", BYE)
    play(target, says("well [pause 400] yes"))
    assert target.heard()[1] == ("speech", "well yes", None)


@pytest.mark.parametrize(
    ("step", "event", "transcript"),
    [
        (sound(Sound.SILENCE), TurnEvent.NO_SPEECH, ""),
        (sound(Sound.VOICEMAIL_GREETING, text="leave a message"), TurnEvent.VOICEMAIL, ""),
        (CallerStep(kind=StepKind.KEYS, keys="12"), TurnEvent.DTMF, "12"),
    ],
)
def test_silence_voicemail_and_keys_are_their_events(
    step: CallerStep, event: TurnEvent, transcript: str
) -> None:
    target = ListedReplies("hello", BYE)
    record = play(target, step)
    assert target.heard() == [("answered", "", None), (event, transcript, None)]
    assert record.utterances[0].expects_reply
    assert record.utterances[0].text == ""


@pytest.mark.parametrize("name", [Sound.BACKCHANNEL, Sound.COUGH])
def test_sound_that_asks_for_no_answer_makes_no_turn(name: Sound) -> None:
    target = ListedReplies("hello", BYE)
    record = play(target, sound(name, after_ms=300), says("yes"))
    assert target.heard() == [("answered", "", None), ("speech", "yes", None)]
    assert [said.expects_reply for said in record.utterances] == [False, True]


@pytest.mark.parametrize(
    "step",
    [
        CallerStep(kind=StepKind.HANGS_UP),
        CallerStep(kind=StepKind.SAYS, text="well i was", hangs_up_after_ms=600),
    ],
)
def test_caller_who_hangs_up_hears_nothing_more_and_ends_the_call(step: CallerStep) -> None:
    target = ListedReplies("hello", "nobody hears this")
    record = play(target, step, says("never said"))
    assert [event for event, _, _ in target.heard()] == ["answered", "hangup"]
    assert [word.text for word in record.agent_words] == ["hello"]
    assert record.ended_by == "caller"
    assert [(said.hung_up, said.expects_reply) for said in record.utterances] == [(True, False)]


def test_caller_at_the_end_of_the_script_is_asked_again_some_times_and_then_hangs_up() -> None:
    target = ListedReplies("hello", *["are you there"] * PATIENT_SILENCES)
    record = play(target)
    assert [event for event, _, _ in target.heard()] == [
        "answered", *["no_speech"] * PATIENT_SILENCES, "hangup",
    ]  # fmt: skip
    assert record.ended_by == "caller"


def test_agent_that_hangs_up_during_the_silences_ends_the_call() -> None:
    target = ListedReplies("hello", "are you there", BYE)
    record = play(target)
    assert [event for event, _, _ in target.heard()] == ["answered", "no_speech", "no_speech"]
    assert record.ended_by == "agent"


def test_transfer_is_noted_and_ends_the_call() -> None:
    target = ListedReplies("hello", (Tts(text="one moment"), Transition(node_id="x"), Transfer(to="desk")))
    record = play(target, says("a person please"), says("never said"))
    assert [event["to"] for event in record.events if event["kind"] == "call_transferred"] == ["desk"]
    assert record.ended_by == "agent"
    assert len(target.turns) == 2


def test_agent_that_fails_makes_a_failed_record_with_the_first_line_of_its_reason() -> None:
    record = play(ListedReplies("hello", ProviderError("no model\nand a long story")), says("yes"))
    assert record.status is CallStatus.FAILED
    assert record.failure == "ProviderError: no model"
    assert [word.text for word in record.agent_words] == ["hello"]


ASKED_DAY = CallerStep(kind=StepKind.SAYS, text="tuesday", replies_to="Which day suits you?")
ASKED_NAME = CallerStep(kind=StepKind.SAYS, text="speaking", replies_to="Is this Alex?")


def play_transcript(
    target: ListedReplies, policy: WhenDiverged, *steps: CallerStep
) -> tuple[list[str], CallRecord]:
    case = a_case(*steps)
    case = replace(case, scenario=replace(case.scenario, when_diverged=policy))
    record = run_virtual(play_text(case, target))
    return [turn.transcript or turn.event for turn in target.turns], record


def test_caller_who_continues_says_the_transcript_through_and_the_record_notes_it() -> None:
    target = ListedReplies("which day suits you", BYE)
    turns, record = play_transcript(target, WhenDiverged.CONTINUE, ASKED_NAME)
    assert turns == ["answered", "speaking"]
    (left,) = record.divergences
    assert (left.step, left.seq, left.did, left.replied) == (0, 0, "said", "which day suits you")


def test_caller_who_stops_hangs_up_at_the_first_other_reply() -> None:
    target = ListedReplies("is this alex", "please hold", BYE)
    turns, record = play_transcript(target, WhenDiverged.STOP, ASKED_NAME, ASKED_DAY)
    assert turns == ["answered", "speaking", "hangup"]
    assert [(left.step, left.seq, left.did) for left in record.divergences] == [(1, 1, "stopped")]
    assert record.ended_by == "caller"


def test_caller_who_stops_hears_a_call_out_that_kept_to_the_transcript() -> None:
    target = ListedReplies("is this alex", "which day suits you", BYE)
    turns, record = play_transcript(target, WhenDiverged.STOP, ASKED_NAME, ASKED_DAY)
    assert turns == ["answered", "speaking", "tuesday"]
    assert (record.divergences, record.ended_by) == ((), "agent")


def test_caller_who_skips_answers_what_was_asked() -> None:
    target = ListedReplies("which day suits you", BYE)
    turns, record = play_transcript(target, WhenDiverged.SKIP, ASKED_NAME, ASKED_DAY)
    assert turns == ["answered", "tuesday"]
    assert [said.step for said in record.utterances] == [1]
    assert [(left.step, left.did) for left in record.divergences] == [(0, "skipped")]


def test_record_of_a_call_without_a_transcript_says_nothing_of_one() -> None:
    record = play(ListedReplies("hello", BYE), says("hi"))
    text = canonical_json(record)
    assert not any(key in text for key in ("divergences", "replies_to", "when_diverged"))
