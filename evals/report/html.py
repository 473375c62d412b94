"""A run as one HTML page that needs nothing else: no network, no script from elsewhere, readable offline and printed.

Every text of a record is data from outside: jinja2 escapes it, the SVG functions escape it, and the page's content
security policy allows no script but its own, by hash. The calls' WAVs lie in a folder beside the page.
"""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from agent.turn import Json
from evals.record import CallRecord, canonical_json
from evals.report.conversation import Line, conversation
from evals.report.pictures import of_run
from evals.report.stages import staged_waits
from evals.report.summary import Figures, Summary, reasons_of, summarise
from evals.report.timeline import timeline_of
from evals.report.timeline_svg import clock_time, draw
from evals.report.waterfall import Fall, waterfall
from evals.report.wording import (
    columns_with_values,
    counted,
    delay,
    flaky_case,
    headline_figures,
    interval_of,
    never_visited,
    percent,
    verdict,
)
from evals.scoring.verdict import Check, ScorecardItem
from evals.store.disk import disk_errors, make_folder, write_atomically
from evals.store.finished import FinishedCall
from evals.store.flows import read_flows
from evals.store.parts import audio_file, read_parts, read_run_info, read_verdicts

MANY_CALLS = 300
"""Calls shown one by one; a page with more does not open. Failed ones come first."""

_QUIET_EVENTS = frozenset({"partial_heard"})  # several a second: they would be most of the page


@dataclass(frozen=True, slots=True, kw_only=True)
class _Event:
    at: str
    kind: str
    fields: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Call:
    """A call as the template shows it."""

    anchor: str
    record: CallRecord
    title: str
    passed: bool
    reasons: tuple[str, ...]
    record_sha256: str
    audio: str
    timeline: Markup
    falls: Markup
    lines: tuple[Line, ...]
    checks: tuple[Check, ...]
    scorecard: tuple[ScorecardItem, ...]
    measurements: tuple[tuple[str, str, str], ...]
    events: tuple[_Event, ...]
    duration: str


def write_html(run_folder: Path, path: Path) -> Path:
    """Writes the page of a stored run and returns where it is.

    The page finds the calls' WAVs in the run's folder when it lies there itself; elsewhere it gets a folder of them
    beside it, so that both can be moved or attached together.

    Args:
        run_folder: the run.
        path: where the page goes; its folder is made when it is not there.

    Raises:
        StoreError: the run cannot be read, or the page and its audio not be written.
    """
    gates = [gate for gates in read_verdicts(run_folder).values() for gate in gates]
    summary = summarise(
        read_run_info(run_folder),
        read_parts(run_folder, tracks=False),
        gates=gates,
        flows=read_flows(run_folder),
    )
    make_folder(path.parent)
    within = path.parent.resolve() == run_folder.resolve()
    beside = path.with_name(f"{path.stem}_audio")
    laid: set[str] = set()

    def audio(call: FinishedCall) -> str:
        source = audio_file(run_folder, call)
        if source is None:
            return ""
        if within:
            return f"{source.parent.name}/{source.name}"
        make_folder(beside)
        lay_beside(source, beside / source.name)
        laid.add(source.name)
        return f"{beside.name}/{source.name}"

    # Corrupt lines have been raised by the summary's reading; what is left is a lost WAV, and its call has no player.
    calls = read_parts(run_folder, on_corrupt=lambda _lost: None)
    write_atomically(path, render(summary, calls, audio=audio).encode())
    if beside.is_dir() and not within:
        with disk_errors(f"cannot tidy {beside}"):
            for stale in beside.glob("*.wav"):
                if stale.name not in laid:
                    stale.unlink()
    return path


def render(
    summary: Summary, calls: Iterable[FinishedCall], *, audio: Callable[[FinishedCall], str] | None = None
) -> str:
    """The page.

    Args:
        summary: the run.
        calls: its calls, in any order; the page shows failed ones first.
        audio: where each call's WAV is, relative to the page; empty for none.
    """
    order = {case: place for place, case in enumerate(summary.run.cases)}
    failed = {case.case_id for case in summary.failing}
    room = MANY_CALLS - min(len(failed), MANY_CALLS)
    shown: list[_Call] = []
    passed_shown = 0
    for call in calls:
        if call.record.case_id not in failed:
            passed_shown += 1
            if passed_shown > room:
                continue
        elif sum(not kept.passed for kept in shown) >= MANY_CALLS:
            continue
        shown.append(_call(call, audio(call) if audio else ""))
    shown.sort(
        key=lambda call: (call.passed, order.get(call.record.case_id, len(order)), call.record.case_id)
    )
    style, script = page_text("page.css"), page_text("page.js")
    page = (
        environment()
        .get_template("page.html.j2")
        .render(
            summary=summary,
            run=summary.run,
            verdict=verdict(summary),
            headline=headline_figures(summary),
            tiles=_tiles(summary.all),
            pictures=of_run(summary),
            groups=[
                (name, columns_with_values(group), group)
                for name, group in (
                    ("line", summary.by_line),
                    ("voice", summary.by_voice),
                    ("scenario", summary.by_scenario),
                )
                if group
            ],
            calls=shown,
            shown_anchors={call.record.case_id: call.anchor for call in shown},
            left_out=summary.all.calls.of - len(shown),
            style=Markup(style),
            script=Markup(script),
            policy=policy(style, script),
        )
    )
    return page + "\n"


