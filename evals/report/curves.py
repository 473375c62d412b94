"""Line charts as SVG: named curves over places on an axis, one panel beside another. Values in, text out.

The picture carries its colours, for dark pages and light ones, so that it also stands alone as a file. Curves differ
by mark and dash as well as by colour, and stand a little aside of one another, so that their intervals stay apart.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

PANEL_WIDTH = 400
HEIGHT = 300
MOST_CURVES = 4

_LEFT, _RIGHT = 58, 14
_TOP, _BOTTOM = 66, 246
_ASIDE_PX = 5.0
_MARK_PX = 4.0
_TICKS_WANTED = 5
_LEGEND_LETTER_PX = 7.0  # mean width of a letter at 12 px


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A value, what it rests on in words, and its 95 % interval where there is one."""

    y: float
    note: str = ""
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """A named curve: a point for each place of its panel, None where nothing is known."""

    name: str
    points: tuple[Point | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One pair of axes and the curves over it.

    Attributes:
        title: stands above.
        x_label, y_label: name the axes, with their units.
        places: what stands along the x axis, evenly spaced.
        curves: those of one name look the same in every panel.
        top: where the y axis ends; by the largest value when None. It begins at 0.
    """

    title: str
    x_label: str
    y_label: str
    places: tuple[str, ...]
    curves: tuple[Curve, ...]
    top: float | None = None

    def __post_init__(self) -> None:
        for curve in self.curves:
            if len(curve.points) != len(self.places):
                raise ValueError(
                    f"{self.title}, {curve.name}: {len(curve.points)} points for {len(self.places)} places"
                )

    @property
    def empty(self) -> bool:
        """Whether no curve has a point."""
        return not any(point for curve in self.curves for point in curve.points)


def curves(panels: Sequence[Panel], *, title: str, standalone: bool = True) -> str:
    """The panels side by side under one legend; of no point there is no chart, but an empty text.

    Args:
        panels: what to draw.
        title: for readers who do not see it.
        standalone: with colours of its own; a page that has `STYLE` in its own sheet does without.

    Raises:
        ValueError: there are more than four names of curves, which nobody tells apart.
    """
    shown = [panel for panel in panels if not panel.empty]
    if not shown:
        return ""
    names = list(dict.fromkeys(curve.name for panel in shown for curve in panel.curves))
    if len(names) > MOST_CURVES:
        raise ValueError(f"{title}: {len(names)} names of curves; expected at most {MOST_CURVES}")
    width = len(shown) * PANEL_WIDTH
    body = "".join(
        f'<g transform="translate({number * PANEL_WIDTH} 0)">{_panel(panel, names)}</g>'
        for number, panel in enumerate(shown)
    )
    return (
        f'<svg class="curves" viewBox="0 0 {width} {HEIGHT}" xmlns="http://www.w3.org/2000/svg" role="img">'
        f"<title>{escape(title)}</title>{f'<style>{STYLE}</style>' if standalone else ''}"
        f'<rect class="paper" width="{width}" height="{HEIGHT}"/>{_legend(names)}{body}</svg>'
    )


def nice_step(reach: float) -> float:
    """1, 2 or 5 times a power of ten, so that about five of it make the axis."""
    rough = reach / _TICKS_WANTED
    power = 10.0 ** math.floor(math.log10(rough))
    return next((nice * power for nice in (1, 2, 5) if rough <= nice * power * (1 + 1e-9)), 10 * power)


@dataclass(frozen=True, slots=True)
class _Scale:
    """From a panel's values to places in the picture."""

    places: int
    top: float

    def x(self, place: int, aside: float = 0.0) -> float:
        step = (PANEL_WIDTH - _LEFT - _RIGHT) / self.places
        return _LEFT + (place + 0.5) * step + aside

    def y(self, value: float) -> float:
        inside = min(max(value, 0.0), self.top)
        return _BOTTOM - inside / self.top * (_BOTTOM - _TOP)


def _panel(panel: Panel, names: Sequence[str]) -> str:
    reach = panel.top if panel.top is not None else _reach(panel)
    step = nice_step(reach)
    scale = _Scale(len(panel.places), panel.top or math.ceil(reach / step - 1e-9) * step)
    middle = (_LEFT + PANEL_WIDTH - _RIGHT) / 2
    parts = [
        f'<text class="head" x="{_LEFT}" y="{_TOP - 16}">{escape(panel.title)}</text>',
        *_y_axis(scale, step),
        f'<path class="base" d="M{_LEFT} {_BOTTOM}.5H{PANEL_WIDTH - _RIGHT}"/>',
        *(
            f'<text class="axis mid" x="{scale.x(place):.1f}" y="{_BOTTOM + 18}">{escape(name)}</text>'
            for place, name in enumerate(panel.places)
        ),
        f'<text class="axis mid" x="{middle:.0f}" y="{_BOTTOM + 40}">{escape(panel.x_label)}</text>',
        f'<text class="axis mid" transform="translate(14 {(_TOP + _BOTTOM) / 2:.0f}) rotate(-90)">'
        f"{escape(panel.y_label)}</text>",
        *(_curve(curve, panel.places, scale, names) for curve in panel.curves),
    ]
    return "".join(parts)


def _y_axis(scale: _Scale, step: float) -> Iterator[str]:
    for count in range(math.floor(scale.top / step + 1e-9) + 1):
        y = scale.y(count * step)
        yield (
            f'<path class="grid" d="M{_LEFT} {y:.1f}H{PANEL_WIDTH - _RIGHT}"/>'
            f'<text class="axis end" x="{_LEFT - 8}" y="{y + 4:.1f}">{count * step:g}</text>'
        )


def _curve(curve: Curve, places: Sequence[str], scale: _Scale, names: Sequence[str]) -> str:
    number = names.index(curve.name)
    aside = (number - (len(names) - 1) / 2) * _ASIDE_PX
    known = [(place, point) for place, point in enumerate(curve.points) if point is not None]
    line, before = "", None
    for place, point in known:
        # A place of which nothing is known breaks the line.
        line += f"{'L' if before == place - 1 else 'M'}{scale.x(place, aside):.1f} {scale.y(point.y):.1f}"
        before = place
    parts = [f'<path class="line" d="{line}"/>']
    for place, point in known:
        x = scale.x(place, aside)
        if point.low is not None and point.high is not None:
            low, high = scale.y(point.low), scale.y(point.high)
            parts.append(f'<path class="interval" d="M{x - 3:.1f} {low:.1f}h6m-3 0V{high:.1f}m-3 0h6"/>')
        what = f"{curve.name}, {places[place]}: {point.note or f'{point.y:g}'}"
        parts.append(_mark(number, x, scale.y(point.y), what))
    return f'<g class="curve c{number}">{"".join(parts)}</g>'


def _mark(number: int, x: float, y: float, what: str = "") -> str:
    """The curve's own kind of mark: a disc, a square, a diamond or a triangle."""
    r = _MARK_PX
    paths = (
        f"M{x - r:.1f} {y:.1f}a{r:g} {r:g} 0 1 0 {2 * r:g} 0a{r:g} {r:g} 0 1 0 {-2 * r:g} 0z",
        f"M{x - r:.1f} {y - r:.1f}h{2 * r:g}v{2 * r:g}h{-2 * r:g}z",
        f"M{x:.1f} {y - r - 1:.1f}l{r + 1:g} {r + 1:g}l{-r - 1:g} {r + 1:g}l{-r - 1:g} {-r - 1:g}z",
        f"M{x:.1f} {y - r - 1:.1f}l{r + 1:g} {2 * r + 1:g}h{-2 * r - 2:g}z",
    )
    tip = f"<title>{escape(what)}</title>" if what else ""
    return f'<path class="mark" d="{paths[number]}">{tip}</path>'


def _legend(names: Sequence[str]) -> str:
    parts, x, y = [], float(_LEFT), 20
    for number, name in enumerate(names):
        parts.append(
            f'<g class="curve c{number}"><path class="line" d="M{x:.1f} {y}h26"/>{_mark(number, x + 13, y)}</g>'
            f'<text class="label" x="{x + 34:.1f}" y="{y + 4}">{escape(name)}</text>'
        )
        x += 34 + len(name) * _LEGEND_LETTER_PX + 24
    return "".join(parts)


def _reach(panel: Panel) -> float:
    points = [point for curve in panel.curves for point in curve.points if point is not None]
    return max(max(point.y, point.high or 0.0) for point in points) or 1.0


# The report's own colours (`page/page.css`), written out: a picture alone has no page to take them from.
STYLE = """
.curves{font:12px system-ui,sans-serif}
.curves .paper{fill:#fff}.curves .head,.curves .label{fill:#1d2125}.curves .head{font-weight:600}
.curves .axis{fill:#667079}.curves .mid{text-anchor:middle}.curves .end{text-anchor:end}
.curves .base{stroke:#667079;fill:none}.curves .grid{stroke:#e3e5e2;fill:none}
.curves .c0{stroke:#1f6cb0;fill:#1f6cb0}.curves .c1{stroke:#bf5d0b;fill:#bf5d0b}
.curves .c2{stroke:#7440aa;fill:#7440aa}.curves .c3{stroke:#1c7a3f;fill:#1c7a3f}
.curves .line{fill:none;stroke-width:2}.curves .mark{stroke:#fff}.curves .interval{fill:none;stroke-opacity:.55}
.curves .c1 .line{stroke-dasharray:7 3}.curves .c2 .line{stroke-dasharray:2 3}
.curves .c3 .line{stroke-dasharray:9 3 2 3}
@media (prefers-color-scheme:dark){
.curves .paper{fill:#1c2024}.curves .head,.curves .label{fill:#e4e6e8}.curves .axis{fill:#98a1a9}
.curves .base{stroke:#98a1a9}.curves .grid{stroke:#2f353b}.curves .mark{stroke:#1c2024}
.curves .c0{stroke:#7db8ee;fill:#7db8ee}.curves .c1{stroke:#f0a35c;fill:#f0a35c}
.curves .c2{stroke:#c9a1f0;fill:#c9a1f0}.curves .c3{stroke:#7fd29a;fill:#7fd29a}}
"""
