"""A timeline as SVG: rows of twelve seconds, read like lines of text, so that a long call stays legible and prints.

Colours come from CSS classes. In a page the page's style sheet gives them; `standalone=True` puts a small sheet inside.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from evals.report.timeline import LEVEL_STEP_NS, Bar, Mark, Timeline

ROW_NS = 12_000_000_000
WIDTH = 1120
_GUTTER = 66
_PX_PER_S = (WIDTH - _GUTTER - 6) / (ROW_NS / 1e9)
_CHAR_PX = 5.6  # mean width of a letter at 10 px; texts are cut to fit their bar by it

# From the top of a row: two tiers of marks, the caller's words and lane, waits, the agent's lane and words, states.
_MARK_TIERS = (10, 21)
_CALLER_TEXT, _CALLER_TOP = 37, 42
_LANE_HEIGHT = 22
_WAIT_Y = 71
_AGENT_TOP, _AGENT_TEXT = 78, 112
_MACHINE_TOP, _FLOW_TOP, _STATE_HEIGHT = 120, 135, 13
_AXIS_Y = 160
ROW_HEIGHT = 176
_WAVE_PX = 1.1  # half height of one level step


def draw(timeline: Timeline, *, title: str, standalone: bool = False) -> str:
    """The SVG text. Every text of the record is escaped.

    Args:
        timeline: what to draw.
        title: for readers who do not see it.
        standalone: with colours of its own, for use outside the report's page.
    """
    rows = list(_rows(timeline.duration_ns))
    height = len(rows) * ROW_HEIGHT
    body = "".join(_row(timeline, row) for row in rows)
    style = f"<style>{STANDALONE_STYLE}</style>" if standalone else ""
    return (
        f'<svg class="timeline" viewBox="0 0 {WIDTH} {height}" xmlns="http://www.w3.org/2000/svg" role="img" '
        f'data-row-ns="{ROW_NS}" data-gutter="{_GUTTER}" data-px-per-s="{_PX_PER_S:.4f}" '
        f'data-row-height="{ROW_HEIGHT}"><title>{escape(title)}</title>{style}'
        f'<rect class="paper" width="{WIDTH}" height="{height}"/>{body}</svg>'
    )


@dataclass(frozen=True, slots=True)
class _Row:
    """The stretch of time that one row shows."""

    index: int
    start_ns: int
    end_ns: int

    def x(self, t_ns: int) -> float:
        return _GUTTER + (t_ns - self.start_ns) / 1e9 * _PX_PER_S

    def part_of(self, bar: Bar) -> tuple[float, float] | None:
        """Where the bar begins and how wide it is within this row; None when it does not reach into it."""
        start, end = max(bar.start_ns, self.start_ns), min(bar.end_ns, self.end_ns)
        return (self.x(start), self.x(end) - self.x(start)) if end > start else None


def _rows(duration_ns: int) -> Iterator[_Row]:
    for index in range(max(1, -(-duration_ns // ROW_NS))):
        yield _Row(index, index * ROW_NS, min((index + 1) * ROW_NS, duration_ns))


def _row(timeline: Timeline, row: _Row) -> str:
    parts = [
        _axis(row),
        _names(),
        *(_lane_bar(bar, row, "caller", _CALLER_TOP) for bar in timeline.caller),
        *(_lane_bar(bar, row, "agent", _AGENT_TOP) for bar in timeline.agent),
        _wave(timeline.caller_levels, row, "caller", _CALLER_TOP),
        _wave(timeline.agent_levels, row, "agent", _AGENT_TOP),
        *_texts(timeline.caller, row, "caller", _CALLER_TEXT),
        *_texts(timeline.agent, row, "agent", _AGENT_TEXT),
        *(_wait(bar, row) for bar in timeline.waits),
        *(_state(bar, row, f"machine {_class(bar.kind)}", _MACHINE_TOP) for bar in timeline.machine),
        *(_state(bar, row, "flow", _FLOW_TOP) for bar in timeline.flow),
        *_marks(timeline.marks, row),
    ]
    return f'<g transform="translate(0 {row.index * ROW_HEIGHT})">{"".join(parts)}</g>'


def _names() -> str:
    names = (
        ("caller", _CALLER_TOP + 15),
        ("agent", _AGENT_TOP + 15),
        ("machine", _MACHINE_TOP + 10),
        ("flow", _FLOW_TOP + 10),
    )
    return "".join(f'<text class="name" x="{_GUTTER - 8}" y="{y}">{name}</text>' for name, y in names)


def _axis(row: _Row) -> str:
    right = row.x(row.end_ns)
    parts = [f'<path class="axis" d="M{_GUTTER} {_AXIS_Y - 8}H{right:.1f}"/>']
    first, last = row.start_ns // 1_000_000_000, row.end_ns // 1_000_000_000
    for second in range(first, last + 1):
        x = row.x(second * 1_000_000_000)
        parts.append(f'<path class="tick" d="M{x:.1f} {_CALLER_TOP - 4}V{_AXIS_Y - 5}"/>')
        if second % 2 == 0 and second * 1_000_000_000 < row.start_ns + ROW_NS:
            parts.append(f'<text class="time" x="{x:.1f}" y="{_AXIS_Y + 5}">{clock_time(second)}</text>')
    return "".join(parts)


def clock_time(second: int) -> str:
    """`0:08`."""
    return f"{second // 60}:{second % 60:02d}"


def _lane_bar(bar: Bar, row: _Row, who: str, top: int) -> str:
    part = row.part_of(bar)
    if part is None:
        return ""
    x, width = part
    return (
        f'<rect class="{who} {_class(bar.kind)}" x="{x:.1f}" y="{top}" width="{max(width, 1.5):.1f}" '
        f'height="{_LANE_HEIGHT}" rx="4"><title>{escape(bar.text)}</title></rect>'
    )


def _wave(levels: Sequence[int], row: _Row, who: str, top: int) -> str:
    first, last = row.start_ns // LEVEL_STEP_NS, row.end_ns // LEVEL_STEP_NS
    strokes = [f"M{at} {-level}V{level}" for at, level in enumerate(levels[first:last]) if level]
    if not strokes:
        return ""
    step_px = LEVEL_STEP_NS / 1e9 * _PX_PER_S
    middle = top + _LANE_HEIGHT / 2
    return (
        f'<path class="wave {who}" transform="translate({_GUTTER + step_px / 2:.1f} {middle}) '
        f'scale({step_px:.3f} {_WAVE_PX})" d="{"".join(strokes)}"/>'
    )


def _texts(bars: Sequence[Bar], row: _Row, who: str, y: int) -> Iterator[str]:
    """Each bar's words from its left edge, cut where the next bar's begin; of two rows the longer part has them."""
    here = [(part, bar) for bar in bars if (part := row.part_of(bar)) is not None and bar.text]
    for at, ((x, width), bar) in enumerate(here):
        if 2 * width < (bar.end_ns - bar.start_ns) / 1e9 * _PX_PER_S:
            continue
        room = (here[at + 1][0][0] if at + 1 < len(here) else WIDTH) - x - 4
        yield f'<text class="words {who}" x="{x:.1f}" y="{y}">{escape(_fitted(bar.text, room))}</text>'


def _fitted(text: str, room_px: float) -> str:
    fits = int(room_px / _CHAR_PX)
    return text if len(text) <= fits else text[: fits - 1].rstrip() + "…" if fits >= 3 else ""


def _wait(bar: Bar, row: _Row) -> str:
    part = row.part_of(bar)
    if part is None:
        return ""
    x, width = part
    line = f'<path class="{_class(bar.kind)}" d="M{x:.1f} {_WAIT_Y - 3}v6m0 -3h{width:.1f}m0 -3v6"/>'
    if bar.start_ns < row.start_ns or width < _CHAR_PX * len(bar.text) * 0.6:
        return line
    middle = x + width / 2
    label = escape(bar.text)
    half = _CHAR_PX * len(bar.text) / 2 + 3
    return (
        f'{line}<rect class="paper" x="{middle - half:.1f}" y="{_WAIT_Y - 5}" width="{2 * half:.1f}" height="10"/>'
        f'<text class="{_class(bar.kind)}-text" x="{middle:.1f}" y="{_WAIT_Y + 3.5}">{label}</text>'
    )


def _state(bar: Bar, row: _Row, css: str, top: int) -> str:
    part = row.part_of(bar)
    if part is None:
        return ""
    x, width = part
    label = _fitted(bar.text, width - 6)
    text = f'<text class="state" x="{x + 4:.1f}" y="{top + 10}">{escape(label)}</text>' if label else ""
    return (
        f'<rect class="{css}" x="{x:.1f}" y="{top}" width="{max(width - 0.6, 0.8):.1f}" height="{_STATE_HEIGHT}">'
        f"<title>{escape(bar.text)}</title></rect>{text}"
    )


def _marks(marks: Sequence[Mark], row: _Row) -> Iterator[str]:
    taken = [0.0] * len(_MARK_TIERS)
    last_row = row.end_ns - row.start_ns < ROW_NS
    for mark in marks:
        if not (row.start_ns <= mark.t_ns < row.end_ns or (last_row and mark.t_ns == row.end_ns)):
            continue
        x = row.x(mark.t_ns)
        tier = next((at for at, until in enumerate(taken) if x > until), len(taken) - 1)
        taken[tier] = x + len(mark.text) * _CHAR_PX + 12
        y, css = _MARK_TIERS[tier], _class(mark.kind)
        near_edge = x + len(mark.text) * _CHAR_PX > WIDTH - 8
        anchor, dx = (' text-anchor="end"', -5) if near_edge else ("", 5)
        yield (
            f'<g class="mark {css}"><path d="M{x:.1f} {y - 6}V{_AGENT_TOP + _LANE_HEIGHT}"/>'
            f'<circle cx="{x:.1f}" cy="{y - 4}" r="2.6"/>'
            f'<text x="{x + dx:.1f}" y="{y}"{anchor}>{escape(mark.text)}</text></g>'
        )


def _class(kind: str) -> str:
    """The kind as a CSS class; a foreign agent's states may be called anything."""
    return "k-" + "".join(letter if letter.isalnum() and letter.isascii() else "-" for letter in kind.lower())


