"""At text level no sound is made: what a recogniser would have made of the caller's lines takes their place.

A step's `heard` is such a line, drawn from a model of a recogniser's errors (`evals.generating.confusions`). The
caller still wants what they said, so what must come of the call does not change.
"""

from __future__ import annotations

from dataclasses import replace

from evals.scenario.model import CallerStep, Case, Sound, StepKind

NOTHING_HEARD = "[nothing]"
"""What stands in `heard` where a recogniser gave no word: the agent meets a silence."""


def as_heard(case: Case) -> Case:
    """The case as a recogniser hears it; itself where no step says how it is heard."""
    if not any(step.heard for step in case.scenario.caller):
        return case
    caller = tuple(_heard(step) for step in case.scenario.caller)
    return replace(case, scenario=replace(case.scenario, caller=caller))


def _heard(step: CallerStep) -> CallerStep:
    if not step.heard:
        return step
    if step.heard == NOTHING_HEARD:
        return CallerStep(
            kind=StepKind.SOUND, sound=Sound.SILENCE, said=step.text, replies_to=step.replies_to
        )
    return replace(step, text=step.heard, said=step.text, heard="")
