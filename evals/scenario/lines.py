"""The line conditions that come with the product, and reading a line condition from a suite file.

Losses are a two-state Gilbert channel's: its share and the mean burst in packets of 20 ms. The profiles are
engineering defaults for an access network (`good_voip`, `wifi`, `mobile_edge`, `bad_line`), not measurements of one.
SNR is active speech level by ITU-T P.56 over noise RMS, both after the channel filter.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from types import MappingProxyType

from evals.scenario.fields import NAME, Fields, kind_of, unknown
from evals.scenario.model import Line
from evals.scenario.yaml_lines import BROKEN, Node

NOISES = ("none", "white", "office", "street", "car", "babble")
LINE_KEYS = ("noise", "snr_db", "level_dbov", "loss_ratio", "loss_burst", "delay_ms", "jitter_ms")

CLEAN = Line(name="clean")

BUILT_IN: Mapping[str, Line] = MappingProxyType(
    {
        line.name: line
        for line in (
            CLEAN,
            Line(name="white_20db", noise="white", snr_db=20.0),
            Line(name="white_10db", noise="white", snr_db=10.0),
            Line(name="office_20db", noise="office", snr_db=20.0),
            Line(name="office_15db", noise="office", snr_db=15.0),
            Line(name="street_15db", noise="street", snr_db=15.0),
            Line(name="car_15db", noise="car", snr_db=15.0),
            Line(name="babble_20db", noise="babble", snr_db=20.0),
            # 36 dB under full scale is the quiet end of what callers deliver; -26 dBov is the usual test level.
            Line(name="quiet", level_dbov=-36.0),
            Line(name="good_voip", loss_ratio=0.003, loss_burst=1.2, delay_ms=40, jitter_ms=10),
            Line(name="wifi", loss_ratio=0.02, loss_burst=2.5, delay_ms=40, jitter_ms=30),
            Line(name="mobile_edge", loss_ratio=0.03, loss_burst=4.0, delay_ms=80, jitter_ms=60),
            Line(
                name="bad_line",
                noise="street",
                snr_db=15.0,
                level_dbov=-32.0,
                loss_ratio=0.08,
                loss_burst=6.0,
                delay_ms=150,
                jitter_ms=100,
            ),
        )
    }
)


def read_lines(fields: Fields) -> dict[str, Line]:
    """The built-in lines and those that the suite's `lines` names."""
    known = dict(BUILT_IN)
    for name, node in fields.items():
        if not NAME.fullmatch(name):
            fields.wrong(node.line, f"the name `{name}` must be of letters, digits, _ and -")
            continue
        line = read_line_values(node, name, fields)
        if name in BUILT_IN and line is not None and line != BUILT_IN[name]:
            # The same name for two conditions would make two reports look comparable that are not.
            fields.wrong(
                node.line, f"`{name}` comes with the product and has other values; choose another name"
            )
        elif line is not None:
            known[name] = line
        else:
            known[name] = dataclasses.replace(CLEAN, name=name)
    return known


def read_line(node: Node | None, what: str, known: Mapping[str, Line], fields: Fields) -> Line | None:
    """A line given by name or written out in place; None when it is missing or wrong."""
    if node is None or node.value is BROKEN:
        return None
    if isinstance(node.value, dict):
        line = read_line_values(node, "", fields)
        return None if line is None else _named_after_values(line, known)
    if isinstance(node.value, str):
        if node.value in known:
            return known[node.value]
        fields.wrong(node.line, unknown("line", node.value, known))
    else:
        fields.wrong(node.line, f"{what} must be the name of a line or a mapping, not {kind_of(node)}")
    return None


def read_line_values(node: Node, name: str, fields: Fields) -> Line | None:
    """A line written out; None when something in it is wrong."""
    mistakes_before = len(fields.mistakes.found)
    inner = Fields(
        node,
        f"{fields.place}: line `{name}`" if name else f"{fields.place}: line",
        LINE_KEYS,
        fields.mistakes,
    )
    noise = inner.text("noise", "none")
    if noise not in NOISES:
        inner.wrong(inner.line_of("noise"), unknown("noise", noise, NOISES))
    elif noise == "none" and "snr_db" in inner:
        inner.wrong(inner.line_of("snr_db"), "`snr_db` without a `noise`")
    elif noise != "none" and "snr_db" not in inner:
        inner.wrong(inner.line_of("noise"), f"noise `{noise}` needs `snr_db`")
    line = Line(
        name=name,
        noise=noise,
        snr_db=inner.number("snr_db", -20, 60),
        level_dbov=_or(inner.number("level_dbov", -60, -10), CLEAN.level_dbov),
        loss_ratio=_or(inner.number("loss_ratio", 0, 0.5), CLEAN.loss_ratio),
        loss_burst=_or(inner.number("loss_burst", 1, 100), CLEAN.loss_burst),
        delay_ms=int(_or(inner.integer("delay_ms", 0, 2000), CLEAN.delay_ms)),
        jitter_ms=int(_or(inner.integer("jitter_ms", 0, 1000), CLEAN.jitter_ms)),
    )
    return line if len(fields.mistakes.found) == mistakes_before else None


def _named_after_values(line: Line, known: Mapping[str, Line]) -> Line:
    """Gives a line without a name that of its equal, or else one made of what it changes."""
    for other in known.values():
        if dataclasses.replace(line, name=other.name) == other:
            return other
    changed = [
        f"{key}={getattr(line, key):g}"
        if not isinstance(getattr(line, key), str)
        else f"{key}={getattr(line, key)}"
        for key in LINE_KEYS
        if getattr(line, key) != getattr(CLEAN, key)
    ]
    return dataclasses.replace(line, name=",".join(changed))


def _or(value: float | None, default: float) -> float:
    return default if value is None else value