STANDALONE_STYLE = """
.timeline{font:10px system-ui,sans-serif;background:#fff}.paper{fill:#fff}.name{fill:#6b7280;text-anchor:end}
.axis{stroke:#9ca3af;fill:none}.tick{stroke:#e5e7eb;fill:none}.time{fill:#6b7280;text-anchor:middle}
rect.caller{fill:#fbd9b5}rect.agent{fill:#c3ddf7}rect.caller.k-sound{fill:#f3e8d8}rect.agent.k-cut{fill:#c3ddf7}
.wave{fill:none;stroke-width:1.6;stroke-opacity:.7;vector-effect:non-scaling-stroke}.wave.caller{stroke:#c05e0a}
.wave.agent{stroke:#1f6cb0}.words.caller{fill:#8a4406}.words.agent{fill:#174f82}
.k-wait,.k-missed{fill:none;stroke:#6b7280}.k-missed{stroke:#c62828}.k-wait-text,.k-missed-text{fill:#374151;
text-anchor:middle}.k-missed-text{fill:#c62828}.state{fill:#1f2937}.machine{fill:#e5e7eb}
.machine.k-listening{fill:#e8eaed}.machine.k-processing{fill:#fde68a}.machine.k-speaking{fill:#b7d7f5}
.machine.k-held{fill:#dcc6f0}.machine.k-closing,.machine.k-ended{fill:#cbd5e1}.flow{fill:#d5ecd9}
.mark path{stroke:#6b7280;stroke-dasharray:2 2;fill:none}.mark circle{fill:#6b7280}.mark text{fill:#374151}
.mark.k-yielded circle,.mark.k-yielded text{fill:#7b3fb5}.mark.k-resumed circle,.mark.k-resumed text{fill:#2e7d32}
.mark.k-reply-cancelled circle,.mark.k-reply-cancelled text{fill:#c62828}
.mark.k-tool-failed text,.mark.k-provider-failed text{fill:#c62828}
"""
