from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncGenerator

import numpy as np
import pytest

from agent.clock import LoopClock
from agent.media import SILENT_PCM, AudioFrame
from agent.turn import Action, DialogueState, Tts, TurnEvent, TurnInput, TurnOutput
from agent.units import NS_PER_MS
from evals.sim.latency import (
    PROFILES,
    Delay,
    DelayedSpeechToText,
    DelayedTextToSpeech,
    Delays,
    LatencyProfile,
    delayed_turns,
)
from evals.sim.virtual_time import run_virtual
from tests.fakes.listed_transcripts import ListedTranscripts
from tests.fakes.tone_voice import NO_SUCH_VOICE, ToneVoice
from tests.ports.speech_to_text import check_speech_to_text
from tests.ports.text_to_speech import check_text_to_speech

EXACT = LatencyProfile(
    name="exact",
    stt_final=Delay(median_ms=100),
    dialogue_first=Delay(median_ms=200),
    tts_first=Delay(median_ms=300),
)
STAGES = ("stt_final", "dialogue_first", "tts_first")


def delays(profile: LatencyProfile = EXACT, *, seed: int = 1, scenario: str = "s", repeat: int = 0) -> Delays:
    return Delays(profile, seed=seed, scenario=scenario, repeat=repeat)


def test_delay_of_a_turn_is_the_same_every_time_it_is_asked() -> None:
    reference = PROFILES["reference"]
    first = [delays(reference).draw_ns(stage, turn) for stage in STAGES for turn in range(5)]
    again = [delays(reference).draw_ns(stage, turn) for stage in STAGES for turn in range(5)]
    assert again == first
    assert len(set(first)) == len(first)


def test_delay_depends_on_seed_scenario_repeat_and_turn() -> None:
    reference = PROFILES["reference"]
    drawn = {
        delays(reference).draw_ns("tts_first", 1),
        delays(reference).draw_ns("tts_first", 2),
        delays(reference, seed=2).draw_ns("tts_first", 1),
        delays(reference, scenario="t").draw_ns("tts_first", 1),
        delays(reference, repeat=1).draw_ns("tts_first", 1),
    }
    assert len(drawn) == 5


@pytest.mark.parametrize("stage", STAGES)
def test_delays_have_the_profiles_median_and_spread(stage: str) -> None:
    networked = PROFILES["networked"]
    delay: Delay = getattr(networked, stage)
    one = delays(networked)
    logs = np.log([one.draw_ns(stage, turn) / NS_PER_MS for turn in range(500)])
    assert abs(np.median(logs) - math.log(delay.median_ms)) < 0.06
    assert abs(np.std(logs) - delay.sigma) < 0.04


def test_profile_without_delays_draws_none_and_one_without_spread_its_median() -> None:
    assert [delays(PROFILES["none"]).draw_ns(stage, 3) for stage in STAGES] == [0, 0, 0]
    assert [delays().draw_ns(stage, 3) for stage in STAGES] == [
        100 * NS_PER_MS, 200 * NS_PER_MS, 300 * NS_PER_MS,
    ]  # fmt: skip


def test_profiles_are_named_by_their_key_and_described_in_json_values() -> None:
    assert {name: profile.name for name, profile in PROFILES.items()} == {name: name for name in PROFILES}
    described = PROFILES["reference"].describe()
    assert described["name"] == "reference"
    assert described["stt_final"] == {"median_ms": 90, "sigma": 0.25}


def test_final_transcript_comes_after_the_delay_and_partials_at_once() -> None:
    async def main() -> list[tuple[int, str]]:
        clock = LoopClock()
        stt = DelayedSpeechToText(ListedTranscripts("hello"), delays(), clock)
        recognition = await stt.open()
        seen = []
        for at in range(10):
            partial = await recognition.feed(AudioFrame(t_ns=at, pcm=SILENT_PCM))
            if partial is not None:
                seen.append((clock.now_ns() // NS_PER_MS, partial.text))
        final = await recognition.finish()
        seen.append((clock.now_ns() // NS_PER_MS, final.text))
        await recognition.close()
        return seen

    assert run_virtual(main()) == [(0, "hello"), (100, "hello")]


def test_delay_runs_while_the_inner_recogniser_works() -> None:
    class Slow(ListedTranscripts):
        async def open(self, hints: object = ()) -> object:  # type: ignore[override]
            return _SlowFinal()

    class _SlowFinal:
        async def finish(self) -> str:
            await asyncio.sleep(0.06)
            return "done"

    async def main() -> int:
        clock = LoopClock()
        recognition = await DelayedSpeechToText(Slow(), delays(), clock).open()
        await recognition.finish()
        return clock.now_ns() // NS_PER_MS

    assert run_virtual(main()) == 100


def test_first_audio_of_each_text_comes_after_the_delay_and_the_rest_at_once() -> None:
    async def main() -> list[int]:
        clock = LoopClock()
        tts = DelayedTextToSpeech(ToneVoice(), delays(), clock)
        times = []
        for _ in range(2):
            times += [clock.now_ns() // NS_PER_MS async for _ in tts.speak("one two", "a")]
        return times

    times = run_virtual(main())
    half = len(times) // 2
    assert times == [300] * half + [600] * half


def test_first_action_of_a_turn_comes_after_the_delay() -> None:
    async def answer(turn: TurnInput) -> AsyncGenerator[Action | TurnOutput, None]:
        yield Tts(text="one")
        yield Tts(text="two")
        yield TurnOutput(turn_id=turn.turn_id, actions=(), state=DialogueState(node_id="n", path=("n",)))

    async def main() -> list[tuple[int, str]]:
        clock = LoopClock()
        turn = TurnInput(call_sid="c", turn_id="t", seq=0, flow_id="f", event=TurnEvent.ANSWERED)
        return [
            (clock.now_ns() // NS_PER_MS, type(item).__name__)
            async for item in delayed_turns(answer, delays(), clock)(turn)
        ]

    assert run_virtual(main()) == [(200, "Tts"), (200, "Tts"), (200, "TurnOutput")]


class _LateClock:
    """The running loop's clock, looked up at each use."""

    def now_ns(self) -> int:
        return LoopClock().now_ns() + round(asyncio.get_running_loop().time() * 1e9)

    async def sleep_until(self, t_ns: int) -> None:
        left_ns = t_ns - self.now_ns()
        if left_ns > 0:
            await asyncio.sleep(left_ns / 1e9)


def test_delayed_voice_and_recogniser_keep_the_promises_of_their_ports() -> None:
    clock = _LateClock()
    check_text_to_speech(
        lambda: DelayedTextToSpeech(ToneVoice(), delays(), clock),  # type: ignore[arg-type]
        voice="a",
        unknown_voice=NO_SUCH_VOICE,
    )
    check_speech_to_text(
        lambda: DelayedSpeechToText(ListedTranscripts("one", "two"), delays(), clock),  # type: ignore[arg-type]
        SILENT_PCM * 30,
    )
