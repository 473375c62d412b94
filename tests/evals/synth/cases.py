"""Cases for the tests of caller audio."""

from __future__ import annotations

import asyncio
from typing import Any

from agent.audio.ports import TextToSpeech
from agent.cache import ContentCache
from evals.scenario.model import CallerStep, Case, Expectation, Line, Scenario, Sound, StepKind
from evals.synth.caller_audio import CallerAudio
from tests.fakes.tone_voice import ToneVoice

CLEAN = Line(name="clean")


def says(text: str) -> CallerStep:
    return CallerStep(kind=StepKind.SAYS, text=text)


def makes(sound: Sound, text: str = "") -> CallerStep:
    return CallerStep(kind=StepKind.SOUND, sound=sound, text=text)


def a_case(*steps: CallerStep, line: Line = CLEAN, scenario: str = "books", **changes: Any) -> Case:
    values: dict[str, Any] = {
        "suite": "booking",
        "folder": ".",
        "scenario": Scenario(
            id=scenario,
            title="",
            flow="booking",
            now_iso="2026-05-18T09:00:00",
            time_zone="Europe/London",
            caller=steps,
            expect=Expectation(),
        ),
        "voice": "en-gb",
        "line": line,
        "repeat": 0,
        "seed": 1,
    }
    return Case(**(values | changes))


def prepared(case: Case, tts: TextToSpeech | None = None, cache: ContentCache | None = None) -> CallerAudio:
    return asyncio.run(CallerAudio.prepare(case, tts or ToneVoice(), cache or ContentCache()))
