"""Builders of small cases for tests: a scenario from its caller's steps, on a named line."""

from __future__ import annotations

from evals.scenario.model import CallerStep, Case, Expectation, Line, Scenario, Sound, StepKind

CLEAN = Line(name="clean")


def says(text: str) -> CallerStep:
    return CallerStep(kind=StepKind.SAYS, text=text)


def interrupts(text: str, *, after_ms: int) -> CallerStep:
    return CallerStep(kind=StepKind.INTERRUPTS, text=text, after_ms=after_ms)


def sound(name: Sound, *, after_ms: int | None = None, text: str = "") -> CallerStep:
    return CallerStep(kind=StepKind.SOUND, sound=name, after_ms=after_ms, text=text)


def a_case(
    *caller: CallerStep,
    line: Line = CLEAN,
    seed: int = 1,
    expect: Expectation | None = None,
    max_duration_s: int = 240,
    **world: object,
) -> Case:
    """A case of the booking flow."""
    scenario = Scenario(
        id="a_scenario",
        title="A scenario made for a test",
        flow="booking",
        now_iso="2026-05-18T09:00:00",
        time_zone="Europe/London",
        caller=tuple(caller),
        expect=expect or Expectation(),
        variables={"first_name": "Alex", "email": "alex@example.com"},
        world=world,  # type: ignore[arg-type]
        max_duration_s=max_duration_s,
    )
    return Case(suite="tests", folder=".", scenario=scenario, voice="en-gb", line=line, repeat=0, seed=seed)
