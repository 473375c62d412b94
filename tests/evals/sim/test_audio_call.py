"""How a call at audio level is said to have ended."""

from __future__ import annotations

from collections.abc import Mapping

from agent.audio.ports import Transport
from agent.cache import ContentCache
from agent.clock import Clock
from agent.turn import Json
from agent.units import NS_PER_MS
from evals.scenario.model import CallerStep, Case, StepKind
from evals.sim.agent_under_test import AgentUnderTest, TextAgent
from evals.sim.audio_call import Voices, play_audio
from evals.sim.caller import REPLY_TIMEOUT_NS
from tests.fakes.tone_voice import ToneVoice
from tests.scenarios import a_case


class HangsUpAt:
    """A target that says nothing and hangs up at `at_ns`."""

    name = "hangs up"

    def __init__(self, at_ns: int) -> None:
        self._at_ns = at_ns

    def describe(self, case: Case) -> Mapping[str, Json]:
        return {}

    def text_agent(self, case: Case) -> TextAgent:
        raise NotImplementedError

    def audio_agent(self, case: Case, clock: Clock) -> AgentUnderTest:
        async def answer(transport: Transport) -> None:
            await clock.sleep_until(self._at_ns)
            await transport.close()

        return AgentUnderTest(answer=answer)


def test_agent_that_hangs_up_just_before_the_caller_would_have_ended_the_call() -> None:
    # A caller who gets no reply goes on with the script at the timeout; the agent is 5 ms earlier.
    case = a_case(CallerStep(kind=StepKind.HANGS_UP))
    target = HangsUpAt(REPLY_TIMEOUT_NS - 5 * NS_PER_MS)
    record = play_audio(case, target, Voices(tts=ToneVoice(), cache=ContentCache(None)))
    assert record.ended_by == "agent"
    assert record.utterances == ()
    assert [message.kind for message in record.wire] == ["hangup_agent"]