def _call(call: FinishedCall, audio: str) -> _Call:
    record = call.record
    timeline = timeline_of(record, call.measurements)
    picture = draw(timeline, title=f"Who spoke when in {record.case_id}") if timeline else ""
    return _Call(
        anchor=f"call-{hashlib.sha256(record.case_id.encode()).hexdigest()[:12]}",
        record=record,
        title=str(record.scenario.get("title", "")),
        passed=call.passed,
        reasons=reasons_of(call),
        record_sha256=call.record_sha256,
        audio=audio,
        timeline=Markup(picture),
        falls=Markup(_falls(call)),
        lines=conversation(record),
        checks=call.checks,
        scorecard=call.scorecard,
        measurements=tuple(
            (
                item.metric.replace("_", " ") + ("" if item.turn is None else f", turn {item.turn}"),
                "" if item.value is None else f"{'≥ ' if item.censored else ''}{item.value:g} {item.unit}",
                item.unscored_reason,
            )
            for item in call.measurements
        ),
        events=tuple(_event(row) for row in record.events if row["kind"] not in _QUIET_EVENTS),
        duration=f"{record.duration_ns / 1e9:.1f} s",
    )


def _falls(call: FinishedCall) -> str:
    """The call's waits as stages end to end, a row a turn."""
    falls = [
        Fall(name=f"turn {wait.turn + 1}", stages_ms=wait.stages_ms)
        for wait in staged_waits(call.measurements)
    ]
    return waterfall(falls, title=f"Stages of each wait in {call.record.case_id}, ms")


def _event(row: object) -> _Event:
    assert isinstance(row, dict), row
    rest = {key: value for key, value in row.items() if key not in ("t_ns", "kind")}
    said = ", ".join(
        f"{key} {_short(value)}" for key, value in rest.items() if value not in (None, "", [], {})
    )
    return _Event(at=f"{row['t_ns'] / 1e9:.2f}", kind=str(row["kind"]).replace("_", " "), fields=said)


def _short(value: Json) -> str:
    text = value if isinstance(value, str) else canonical_json(value)
    return text if len(text) <= 160 else text[:159] + "…"


def _tiles(figures: Figures) -> list[tuple[str, str, str]]:
    """The figures that are read first: name, value, what it rests on."""
    response, yielding = figures.response, figures.yielding_net
    tiles = [
        ("calls passed", percent(figures.calls.rate), counted(figures.calls)),
        (
            "words wrong",
            percent(figures.words.rate),
            f"{figures.words.errors} of {figures.words.reference_words}",
        ),
        ("answer p50", delay(response.quantile(0.5)), f"{response.n} turns"),
        ("answer p95", delay(response.quantile(0.95)), f"{response.n} turns"),
        ("turns missed", percent(figures.missed_turns.rate), counted(figures.missed_turns)),
        ("yield p95, net", delay(yielding.quantile(0.95)), f"{yielding.n} interruptions"),
        ("false stops", percent(figures.false_stops.rate), counted(figures.false_stops)),
    ]
    return [tile for tile in tiles if tile[1] != "–"]


def lay_beside(source: Path, target: Path) -> None:
    """Puts a WAV beside a page: a hard link where that is possible, a copy where it is not.

    Raises:
        StoreError: it cannot be written.
    """
    with disk_errors(f"cannot write {target}"):
        if target.exists():
            if target.samefile(source):
                return
            target.unlink()
        try:
            # A hard link costs no space; across file systems it is a copy.
            os.link(source, target)
        except OSError:
            shutil.copyfile(source, target)


def policy(style: str, script: str) -> str:
    """The page's content security policy: nothing from elsewhere, no script and no style but its own, by hash."""
    return (
        "default-src 'none'; img-src data:; media-src 'self' file: data:; base-uri 'none'; form-action 'none'; "
        f"style-src '{_hash(style)}'; script-src '{_hash(script)}'"
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def environment() -> Environment:
    """The templates of `page/`, which escape every text."""
    made = Environment(
        loader=FunctionLoader(page_text),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["clock"] = lambda t_ns: f"{clock_time(t_ns // 1_000_000_000)}.{t_ns // 100_000_000 % 10}"
    made.filters["counted"] = counted
    made.filters["drawn"] = Markup  # pictures escape their own texts
    made.filters["interval"] = interval_of
    made.filters["flaky"] = flaky_case
    made.filters["never_visited"] = never_visited
    made.tests["agent_line"] = lambda line: type(line).__name__ == "AgentLine"
    return made


def page_text(name: str) -> str:
    """A file of the page's own: template, style or script."""
    return (files("evals.report") / "page" / name).read_text(encoding="utf-8")
