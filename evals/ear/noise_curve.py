"""How the agent's success and hearing fall as its caller's surroundings get louder: one recogniser, points by noise.

Every scenario is played on the same ladder of lines, so that two recognisers, and two points of one, differ in
nothing but what they are compared for. Success is that of `milliwatt run`: every expectation of the scenario held.
Words are pooled as in its reports: all errors over all words said.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from evals.metrics.measurement import Measurement
from evals.metrics.word_errors import WordErrors
from evals.metrics.words_heard import WORD_DELETIONS, WORD_HITS, WORD_INSERTIONS, WORD_SUBSTITUTIONS
from evals.report.figures import Share
from evals.scenario.expansion import expand
from evals.scenario.file import load_suite
from evals.scenario.lines import CLEAN
from evals.scenario.model import Case, Line
from evals.store.finished import FinishedCall

NOISE = "office"
SNRS_DB = (20.0, 15.0, 10.0, 5.0)
# Named as the lines that come with the product are, of which two are these.
LINES: tuple[Line, ...] = (
    CLEAN,
    *(Line(name=f"{NOISE}_{snr_db:.0f}db", noise=NOISE, snr_db=snr_db) for snr_db in SNRS_DB),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoisePoint:
    """What came of all calls that one recogniser heard on one line.

    Attributes:
        recogniser: the provider's name.
        line: what the calls were played on; its `snr_db` None means no noise.
        calls: those whose expectations all held.
        words: of the caller's, pooled.
        failing: the cases that failed, in order of name.
    """

    recogniser: str
    line: Line
    calls: Share
    words: WordErrors
    failing: tuple[str, ...] = ()


def clean_cases(suites: Sequence[Path], *, seed: int) -> list[Case]:
    """Every scenario of the suites once for each voice, on the clean line.

    Raises:
        BadInput: a suite cannot be used.
    """
    return [
        case
        for path in suites
        for case in expand(load_suite(path), seed=seed, repeat=1)
        if case.line == CLEAN
    ]


def on_lines(cases: Iterable[Case], lines: Sequence[Line] = LINES) -> list[Case]:
    """Each case once on every line, the lines of a case side by side."""
    return [dataclasses.replace(case, line=line) for case in cases for line in lines]


def noise_points(
    recogniser: str, calls: Iterable[FinishedCall], lines: Sequence[Line] = LINES
) -> list[NoisePoint]:
    """A point for each line, of the calls that were played on it; in the lines' order."""
    of_line: dict[str, list[FinishedCall]] = {line.name: [] for line in lines}
    for call in calls:
        of_line[str(call.record.line["name"])].append(call)
    return [_point(recogniser, line, of_line[line.name]) for line in lines]


def _point(recogniser: str, line: Line, calls: Sequence[FinishedCall]) -> NoisePoint:
    failing = tuple(sorted(call.record.case_id for call in calls if not call.passed))
    words = pooled_words(measurement for call in calls for measurement in call.measurements)
    return NoisePoint(
        recogniser=recogniser,
        line=line,
        calls=Share(count=len(calls) - len(failing), of=len(calls)),
        words=words,
        failing=failing,
    )


def pooled_words(measurements: Iterable[Measurement]) -> WordErrors:
    """All counts of words among the measurements; what is unscored adds nothing to either side of the rate."""
    sums: dict[str, float] = {}
    for measurement in measurements:
        sums[measurement.metric] = sums.get(measurement.metric, 0.0) + (measurement.value or 0.0)
    return WordErrors(
        hits=round(sums.get(WORD_HITS.name, 0.0)),
        substitutions=round(sums.get(WORD_SUBSTITUTIONS.name, 0.0)),
        deletions=round(sums.get(WORD_DELETIONS.name, 0.0)),
        insertions=round(sums.get(WORD_INSERTIONS.name, 0.0)),
    )
