"""Where delays lie, as curves of how many were no longer than so much, one over the other. Values in, SVG text out.

An empirical distribution has no bins to choose, so two runs lie over each other without one hiding the other. A wait
that was given up stays above every curve: it ends below the top by as many as were never answered.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from html import escape

from evals.report.curves import HEIGHT, MOST_CURVES, nice_step
from evals.report.figures import Delays

WIDTH = 400
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 16, 40, 246
_LETTER_PX = 6.6


def distributions(named: Sequence[tuple[str, Delays]], *, title: str) -> str:
    """The curves, each with its name, under the style of `curves.STYLE`; empty text where there is no delay.

    Raises:
        ValueError: there are more than four, which nobody tells apart.
    """
    shown = [(name, delays) for name, delays in named if any(not delay.censored for delay in delays.delays)]
    if not shown:
        return ""
    if len(shown) > MOST_CURVES:
        raise ValueError(f"{title}: {len(shown)} curves; expected at most {MOST_CURVES}")
    known = [delay.ms for _, delays in shown for delay in delays.delays if not delay.censored]
    # An answer that began before the caller had ended took less than no time.
    low, high = min(0.0, *known), max(1.0, *known)
    step = nice_step(high - low)
    span = math.floor(low / step) * step, math.ceil(high / step + 1e-9) * step
    body = "".join([*_axes(span, step), *(_curve(at, delays, span) for at, (_, delays) in enumerate(shown))])
    return (
        f'<svg class="curves" viewBox="0 0 {WIDTH} {HEIGHT}" xmlns="http://www.w3.org/2000/svg" role="img">'
        f'<title>{escape(title)}</title><rect class="paper" width="{WIDTH}" height="{HEIGHT}"/>'
        f"{_legend([name for name, _ in shown])}{body}</svg>"
    )


def _x(ms: float, span: tuple[float, float]) -> float:
    return _LEFT + (ms - span[0]) / (span[1] - span[0]) * (WIDTH - _LEFT - _RIGHT)


def _y(share: float) -> float:
    return _BOTTOM - share * (_BOTTOM - _TOP)


def _axes(span: tuple[float, float], step: float) -> Iterator[str]:
    for quarter in range(5):
        y = _y(quarter / 4)
        yield f'<path class="grid" d="M{_LEFT} {y:.1f}H{WIDTH - _RIGHT}"/>'
        yield f'<text class="axis end" x="{_LEFT - 8}" y="{y + 4:.1f}">{quarter * 25} %</text>'
    for count in range(round(span[0] / step), round(span[1] / step) + 1):
        yield f'<text class="axis mid" x="{_x(count * step, span):.1f}" y="{_BOTTOM + 18}">{count * step:g}</text>'
    yield f'<path class="base" d="M{_LEFT} {_BOTTOM}.5H{WIDTH - _RIGHT}"/>'
    middle = (_LEFT + WIDTH - _RIGHT) / 2
    yield f'<text class="axis mid" x="{middle:.0f}" y="{_BOTTOM + 40}">answered within, ms</text>'


def _curve(number: int, delays: Delays, span: tuple[float, float]) -> str:
    known = [delay.ms for delay in delays.delays if not delay.censored]
    line = f"M{_x(span[0], span):.1f} {_y(0):.1f}"
    for rank, ms in enumerate(known, start=1):
        line += f"H{_x(ms, span):.1f}V{_y(rank / delays.n):.1f}"
    line += f"H{_x(span[1], span):.1f}"
    parts = [f'<path class="line" d="{line}"/>']
    for share, name in ((0.5, "p50"), (0.95, "p95")):
        found = delays.quantile(share)
        if found is not None and not found.censored:
            x, y = _x(found.ms, span), _y(share)
            parts.append(f'<circle class="mark" cx="{x:.1f}" cy="{y:.1f}" r="4"><title>{name} {found.ms:.0f} ms</title>'
                         "</circle>")  # fmt: skip
    return f'<g class="curve c{number}">{"".join(parts)}</g>'


def _legend(names: Sequence[str]) -> str:
    parts, x = [], 8.0
    for number, name in enumerate(names):
        parts.append(
            f'<g class="curve c{number}"><path class="line" d="M{x:.1f} 18h18"/></g>'
            f'<text class="label" x="{x + 24:.1f}" y="22">{escape(name)}</text>'
        )
        x += 24 + len(name) * _LETTER_PX + 10
    return "".join(parts)
