"""One call at `audio` level: the whole agent in virtual time, against the scripted caller, over the simulated line."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass

from agent.audio.ports import TextToSpeech
from agent.cache import ContentCache
from agent.clock import LoopClock
from agent.media import FRAME_NS
from agent.units import NS_PER_S
from evals.record import CallRecord, CallStatus, Level
from evals.rng import rng_for
from evals.scenario.model import Case
from evals.sim.agent_under_test import AgentUnderTest, Target
from evals.sim.alignment import divergences_heard
from evals.sim.caller import ScriptedCaller
from evals.sim.heard_words import heard_words
from evals.sim.line import TelephoneLine
from evals.sim.recorder import Ending, case_wall, in_one_line, record_of
from evals.sim.virtual_time import VirtualLoop, run_virtual
from evals.synth.caller_audio import CallerAudio

FAREWELL_S = 30  # how long an agent may take to put its things away once the line is down


@dataclass(frozen=True, slots=True, kw_only=True)
class Voices:
    """What callers speak with, and where their audio is kept."""

    tts: TextToSpeech
    cache: ContentCache


def play_audio(case: Case, target: Target, voices: Voices) -> CallRecord:
    """Plays the case and returns its record. An agent that fails makes a record of status `failed`.

    Raises:
        BadInput: a clip of the scenario cannot be used.
    """
    return run_virtual(_play(case, target, voices))


async def _play(case: Case, target: Target, voices: Voices) -> CallRecord:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualLoop)
    audio = await CallerAudio.prepare(case, voices.tts, voices.cache)
    clock = LoopClock(wall_start=case_wall(case.scenario))
    line = TelephoneLine(case.line, loop, rng_for(case.seed, "line.jitter", case.scenario.id, case.repeat))
    agent = target.audio_agent(case, clock)
    caller = ScriptedCaller(case, audio, line, agent.witness)
    ending = await _run(case, line, caller, agent)
    agent.done()
    caller.interrupted_by_end(ending.t_ns)
    words = heard_words(agent.events, line.played)
    caller_track, agent_track = line.tracks(ending.t_ns)
    return record_of(
        case,
        level=Level.AUDIO,
        agent=target.describe(case),
        ending=ending,
        caller_sha256=audio.sha256,
        caller_track=caller_track,
        agent_track=agent_track,
        utterances=caller.utterances,
        agent_words=words,
        wire=line.wire,
        events=agent.events,
        tools=agent.tools,
        divergences=divergences_heard(case.scenario.caller, caller.utterances, words),
    )


async def _run(case: Case, line: TelephoneLine, caller: ScriptedCaller, agent: AgentUnderTest) -> Ending:
    """Lets the line run, frame by frame, until the call is over; says how it ended."""
    async with asyncio.TaskGroup() as tasks:
        answering = tasks.create_task(_failure_of(agent.answer(line.transport)))
        timed_out = await _pace(case, line, caller, answering)
        if timed_out:
            answering.cancel()
        await asyncio.wait([answering], timeout=FAREWELL_S)
        busy = not answering.done()
        answering.cancel()
    failure = "" if answering.cancelled() else answering.result()
    if busy:
        failure = f"the agent was still busy {FAREWELL_S} s after the call had ended"
    if failure:
        return Ending(t_ns=line.now_ns, status=CallStatus.FAILED, by="agent", failure=failure)
    if timed_out:
        return Ending(t_ns=line.now_ns, status=CallStatus.TIMED_OUT, by="harness")
    by = "caller" if caller.gone else "agent"
    return Ending(t_ns=line.now_ns, status=CallStatus.COMPLETED, by=by)


async def _pace(
    case: Case, line: TelephoneLine, caller: ScriptedCaller, answering: asyncio.Future[str]
) -> bool:
    """One step per 20 ms until either side hangs up; True when the call ran out of time instead."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualLoop)
    zero_ns = loop.time_ns()
    done: asyncio.Future[bool] = loop.create_future()
    last_frame = case.scenario.max_duration_s * NS_PER_S // FRAME_NS

    def step(frame: int) -> None:
        try:
            caller.step(frame)
        except Exception as error:
            done.set_exception(error)
            return
        if caller.gone or line.agent_closed_ns is not None or answering.done():
            done.set_result(False)
        elif frame + 1 >= last_frame:
            done.set_result(True)
        else:
            loop.call_at_ns(zero_ns + (frame + 2) * FRAME_NS, step, frame + 1)

    loop.call_at_ns(zero_ns + FRAME_NS, step, 0)
    return await done


async def _failure_of(answering: Awaitable[None]) -> str:
    """What an agent under test raised, in one line; it may raise anything, and the run goes on without it."""
    try:
        await answering
    except Exception as error:
        return in_one_line(error)
    return ""
