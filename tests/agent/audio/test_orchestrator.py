"""Whole calls of the audio layer on virtual time: humming callers, scripted transcripts, scripted dialogue."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from agent.audio.barge_in import BargeInConfig
from agent.audio.call_config import CallConfig
from agent.audio.orchestrator import CallOrchestrator
from agent.audio.ports import Mark
from agent.audio.transports.memory import FarEnd, MemoryTransport
from agent.cache import ContentCache
from agent.clock import Clock, LoopClock
from agent.events import CallEvent, event_kind
from agent.media import FRAME_MS, AudioFrame
from agent.turn import Json, TurnEvent
from evals.record import CallRecord, CallStatus
from evals.scenario.model import CallerStep, Case, Sound, StepKind
from evals.sim.agent_under_test import AgentUnderTest, TextAgent
from evals.sim.audio_call import Voices, play_audio
from evals.sim.virtual_time import run_virtual
from tests.fakes import listed_transcripts, scripted_dialogue
from tests.fakes.listed_transcripts import ListedTranscripts
from tests.fakes.loudness_detector import LoudnessDetector
from tests.fakes.scripted_dialogue import HANGS_UP, ScriptedDialogue
from tests.fakes.tone_voice import ToneVoice
from tests.scenarios import a_case, interrupts, says, sound


@dataclass
class Call:
    """A call and all that was noted of it."""

    dialogue: ScriptedDialogue
    stt: ListedTranscripts
    events: list[CallEvent] = field(default_factory=list)
    record: CallRecord | None = None
    barge_in: BargeInConfig = field(default_factory=BargeInConfig)
    name = "fake"

    def listen_to(self, *steps: CallerStep, max_duration_s: int = 240) -> None:
        case = a_case(*steps, max_duration_s=max_duration_s)
        self.record = play_audio(case, self, Voices(tts=ToneVoice(), cache=ContentCache(None)))
        assert self.record.failure == ""

    def describe(self, case: Case) -> Mapping[str, Json]:
        return {}

    def text_agent(self, case: Case) -> TextAgent:
        raise NotImplementedError

    def audio_agent(self, case: Case, clock: Clock) -> AgentUnderTest:
        call = CallOrchestrator(
            config=CallConfig(call_sid="call", flow_id="fake", barge_in=self.barge_in),
            stream_turn=self.dialogue.stream_turn,
            stt=self.stt,
            tts=ToneVoice(),
            detector=LoudnessDetector(),
            clock=clock,
            on_event=self.events.append,
        )
        return AgentUnderTest(answer=call.answer, events=self.events)

    def kinds(self) -> list[str]:
        return [event_kind(event) for event in self.events]

    def heard_by_dialogue(self) -> list[tuple[str, str]]:
        return [(turn.event, turn.transcript) for turn in self.dialogue.turns]

    def words(self) -> str:
        assert self.record is not None
        return " ".join(word.text for word in self.record.agent_words if word.complete)


def play(*steps: CallerStep, lines: list[str], hears: list[str]) -> Call:
    call = Call(ScriptedDialogue(*lines), ListedTranscripts(*hears))
    call.listen_to(*steps)
    return call


LONG = "this is a rather long sentence that somebody may want to interrupt before it has come to its end"


def test_agent_speaks_first_then_answers_each_turn_and_hangs_up() -> None:
    call = play(
        says("yes this is alex"),
        says("tuesday please"),
        lines=["hello is this alex", "which day", "goodbye then" + HANGS_UP],
        hears=["yes this is alex", "tuesday"],
    )
    assert call.heard_by_dialogue() == [
        (TurnEvent.ANSWERED, ""),
        (TurnEvent.SPEECH, "yes this is alex"),
        (TurnEvent.SPEECH, "tuesday"),
    ]
    assert call.words() == "hello is this alex which day goodbye then"
    assert call.record is not None
    assert call.record.ended_by == "agent"


def test_caller_who_interrupts_is_heard_and_the_reply_is_not_finished() -> None:
    call = play(
        interrupts("no that is the wrong person", after_ms=900),
        lines=[LONG, "sorry goodbye" + HANGS_UP],
        hears=["no that is the wrong person"],
    )
    assert "yielded" in call.kinds()
    assert "reply_cancelled" in call.kinds()
    assert "end" not in call.words()
    assert call.dialogue.turns[1].heard is not None
    assert LONG.startswith(call.dialogue.turns[1].heard)
    assert 0 < len(call.dialogue.turns[1].heard) < len(LONG)


def test_backchannel_makes_the_agent_pause_and_go_on_from_the_cut_word() -> None:
    call = play(
        sound(Sound.BACKCHANNEL, after_ms=900, text="mhm"),
        says("fine"),
        lines=[LONG, "goodbye" + HANGS_UP],
        hears=["mhm", "fine"],
    )
    kinds = call.kinds()
    assert kinds.index("yielded") < kinds.index("resumed")
    assert "reply_cancelled" not in kinds
    said = call.words().split()
    assert [word for number, word in enumerate(said) if number == 0 or said[number - 1] != word] == [
        *LONG.split(),
        "goodbye",
    ]


def test_caller_who_stays_silent_is_asked_again() -> None:
    call = play(
        sound(Sound.SILENCE),
        says("yes"),
        lines=["are you there", "hello", "goodbye" + HANGS_UP],
        hears=["yes"],
    )
    assert [event for event, _ in call.heard_by_dialogue()] == ["answered", "no_speech", "speech"]


def test_noise_without_words_opens_no_turn() -> None:
    call = play(
        says("hm"), says("yes"), lines=["hello", "are you there", "goodbye" + HANGS_UP], hears=["", "yes"]
    )
    assert [text for event, text in call.heard_by_dialogue() if event == "speech"] == ["yes"]


def test_keys_open_a_turn_at_once_even_while_the_agent_speaks() -> None:
    call = play(CallerStep(kind=StepKind.KEYS, keys="1"), lines=["press one", "goodbye" + HANGS_UP], hears=[])
    assert call.heard_by_dialogue()[1] == ("dtmf", "1")


def test_voicemail_is_told_by_its_beep_and_the_message_is_left_after_it() -> None:
    call = play(
        sound(Sound.VOICEMAIL_GREETING, text="please leave a message"),
        lines=[LONG, "i will call again" + HANGS_UP],
        hears=["please leave a message"],
    )
    assert [event for event, _ in call.heard_by_dialogue()] == ["answered", "voicemail"]
    assert call.words().endswith("i will call again")
    assert call.record is not None
    greeting = call.record.utterances[0]
    message = [word for word in call.record.agent_words if word.seq == 1]
    assert message[0].start_ns >= greeting.end_ns - 100_000_000


def test_caller_who_hangs_up_mid_speech_is_told_to_the_dialogue_and_nothing_more_is_said() -> None:
    step = CallerStep(kind=StepKind.SAYS, text="well i was thinking that", hangs_up_after_ms=600)
    call = play(step, lines=["hello"], hears=["well"])
    assert call.heard_by_dialogue()[-1] == ("hangup", "")
    assert call.kinds()[-1] == "turn_answered"
    assert call.record is not None
    assert call.record.ended_by == "caller"


def test_recogniser_that_fails_is_reported_and_the_call_goes_on() -> None:
    call = play(
        says("yes"),
        says("yes i said"),
        lines=["hello", "are you there", "goodbye" + HANGS_UP],
        hears=[listed_transcripts.FAILS, "yes i said"],
    )
    assert "provider_failed" in call.kinds()
    assert call.heard_by_dialogue()[-1] == ("speech", "yes i said")


def test_dialogue_that_fails_ends_the_call_with_an_apology() -> None:
    call = play(says("yes"), lines=["hello", scripted_dialogue.FAILS], hears=["yes"])
    assert "provider_failed" in call.kinds()
    assert "Sorry," in call.words()
    assert call.record is not None
    assert call.record.ended_by == "agent"


def test_every_recognition_that_was_opened_is_closed() -> None:
    call = play(
        interrupts("no that is the wrong person", after_ms=900),
        sound(Sound.COUGH, after_ms=400),
        says("bye"),
        lines=[LONG, LONG, "goodbye" + HANGS_UP],
        hears=["no that is the wrong person", "", "bye"],
    )
    assert call.stt.opened > 0
    assert call.stt.open_now == 0


def test_states_follow_one_another_in_the_trace() -> None:
    call = play(says("yes"), lines=["hello", "goodbye" + HANGS_UP], hears=["yes"])
    changes = [event for event in call.events if event_kind(event) == "state_changed"]
    assert [changes[0].old, *(change.new for change in changes)] == [
        "idle",
        "processing",
        "speaking",
        "listening",
        "processing",
        "speaking",
        "closing",
        "ended",
    ]


def test_caller_who_speaks_over_the_last_words_is_heard_before_the_call_ends() -> None:
    call = play(
        interrupts("no wait make it wednesday", after_ms=900),
        lines=[LONG + HANGS_UP, "wednesday then goodbye" + HANGS_UP],
        hears=["no wait make it wednesday"],
    )
    assert call.heard_by_dialogue()[-1] == ("speech", "no wait make it wednesday")
    assert call.words().endswith("wednesday then goodbye")
    assert call.record is not None
    assert call.record.ended_by == "agent"


def test_recogniser_that_fails_while_it_listens_is_reported_and_the_call_goes_on() -> None:
    call = play(
        says("yes this is alex"),
        says("yes i said"),
        lines=["hello", "are you there", "goodbye" + HANGS_UP],
        hears=[listed_transcripts.FAILS_LISTENING, "yes i said"],
    )
    assert "provider_failed" in call.kinds()
    assert call.heard_by_dialogue()[-1] == ("speech", "yes i said")
    assert call.stt.open_now == 0


def test_answer_over_the_agents_last_words_is_heard_from_its_beginning_even_if_it_did_not_stop_the_agent() -> (
    None
):
    call = Call(
        ScriptedDialogue("shall we say tuesday", "goodbye" + HANGS_UP), ListedTranscripts("tuesday is fine")
    )
    call.barge_in = BargeInConfig(yield_windows=1000)
    call.listen_to(interrupts("tuesday is fine for me thank you", after_ms=700))
    assert call.heard_by_dialogue()[-1] == ("speech", "tuesday is fine")
    assert call.stt.opened == 1
    fed = call.stt.fed_ns
    assert len(set(fed)) == len(fed) and fed == sorted(fed)
    assert len(fed) * FRAME_MS > 1000


def test_voice_that_does_not_stop_the_agent_opens_no_ear() -> None:
    call = Call(ScriptedDialogue(LONG + HANGS_UP), ListedTranscripts("mhm"))
    call.barge_in = BargeInConfig(yield_windows=1000)
    call.listen_to(sound(Sound.BACKCHANNEL, after_ms=900, text="mhm"))
    assert call.stt.opened == 0


def test_ear_that_listens_when_the_call_runs_out_of_time_is_closed() -> None:
    call = Call(ScriptedDialogue("hello"), ListedTranscripts("well"))
    call.listen_to(says("well i was thinking about it for rather a long time"), max_duration_s=2)
    assert call.record is not None
    assert call.record.status is CallStatus.TIMED_OUT
    assert call.stt.opened == 1
    assert call.stt.open_now == 0


def test_what_was_heard_of_a_cut_reply_is_told_even_if_no_words_were_heard_in_the_interruption() -> None:
    call = play(
        interrupts("no that is the wrong person", after_ms=900),
        lines=[LONG, "are you there" + HANGS_UP],
        hears=[""],
    )
    assert "reply_cancelled" in call.kinds()
    assert call.dialogue.turns[1].event == TurnEvent.NO_SPEECH
    assert call.dialogue.turns[1].heard
    assert LONG.startswith(call.dialogue.turns[1].heard)


class SlowTransport(MemoryTransport):
    """A line whose `send` waits, as a network's does."""

    async def send(self, item: AudioFrame | Mark) -> None:
        await asyncio.sleep(0.001)
        await super().send(item)


def test_frames_keep_their_order_on_a_line_that_makes_sending_wait() -> None:
    sent: list[AudioFrame] = []

    async def main() -> None:
        def keep(item: AudioFrame | Mark) -> None:
            if isinstance(item, AudioFrame):
                sent.append(item)
            else:
                asyncio.get_running_loop().call_later(0.5, transport.deliver, item)

        far_end = FarEnd(send=keep, clear=lambda: None, closed=lambda: None)
        transport = SlowTransport(far_end)
        call = CallOrchestrator(
            config=CallConfig(call_sid="c", flow_id="f"),
            stream_turn=ScriptedDialogue(LONG + HANGS_UP).stream_turn,
            stt=ListedTranscripts(),
            tts=ToneVoice(),
            detector=LoudnessDetector(),
            clock=LoopClock(),
            on_event=lambda event: None,
        )
        await call.answer(transport)

    run_virtual(main())
    starts = [frame.t_ns for frame in sent]
    assert len(starts) > 200
    assert starts == sorted(starts)
