"""The pictures of a run or of two, each with the table of what it shows, for readers who do not see it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from evals.report.charts import Level, histogram, levels
from evals.report.curves import MOST_CURVES, Curve, Panel, Point, curves
from evals.report.distribution import distributions
from evals.report.figures import Delays
from evals.report.noise_curve import NoisePoint
from evals.report.stages import STAGES
from evals.report.summary import Figures, Summary
from evals.report.tradeoff import Choice, tradeoff
from evals.report.waterfall import Fall, waterfall
from evals.report.wording import NOTHING, counted, delay, interval_of, percent, word_error_rate

_SHARES = (("p50", 0.5), ("p90", 0.9), ("p95", 0.95), ("p99", 0.99), ("longest", 1.0))
DELAY_HEAD = ("", "turns", *(name for name, _ in _SHARES), "never answered")
"""The table of delays of several groups of turns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture with its caption, and its values as a table.

    Attributes:
        name: the caption.
        svg: the picture; never empty.
        head, rows: the table.
        note: a line under it, where something has to be said.
    """

    name: str
    svg: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


def of_run(summary: Summary) -> tuple[Picture, ...]:
    """The pictures of one run, without those of which it has no values."""
    lines = summary.by_line
    named = [("all", summary.all.response), *((group.name, group.response) for group in lines)]
    spread = [(name, delays) for name, delays in named if delays.n][:MOST_CURVES]
    return _drawn(
        Picture(
            name="Time to answer, ms",
            svg=histogram(summary.all.response, title="How many turns were answered after how long"),
            head=DELAY_HEAD,
            rows=_delay_rows([("all", summary.all.response)]),
        ),
        Picture(
            name="Answered within so long, by line",
            svg=distributions(spread, title="Share of turns answered within so many ms, by line condition")
            if len(lines) > 1
            else "",
            head=DELAY_HEAD,
            rows=_delay_rows(spread),
        ),
        _stages([("", summary)], "What the wait for an answer is made of, ms"),
        _noise(_by_noise(summary), "Words wrong against noise"),
        _levels("Words wrong, by line", "Word error rate by line condition", lines, _words_wrong),
        _levels("Calls passed, by line", "Share of calls passed by line condition", lines, _passed),
    )


def of_two(before: Summary, after: Summary, among: Sequence[Summary] = ()) -> tuple[Picture, ...]:
    """The pictures of two runs over each other, and of all given in the trade-off."""
    responses = [("before", before.all.response), ("now", after.all.response)]
    named = [("before", before), ("now", after)]
    return _drawn(
        Picture(
            name="Answered within so long",
            svg=distributions(responses, title="Share of turns answered within so many ms, before and now"),
            head=DELAY_HEAD,
            rows=_delay_rows(responses),
        ),
        _stages(named, "What the wait for an answer is made of, ms"),
        _noise([(name, summary.noise) for name, summary in named], "Words wrong against noise"),
        _tradeoff([*named, *((_label(summary), summary) for summary in among)]),
    )


def _drawn(*pictures: Picture) -> tuple[Picture, ...]:
    return tuple(picture for picture in pictures if picture.svg)


def _delay_rows(named: Sequence[tuple[str, Delays]]) -> tuple[tuple[str, ...], ...]:
    return tuple(
        (name, str(delays.n), *(delay(delays.quantile(share)) for _, share in _SHARES), str(delays.censored))
        for name, delays in named
    )


def _stages(named: Sequence[tuple[str, Summary]], caption: str) -> Picture:
    falls = [
        (Fall(name=f"{means.name} {name}".strip(), stages_ms=means.stages_ms), means.waits)
        for group in _groups(named)
        for name, summary in named
        for means in summary.stages
        if means.name == group
    ]
    return Picture(
        name=caption,
        svg=waterfall([fall for fall, _ in falls], title="Mean stages of the wait for an answer, end to end"),
        head=("", "waits", *STAGES, "together"),
        rows=tuple(
            (
                fall.name,
                str(waits),
                *(f"{stage:.0f} ms" for stage in fall.stages_ms),
                f"{fall.total_ms:.0f} ms",
            )
            for fall, waits in falls
        ),
        note="Means, since medians of stages do not add up; only waits whose stages the agent told.",
    )


def _groups(named: Sequence[tuple[str, Summary]]) -> list[str]:
    return list(dict.fromkeys(means.name for _, summary in named for means in summary.stages))


def _by_noise(summary: Summary) -> list[tuple[str, tuple[NoisePoint, ...]]]:
    """The points by noise; the line without noise begins each noise's curve, since it is where noise ends."""
    clean = tuple(point for point in summary.noise if point.snr_db is None)
    noises = list(dict.fromkeys(point.noise for point in summary.noise if point.snr_db is not None))
    return [
        (noise, (*clean, *(point for point in summary.noise if point.noise == noise)))
        for noise in noises[:MOST_CURVES]
    ]


