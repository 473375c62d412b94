"""Suites of thousands of booking calls, no two of which say the same: what the large benches play."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from evals.rng import rng_for

PER_SUITE = 500  # about half of the mebibyte that the reader takes in one file

_FILLERS = ("", "um, ", "uh, ", "well, ", "so, ", "oh, ", "right, ", "okay, ")
_GREETINGS = ("yes, this is {name}", "speaking", "yes, {name} here", "it is, yeah", "hi, yes, that's me")
_NAMES = (
    "Alex",
    "Sam",
    "Chris",
    "Jordan",
    "Robin",
    "Kim",
    "Lee",
    "Ashley",
    "Casey",
    "Morgan",
    "Jamie",
    "Taylor",
)
_PLANS = (
    "yes we are, {when}, we have about {sum} pounds",
    "we are, {when}, and there is {sum} pounds for it",
    "we've been talking about it, {when}, maybe {sum} pounds",
    "yeah, I reckon so, {when}, {sum} pounds or so",
)
_WHEN = ("this quarter", "next quarter", "before the summer", "some time this year", "by the end of the year")
_SUMS = tuple(
    f"{count} {size}"
    for size in ("thousand", "hundred")
    for count in (
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "twelve",
        "fifteen",
        "twenty",
    )
)
_CHOICES = (
    ("tuesday works", "2026-05-19T10:30:00+01:00"),
    ("the first one, please", "2026-05-19T10:30:00+01:00"),
    ("ten thirty on tuesday is fine", "2026-05-19T10:30:00+01:00"),
    ("the second of those, please", "2026-05-20T14:00:00+01:00"),
    ("wednesday at two, then", "2026-05-20T14:00:00+01:00"),
)
_REFUSALS = (
    "no, we have no plans and no budget",
    "no, not at the moment",
    "no, nothing like that is planned",
)

_HEAD = """\
schema: 1
suite: {suite}
flow: booking
now: "2026-05-18T09:00:00"
time_zone: Europe/London
variables: {{first_name: Alex, email: alex@example.com}}
scenarios:
"""


def write_suites(folder: Path, scenarios: int, *, seed: int = 1) -> list[Path]:
    """Writes suites of so many scenarios in all, the same ones for the same seed, and returns the files."""
    rng = rng_for(seed, "bench.suites")
    said: set[tuple[str, ...]] = set()
    files = []
    folder.mkdir(parents=True, exist_ok=True)
    for number, first in enumerate(range(0, scenarios, PER_SUITE)):
        suite = f"many{number:03d}"
        parts = [_HEAD.format(suite=suite)]
        for index in range(first, min(first + PER_SUITE, scenarios)):
            lines, slot = _new_lines(rng, said)
            parts.append(_scenario(index, lines, slot))
        path = folder / f"{suite}.yaml"
        path.write_text("".join(parts), encoding="utf-8")
        files.append(path)
    return files


def _new_lines(rng: object, said: set[tuple[str, ...]]) -> tuple[tuple[str, ...], str]:
    while True:
        lines, slot = _lines(rng)
        if lines not in said:
            said.add(lines)
            return lines, slot


def _lines(rng) -> tuple[tuple[str, ...], str]:  # type: ignore[no-untyped-def]
    def one(of: Sequence[object]):  # type: ignore[no-untyped-def]
        return of[int(rng.integers(len(of)))]

    greeting = one(_FILLERS) + one(_GREETINGS).format(name=one(_NAMES))
    if rng.random() < 0.1:
        return (
            greeting,
            one(_FILLERS) + one(_REFUSALS),
            f"{one(_FILLERS)}yes, go ahead, I am {one(_NAMES)}",
        ), ""
    choice, slot = one(_CHOICES)
    plan = one(_FILLERS) + one(_PLANS).format(when=one(_WHEN), sum=one(_SUMS))
    return (greeting, plan, one(_FILLERS) + choice), slot


def _scenario(index: int, lines: Sequence[str], slot: str) -> str:
    caller = "".join(f"      - says: {json.dumps(line)}\n" for line in lines)
    expect = (
        "    expect:\n"
        '      states: [greeting, "...", close]\n'
        "      outcome: booked\n"
        "      tools:\n"
        f'        - {{name: cal.create_booking, arguments: {{slot: "{slot}"}}, times: 1}}\n'
        '      says: ["goodbye"]\n'
        if slot
        else '    expect: {states: [greeting, qualify, "..."]}\n'
    )
    return f"  - id: call_{index:05d}\n    tags: [generated]\n    caller:\n{caller}{expect}"
