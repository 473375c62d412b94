"""From a suite to the calls to be played: each scenario once per voice, line and repeat, in the file's order."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase

from evals.scenario.model import Case, Scenario, Suite


def expand(
    suite: Suite, *, seed: int, repeat: int | None = None, only: Sequence[str] | None = None
) -> list[Case]:
    """The suite's cases, always in the same order.

    Args:
        suite: what to play.
        seed: the run's seed, the same in every case.
        repeat: how often to play each combination; the suite's own number when None.
        only: patterns such as `books_*` or `smoke`; a scenario stays when its id or a tag of its matches one.
    """
    return [
        Case(
            suite=suite.name,
            folder=suite.folder,
            scenario=scenario,
            voice=voice,
            line=line,
            repeat=number,
            seed=seed,
        )
        for scenario in suite.scenarios
        if only is None or chosen(scenario, only)
        for voice in ((scenario.voice,) if scenario.voice is not None else suite.voices)
        for line in ((scenario.line,) if scenario.line is not None else suite.lines)
        for number in range(suite.repeat if repeat is None else repeat)
    ]


def chosen(scenario: Scenario, patterns: Sequence[str]) -> bool:
    """Whether the scenario's id or one of its tags matches one of the patterns."""
    return any(fnmatchcase(name, pattern) for pattern in patterns for name in (scenario.id, *scenario.tags))
