"""What a run comes to: its calls, words, delays and failures pooled. Pure; every report prints one of these."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from agent.cognitive.flow import Flow
from evals.metrics.barge_in import (
    BARGE_IN_MISSED,
    FALSE_STOP,
    STOP_LATENCY,
    YIELD_LATENCY,
    YIELD_LATENCY_NET,
    YIELD_RESUMED,
)
from evals.metrics.definition import MetricDefinition
from evals.metrics.entities_heard import DIGIT_ERRORS, DIGITS_SAID, HEARD, SAID
from evals.metrics.latency import MISSED_TURN, RESPONSE_LATENCY
from evals.metrics.measurement import Measurement
from evals.metrics.task import TASK_SUCCESS
from evals.metrics.turn_taking import FALSE_CUT_INS, PAUSES_OFFERED
from evals.metrics.word_errors import WordErrors
from evals.metrics.words_heard import WORD_DELETIONS, WORD_HITS, WORD_INSERTIONS, WORD_SUBSTITUTIONS
from evals.record import CallStatus
from evals.report.figures import Delay, Delays, Share
from evals.report.noise_curve import NoisePoint, noise_points
from evals.report.stages import StagedWait, StageMeans, stage_means, staged_waits
from evals.run_info import RunInfo
from evals.scenario.model import EntityKind
from evals.scoring.coverage import Coverage, Visited, coverage
from evals.scoring.repeats import RepeatedCase, RepeatRates, flaky, repeat_rates, repeated
from evals.scoring.verdict import GateOutcome, GateVerdict, ItemGrade, ScorecardItem
from evals.store.finished import FinishedCall


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The figures of a group of calls.

    Attributes:
        name: what the calls have in common, such as a line condition.
        calls: those whose expectations all held.
        task: those that did what the call was for.
        words: of the caller's, heard by the agent.
        response: from the caller's last sound to the agent's first, at the ear; missed turns are censored in it.
        missed_turns: turns that got no answer, of those that were owed one.
        yielding, yielding_net: from the caller's onset to the agent's silence, with and without the line's delay.
        stopping: from the caller's onset to the agent's stopping, at its own end of the line.
        missed_interruptions: interruptions that the agent talked through.
        false_stops: replies given up for a listening noise, of those during which one was made.
        resumed: yields to a listening noise after which the agent went on.
        cut_ins: pauses of the caller's within a turn into which the agent spoke.
        entities: by kind, those heard right of those said, in order of their kinds.
        digits_wrong: digits of numbers said that were heard wrong, of those said.
    """

    name: str
    calls: Share
    task: Share
    words: WordErrors
    response: Delays
    missed_turns: Share
    yielding: Delays
    yielding_net: Delays
    stopping: Delays
    missed_interruptions: Share
    false_stops: Share
    resumed: Share
    cut_ins: Share
    entities: tuple[tuple[str, Share], ...]
    digits_wrong: tuple[int, int]

    @property
    def all_entities(self) -> Share:
        """Those of every kind."""
        return sum((share for _, share in self.entities), Share())