def _noise(named: Sequence[tuple[str, Sequence[NoisePoint]]], caption: str) -> Picture:
    ratios = sorted(
        {point.snr_db for _, points in named for point in points if point.snr_db is not None}, reverse=True
    )
    places = (
        [None, *ratios] if any(point.snr_db is None for _, points in named for point in points) else ratios
    )
    panel = Panel(
        title="",
        x_label="speech over noise, dB",
        y_label="words wrong, %",
        places=tuple("no noise" if place is None else f"{place:g}" for place in places),
        curves=tuple(
            Curve(name=name, points=tuple(_point(points, place) for place in places))
            for name, points in named
        ),
    )
    drawn = curves([panel], title="Word error rate against the signal-to-noise ratio", standalone=False)
    return Picture(
        name=caption,
        svg=drawn if ratios else "",
        head=("", "noise", "speech over noise", "words wrong", "95 % interval"),
        rows=tuple(
            (
                name,
                point.noise,
                NOTHING if point.snr_db is None else f"{point.snr_db:g} dB",
                f"{percent(point.rate)} ({point.errors}/{point.words})",
                NOTHING
                if point.low is None or point.high is None
                else f"{100 * point.low:.1f} to {100 * point.high:.1f} %",
            )
            for name, points in named
            for point in points
        ),
    )


def _point(points: Sequence[NoisePoint], snr_db: float | None) -> Point | None:
    here = [point for point in points if point.snr_db == snr_db]
    errors, words = sum(point.errors for point in here), sum(point.words for point in here)
    if not words:
        return None
    one = here[0] if len(here) == 1 else None  # noises pooled have no interval of their own
    return Point(
        y=100 * errors / words,
        note=f"{100 * errors / words:.1f} % ({errors}/{words})",
        low=None if one is None or one.low is None else 100 * one.low,
        high=None if one is None or one.high is None else 100 * one.high,
    )


def _tradeoff(named: Sequence[tuple[str, Summary]]) -> Picture:
    choices = [
        Choice(name=name, answer_ms=median.ms, cut_ins=summary.all.cut_ins)
        for name, summary in named
        if (median := summary.all.response.quantile(0.5)) is not None and not median.censored
    ]
    return Picture(
        name="Quickness against cutting in",
        svg=tradeoff(
            choices, title="Median time to answer against the share of pauses cut into, a point for each run"
        ),
        head=("", "median answer", "pauses cut into", "95 % interval"),
        rows=tuple(
            (
                choice.name,
                f"{choice.answer_ms:.0f} ms",
                f"{percent(choice.cut_ins.rate)} ({counted(choice.cut_ins)})",
                interval_of(choice.cut_ins),
            )
            for choice in choices
        ),
        note="Better is lower and further left; runs that no other beats in both are joined.",
    )


def _label(summary: Summary) -> str:
    settings = ", ".join(f"{key}={text}" for key, text in sorted(summary.run.settings.items()))
    return settings or summary.run.run_id


def _levels(
    caption: str, title: str, groups: Sequence[Figures], level: Callable[[Figures], Level]
) -> Picture:
    shown = [level(group) for group in groups]
    return Picture(
        name=caption,
        svg=levels(shown, title=title),
        head=("line", caption.split(",")[0].lower()),
        rows=tuple((one.name, one.note) for one in shown),
    )


def _words_wrong(group: Figures) -> Level:
    return Level(name=group.name, ratio=group.words.rate, note=word_error_rate(group.words))


def _passed(group: Figures) -> Level:
    interval = group.calls.interval
    return Level(
        name=group.name,
        ratio=group.calls.rate,
        note=f"{percent(group.calls.rate)} ({counted(group.calls)})",
        low=interval.low if interval else None,
        high=interval.high if interval else None,
    )
