"""What is paid for speed: each run a point, how long it takes to answer against how often it cuts in. SVG text out.

An agent that waits less for the end of a turn answers sooner and speaks into more of the caller's pauses. A run is
better than another when it lies below it and to its left; points that no other beats in both are joined.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from evals.report.curves import HEIGHT, nice_step
from evals.report.figures import Share

WIDTH = 400
_LEFT, _RIGHT, _TOP, _BOTTOM = 66, 20, 26, 246
_LETTER_PX = 6.4


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A run: its name, its median time to answer in ms, and the pauses that it spoke into."""

    name: str
    answer_ms: float
    cut_ins: Share


def tradeoff(choices: Sequence[Choice], *, title: str) -> str:
    """The points with 95 % intervals of their rates, under the style of `curves.STYLE`; empty of fewer than two."""
    shown = [choice for choice in choices if choice.cut_ins.of]
    if len(shown) < 2:
        return ""
    step = nice_step(max(choice.answer_ms for choice in shown) or 1.0)
    reach = (int(max(choice.answer_ms for choice in shown) / step) + 1) * step
    top = min(1.0, max(_high(choice) for choice in shown) * 1.1)
    axes = "".join(_axes(reach, step, top))
    front = unbeaten(shown)
    line = "".join(
        f"{'L' if at else 'M'}{_x(choice.answer_ms, reach):.1f} {_y(choice.cut_ins.rate or 0.0, top):.1f}"
        for at, choice in enumerate(front)
    )
    joined = f'<path class="front" d="{line}"/>' if len(front) > 1 else ""
    points = "".join(_point(choice, reach, top, good=choice in front) for choice in shown)
    return (
        f'<svg class="curves" viewBox="0 0 {WIDTH} {HEIGHT}" xmlns="http://www.w3.org/2000/svg" role="img">'
        f'<title>{escape(title)}</title><rect class="paper" width="{WIDTH}" height="{HEIGHT}"/>'
        f"{axes}{joined}{points}</svg>"
    )


def unbeaten(choices: Sequence[Choice]) -> tuple[Choice, ...]:
    """Those than which no other is as quick and cuts in as rarely, and one of the two better; quickest first."""

    def beaten(one: Choice) -> bool:
        return any(
            (other.answer_ms, other.cut_ins.rate) != (one.answer_ms, one.cut_ins.rate)
            and other.answer_ms <= one.answer_ms
            and (other.cut_ins.rate or 0.0) <= (one.cut_ins.rate or 0.0)
            for other in choices
        )

    left = [choice for choice in choices if not beaten(choice)]
    return tuple(sorted(left, key=lambda choice: (choice.answer_ms, choice.name)))


def _high(choice: Choice) -> float:
    interval = choice.cut_ins.interval
    return (interval.high if interval else None) or choice.cut_ins.rate or 0.0


def _x(ms: float, reach: float) -> float:
    return _LEFT + ms / reach * (WIDTH - _LEFT - _RIGHT)


def _y(rate: float, top: float) -> float:
    return _BOTTOM - min(rate, top) / top * (_BOTTOM - _TOP)


def _axes(reach: float, step: float, top: float) -> Iterator[str]:
    rise = nice_step(top * 100) / 100
    for count in range(int(top / rise + 1e-9) + 1):
        y = _y(count * rise, top)
        yield f'<path class="grid" d="M{_LEFT} {y:.1f}H{WIDTH - _RIGHT}"/>'
        yield f'<text class="axis end" x="{_LEFT - 8}" y="{y + 4:.1f}">{count * rise * 100:g} %</text>'
    for count in range(round(reach / step) + 1):
        yield f'<text class="axis mid" x="{_x(count * step, reach):.1f}" y="{_BOTTOM + 18}">{count * step:g}</text>'
    yield f'<path class="base" d="M{_LEFT} {_BOTTOM}.5H{WIDTH - _RIGHT}"/>'
    middle = (_LEFT + WIDTH - _RIGHT) / 2
    yield f'<text class="axis mid" x="{middle:.0f}" y="{_BOTTOM + 40}">median time to answer, ms</text>'
    yield (
        f'<text class="axis mid" transform="translate(14 {(_TOP + _BOTTOM) / 2:.0f}) rotate(-90)">'
        "pauses cut into</text>"
    )


def _point(choice: Choice, reach: float, top: float, *, good: bool) -> str:
    x, y = _x(choice.answer_ms, reach), _y(choice.cut_ins.rate or 0.0, top)
    parts = []
    interval = choice.cut_ins.interval
    if interval is not None and interval.low is not None and interval.high is not None:
        low, high = _y(interval.low, top), _y(interval.high, top)
        parts.append(f'<path class="interval" d="M{x - 3:.1f} {low:.1f}h6m-3 0V{high:.1f}m-3 0h6"/>')
    what = f"{choice.name}: {choice.answer_ms:.0f} ms, {choice.cut_ins.count} of {choice.cut_ins.of} pauses cut into"
    parts.append(
        f'<circle class="mark" cx="{x:.1f}" cy="{y:.1f}" r="5"><title>{escape(what)}</title></circle>'
    )
    near_edge = x + len(choice.name) * _LETTER_PX > WIDTH - _RIGHT
    anchor, dx = (' text-anchor="end"', -9) if near_edge else ("", 9)
    label = f'<text class="label" x="{x + dx:.1f}" y="{y - 7:.1f}"{anchor}>{escape(choice.name)}</text>'
    return f'<g class="curve c{0 if good else 1}">{"".join(parts)}</g>{label}'