@dataclass(frozen=True, slots=True, kw_only=True)
class FailingCase:
    """A case that failed, and every reason."""

    case_id: str
    title: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CardLine:
    """How one line of a scorecard came out over the run."""

    card: str
    card_version: int
    item: str
    section: str
    fatal: bool
    graded: Share
    not_applicable: int
    unscored: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unscored:
    """A reason why a metric has no value, and how often."""

    metric: str
    reason: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A run, whole.

    Attributes:
        run: what it was.
        all: its figures.
        by_line, by_voice, by_scenario: the same, by group, in order of name (scenarios: of playing).
        failing: what failed and why, in playing order.
        missing: cases of the run that have no finished call.
        flaky: cases that passed in some of their repeats and failed in others.
        repeats: how often one of k repeats passes, and how often all do.
        coverage: what of each flow no call came to, where the flow is known.
        stages: what the caller's waits were made of, by line and pooled, where the agent tells.
        noise: words heard wrong at each signal-to-noise ratio of each noise.
        diverged: replies that were not the transcript's, by case, where the callers' lines come from one.
        scorecard: every line of every scorecard.
        unscored: why metrics have no value, most frequent first.
        gates: what gates said of the run.
        wall_s: real seconds of all workers together; `call_s` the seconds that the calls lasted.
    """

    run: RunInfo
    all: Figures
    by_line: tuple[Figures, ...]
    by_voice: tuple[Figures, ...]
    by_scenario: tuple[Figures, ...]
    failing: tuple[FailingCase, ...] = ()
    missing: tuple[str, ...] = ()
    flaky: tuple[RepeatedCase, ...] = ()
    repeats: tuple[RepeatRates, ...] = ()
    coverage: tuple[Coverage, ...] = ()
    stages: tuple[StageMeans, ...] = ()
    noise: tuple[NoisePoint, ...] = ()
    diverged: tuple[tuple[str, int], ...] = ()
    scorecard: tuple[CardLine, ...] = ()
    unscored: tuple[Unscored, ...] = ()
    gates: tuple[GateVerdict, ...] = ()
    wall_s: float = 0.0
    call_s: float = 0.0

    @property
    def complete(self) -> bool:
        """Whether every case of the run was played; a shard that no case falls into is complete as it is."""
        empty = bool(self.run.shard) and not self.run.cases
        return not self.missing and (empty or self.all.calls.of > 0)

    @property
    def holds(self) -> bool:
        """Whether the run is complete, every expectation held and no gate is seen to fail; see `undecided`."""
        gates_hold = all(gate.outcome is not GateOutcome.FAIL for gate in self.gates)
        return self.complete and not self.failing and gates_hold

    @property
    def undecided(self) -> bool:
        """Whether nothing is seen to fail, but a gate had too little data to say."""
        return self.holds and any(gate.outcome is GateOutcome.TOO_LITTLE_DATA for gate in self.gates)


def summarise(
    run: RunInfo,
    calls: Iterable[FinishedCall],
    *,
    gates: Sequence[GateVerdict] = (),
    flows: Mapping[str, Flow] | None = None,
) -> Summary:
    """Pools a run's finished calls, which may be read one at a time and without their tracks.

    Args:
        run: what it was.
        calls: its calls.
        gates: what gates said of it.
        flows: the flows that its agents walked, by the hash that records name them by.
    """
    order = {case: place for place, case in enumerate(run.cases)}
    kept = sorted(
        (_Kept.of(call) for call in calls),
        key=lambda call: (order.get(call.case_id, len(order)), call.case_id),
    )
    finished = {call.case_id for call in kept}
    cases = repeated((call.case_id, call.passed) for call in kept)
    return Summary(
        run=run,
        all=_figures("all", kept),
        by_line=_grouped(kept, lambda call: call.line, in_order=False),
        by_voice=_grouped(kept, lambda call: call.voice, in_order=False),
        by_scenario=_grouped(kept, lambda call: f"{call.suite}/{call.scenario}", in_order=True),
        failing=tuple(
            FailingCase(case_id=call.case_id, title=call.title, reasons=call.reasons)
            for call in kept
            if not call.passed
        ),
        missing=tuple(case for case in run.cases if case not in finished),
        flaky=flaky(cases),
        repeats=repeat_rates(cases),
        coverage=tuple(
            coverage(flow, [call.visited for call in kept if call.flow_sha256 == sha256])
            for sha256, flow in sorted((flows or {}).items(), key=lambda entry: (entry[1].name, entry[0]))
            if any(call.flow_sha256 == sha256 for call in kept)
        ),
        stages=stage_means((call.line, waits) for call in kept for waits in call.stages),
        noise=noise_points((call.noise, call.snr_db, call.case_id, call.measurements) for call in kept),
        diverged=tuple((call.case_id, call.divergences) for call in kept if call.divergences),
        scorecard=_scorecard(item for call in kept for item in call.scorecard),
        unscored=_unscored(measurement for call in kept for measurement in call.measurements),
        gates=tuple(gates),
        wall_s=sum(call.wall_s for call in kept),
        call_s=sum(call.duration_s for call in kept),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """What a summary needs of a call: a run of thousands does not fit in memory with its events and tracks."""

    case_id: str
    suite: str
    scenario: str
    title: str
    line: str
    voice: str
    passed: bool
    reasons: tuple[str, ...]
    flow_sha256: str
    visited: Visited
    duration_s: float
    wall_s: float
    noise: str
    snr_db: float | None
    stages: tuple[StagedWait, ...]
    divergences: int
    measurements: tuple[Measurement, ...] = field(repr=False)
    scorecard: tuple[ScorecardItem, ...] = field(repr=False)

    @staticmethod
    def of(call: FinishedCall) -> _Kept:
        record = call.record
        return _Kept(
            case_id=record.case_id,
            suite=record.suite,
            scenario=record.scenario_id,
            title=str(record.scenario.get("title", "")),
            line=str(record.line.get("name", "")),
            voice=record.voice,
            passed=call.passed,
            reasons=reasons_of(call),
            flow_sha256=str(record.agent.get("flow_sha256", "")),
            visited=Visited(path=record.path, tools=frozenset(tool.name for tool in record.tools)),
            duration_s=record.duration_ns / 1e9,
            wall_s=call.wall_s,
            noise=str(record.line.get("noise") or "none"),
            snr_db=snr if isinstance(snr := record.line.get("snr_db"), int | float) else None,
            stages=staged_waits(call.measurements),
            divergences=len(record.divergences),
            measurements=call.measurements,
            scorecard=call.scorecard,
        )


def reasons_of(call: FinishedCall) -> tuple[str, ...]:
    """Why the call failed, one line for each expectation that did not hold; empty when it passed."""
    reasons = [
        f"{check.name}: {check.detail}" if check.detail else check.name
        for check in call.checks
        if not check.passed
    ]
    if not reasons and call.record.status is CallStatus.FAILED:
        reasons = [f"the call failed: {call.record.failure}"]
    return tuple(reasons)


def _grouped(calls: Sequence[_Kept], key: Callable[[_Kept], str], *, in_order: bool) -> tuple[Figures, ...]:
    groups: dict[str, list[_Kept]] = {}
    for call in calls:
        groups.setdefault(key(call), []).append(call)
    names = list(groups) if in_order else sorted(groups)
    return tuple(_figures(name, groups[name]) for name in names)


def _figures(name: str, calls: Sequence[_Kept]) -> Figures:
    by_metric: dict[str, list[Measurement]] = {}
    for call in calls:
        for measurement in call.measurements:
            if measurement.value is not None:
                by_metric.setdefault(measurement.metric, []).append(measurement)

    def share(metric: MetricDefinition) -> Share:
        values = by_metric.get(metric.name, [])
        return Share(count=sum(bool(item.value) for item in values), of=len(values))

    def delays(metric: MetricDefinition) -> Delays:
        values = by_metric.get(metric.name, [])
        return Delays.of(Delay(ms=item.value or 0.0, censored=item.censored) for item in values)

    def total(metric: MetricDefinition) -> int:
        return round(sum(item.value or 0.0 for item in by_metric.get(metric.name, [])))

    def counted(count: MetricDefinition, of: MetricDefinition) -> Share:
        # Several cut-ins into one pause are one pause cut into.
        return Share(count=min(total(count), total(of)), of=total(of))

    return Figures(
        name=name,
        calls=Share(count=sum(call.passed for call in calls), of=len(calls)),
        task=share(TASK_SUCCESS),
        words=WordErrors(
            hits=total(WORD_HITS),
            substitutions=total(WORD_SUBSTITUTIONS),
            deletions=total(WORD_DELETIONS),
            insertions=total(WORD_INSERTIONS),
        ),
        response=delays(RESPONSE_LATENCY),
        missed_turns=share(MISSED_TURN),
        yielding=delays(YIELD_LATENCY),
        yielding_net=delays(YIELD_LATENCY_NET),
        stopping=delays(STOP_LATENCY),
        missed_interruptions=share(BARGE_IN_MISSED),
        false_stops=share(FALSE_STOP),
        resumed=share(YIELD_RESUMED),
        cut_ins=counted(FALSE_CUT_INS, PAUSES_OFFERED),
        entities=tuple(
            (str(kind), shown) for kind in EntityKind if (shown := counted(HEARD[kind], SAID[kind])).of
        ),
        digits_wrong=(total(DIGIT_ERRORS), total(DIGITS_SAID)),
    )


def _scorecard(items: Iterable[ScorecardItem]) -> tuple[CardLine, ...]:
    grades: dict[tuple[str, int, str, str, bool], Counter[ItemGrade]] = {}
    for item in items:
        key = (item.card, item.card_version, item.section, item.item, item.fatal)
        grades.setdefault(key, Counter())[item.grade] += 1
    return tuple(
        CardLine(
            card=card,
            card_version=version,
            item=name,
            section=section,
            fatal=fatal,
            graded=Share(count=count[ItemGrade.PASS], of=count[ItemGrade.PASS] + count[ItemGrade.FAIL]),
            not_applicable=count[ItemGrade.NOT_APPLICABLE],
            unscored=count[ItemGrade.UNSCORED],
        )
        for (card, version, section, name, fatal), count in grades.items()
    )


def _unscored(measurements: Iterable[Measurement]) -> tuple[Unscored, ...]:
    counts = Counter((item.metric, item.unscored_reason) for item in measurements if item.value is None)
    ordered = sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))
    return tuple(Unscored(metric=metric, reason=reason, count=count) for (metric, reason), count in ordered)
