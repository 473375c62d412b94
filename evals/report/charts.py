"""Small charts as inline SVG: where delays lie, and how groups compare. Values in, text out; colours come from CSS."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from evals.report.figures import Delays

WIDTH = 400
_LEFT, _RIGHT = 8, 12
_PLOT_HEIGHT = 130
_BINS_WANTED = 20
_NICE_MS = (10, 20, 25, 50, 100, 200, 250, 500, 1000, 2000, 5000, 10_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A bar of a comparison: its ratio, what it rests on in words, and its 95 % interval where there is one."""

    name: str
    ratio: float | None
    note: str
    low: float | None = None
    high: float | None = None


def histogram(delays: Delays, *, title: str) -> str:
    """How many turns took how long, with p50 and p95 marked; turns that never ended stand apart at the right."""
    if not delays.n:
        return ""
    known = [delay.ms for delay in delays.delays if not delay.censored]
    step = _nice_step(known)
    first = int(min(known) // step) if known else 0
    counts: dict[int, int] = {}
    for ms in known:
        counts[int(ms // step)] = counts.get(int(ms // step), 0) + 1
    bins = (max(counts) - first + 1) if counts else 0
    places = bins + (2 if delays.censored else 0)
    width = (WIDTH - _LEFT - _RIGHT) / max(places, 1)
    tallest = max([*counts.values(), delays.censored])

    def x(ms: float) -> float:
        return _LEFT + (ms / step - first) * width

    parts = [_bar(_LEFT + (at - first) * width, width, count, tallest, "bin", f"{at * step} to {(at + 1) * step} ms")
             for at, count in sorted(counts.items())]  # fmt: skip
    if delays.censored:
        parts.append(
            _bar(_LEFT + (bins + 1) * width, width, delays.censored, tallest, "bin missed", "never answered")
        )
    every = max(1, -(-bins // 5))
    for at in range(first, first + bins + 1, every):
        if not delays.censored or x(at * step) < WIDTH - 110:  # "no answer" stands there
            parts.append(
                f'<text class="axis" x="{x(at * step):.1f}" y="{_PLOT_HEIGHT + 34}">{at * step}</text>'
            )
    if delays.censored:
        parts.append(f'<text class="axis missed" x="{WIDTH - _RIGHT}" y="{_PLOT_HEIGHT + 34}" '
                     'text-anchor="end">no answer</text>')  # fmt: skip
    parts.append(f'<path class="base" d="M{_LEFT} {_PLOT_HEIGHT + 20.5}H{WIDTH - _RIGHT}"/>')
    for probability, name in ((0.5, "p50"), (0.95, "p95")):
        found = delays.quantile(probability)
        if found is not None and not found.censored:
            at_x, high = x(found.ms), 6 if probability > 0.9 else 18
            label = f"{name} {found.ms:.0f} ms"
            anchor = ' text-anchor="end"' if at_x > WIDTH * 0.75 else ""
            parts.append(
                f'<path class="quantile" d="M{at_x:.1f} {high - 6}V{_PLOT_HEIGHT + 20}"/>'
                f'<text class="quantile" x="{at_x + (-4 if anchor else 4):.1f}" y="{high + 4}"{anchor}>{label}</text>'
            )
    return _svg(_PLOT_HEIGHT + 42, title, "".join(parts))


def levels(groups: Sequence[Level], *, title: str) -> str:
    """A horizontal bar for each group, the longest scale 100 % or the largest ratio."""
    shown = [group for group in groups if group.ratio is not None]
    if not shown:
        return ""
    row, names, notes = 26, 104, 132
    reach = max(max(group.ratio or 0, group.high or 0) for group in shown)
    largest = max(0.5 if reach <= 0.5 else 1.0, reach)
    scale = (WIDTH - names - notes) / largest
    parts = []
    for at, group in enumerate(shown):
        y, ratio = at * row + 6, group.ratio or 0.0
        parts.append(
            f'<text class="label" x="{names - 8}" y="{y + 13}">{escape(_short(group.name))}'
            f"<title>{escape(group.name)}</title></text>"
            f'<rect class="track" x="{names}" y="{y}" width="{largest * scale:.1f}" height="18" rx="3"/>'
            f'<rect class="level" x="{names}" y="{y}" width="{ratio * scale:.1f}" height="18" rx="3"/>'
        )
        if group.low is not None and group.high is not None:
            low, high = names + group.low * scale, names + group.high * scale
            parts.append(f'<path class="interval" d="M{low:.1f} {y + 5}v8m0 -4H{high:.1f}m0 -4v8"/>')
        parts.append(f'<text class="note" x="{WIDTH - notes + 8}" y="{y + 13}">{escape(group.note)}</text>')
    return _svg(len(shown) * row + 10, title, "".join(parts))


def _bar(x: float, width: float, count: int, tallest: int, css: str, what: str) -> str:
    height = count / tallest * (_PLOT_HEIGHT - 20)
    return (
        f'<rect class="{css}" x="{x + 0.5:.1f}" y="{_PLOT_HEIGHT + 20 - height:.1f}" '
        f'width="{max(width - 1, 1):.1f}" height="{height:.1f}"><title>{what}: {count}</title></rect>'
    )


def _nice_step(values: Sequence[float]) -> int:
    if not values:
        return _NICE_MS[0]
    spread = max(values) - min(values)
    return next((step for step in _NICE_MS if spread / step <= _BINS_WANTED), _NICE_MS[-1])


def _short(name: str, *, letters: int = 16) -> str:
    return name if len(name) <= letters else name[: letters - 1] + "…"


def _svg(height: int, title: str, body: str) -> str:
    return (
        f'<svg class="chart" viewBox="0 0 {WIDTH} {height}" xmlns="http://www.w3.org/2000/svg" role="img">'
        f"<title>{escape(title)}</title>{body}</svg>"
    )
