"""Stages of waits as bars laid end to end, one row a wait or a group of them. Values in, SVG out; CSS colours it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import accumulate

from evals.report.curves import nice_step
from evals.report.stages import STAGES

WIDTH = 400
_NAMES, _NOTES, _ROW, _BAR, _TOP = 122, 60, 26, 17, 30
_LETTER_PX = 6.2
_LETTERS = 19


@dataclass(frozen=True, slots=True, kw_only=True)
class Fall:
    """One row: its name, and how long each of `STAGES` took, in ms."""

    name: str
    stages_ms: tuple[float, ...]

    @property
    def total_ms(self) -> float:
        """All stages together."""
        return sum(self.stages_ms)


def waterfall(falls: Sequence[Fall], *, title: str) -> str:
    """The rows under one scale, each stage from where the one before it ended; empty text of no rows."""
    if not falls:
        return ""
    reach = max(fall.total_ms for fall in falls) or 1.0
    scale = (WIDTH - _NAMES - _NOTES) / reach
    height = _TOP + len(falls) * _ROW + 26
    body = [_legend(), *_axis(reach, scale, height)]
    for at, fall in enumerate(falls):
        body.append(_row(fall, _TOP + at * _ROW, scale))
    return (
        f'<svg class="chart falls" viewBox="0 0 {WIDTH} {height}" xmlns="http://www.w3.org/2000/svg" role="img">'
        f"<title>{escape(title)}</title>{''.join(body)}</svg>"
    )


def _row(fall: Fall, y: int, scale: float) -> str:
    name = fall.name if len(fall.name) <= _LETTERS else fall.name[: _LETTERS - 1] + "…"
    parts = [
        f'<text class="label" x="{_NAMES - 8}" y="{y + 13}">{escape(name)}<title>{escape(fall.name)}</title></text>'
    ]
    starts = accumulate(fall.stages_ms, initial=0.0)
    for number, (start, length) in enumerate(zip(starts, fall.stages_ms, strict=False)):
        parts.append(
            f'<rect class="stage s{number}" x="{_NAMES + start * scale:.1f}" y="{y}" '
            f'width="{max(length * scale - 0.6, 0.4):.1f}" height="{_BAR}">'
            f"<title>{STAGES[number]}: {length:.0f} ms</title></rect>"
        )
    end = _NAMES + fall.total_ms * scale
    parts.append(f'<text class="note" x="{end + 6:.1f}" y="{y + 13}">{fall.total_ms:.0f} ms</text>')
    return "".join(parts)


def _axis(reach: float, scale: float, height: int) -> list[str]:
    step = nice_step(reach)
    return [
        f'<path class="tick" d="M{_NAMES + count * step * scale:.1f} {_TOP - 4}V{height - 22}"/>'
        f'<text class="axis mid" x="{_NAMES + count * step * scale:.1f}" y="{height - 6}">{count * step:g}</text>'
        for count in range(int(reach / step + 1e-9) + 1)
    ]


def _legend() -> str:
    parts, x = [], 8.0
    for number, name in enumerate(STAGES):
        parts.append(
            f'<rect class="stage s{number}" x="{x:.1f}" y="4" width="12" height="12"/>'
            f'<text class="key" x="{x + 17:.1f}" y="14">{name}</text>'
        )
        x += 17 + len(name) * _LETTER_PX + 16
    return "".join(parts)
