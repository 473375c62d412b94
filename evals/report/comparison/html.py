"""A comparison as one HTML page, under the same rules as a run's page: nothing from elsewhere, every text escaped.

The WAVs of the calls that are shown lie in a folder beside the page, those of both runs.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from evals.report.comparison import wording
from evals.report.comparison.model import CallSide, ChangedCall, Comparison
from evals.report.html import environment, lay_beside, page_text, policy
from evals.report.pictures import Picture, of_two
from evals.report.timeline import timeline_of
from evals.report.timeline_svg import draw
from evals.scoring.case_changes import CaseChange, Change
from evals.store.call_audio import audio_name
from evals.store.disk import disk_errors, make_folder, write_atomically
from evals.store.parts import AUDIO_FOLDER

Audio = Callable[[int, CallSide], str]
"""Where a call's WAV is, relative to the page (0 before, 1 now); empty for none."""

MANY_CASES = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    """A changed call as the template shows it."""

    anchor: str
    call: ChangedCall
    audio: tuple[str, str]
    timelines: tuple[Markup, Markup]


def write_html(comparison: Comparison, path: Path, *, folders: tuple[Path | None, Path | None]) -> Path:
    """Writes the page and lays the WAVs of the calls that it shows beside it.

    Args:
        comparison: what to show.
        path: where the page goes; its folder is made when it is not there.
        folders: where the two runs lie; None of a baseline.

    Raises:
        StoreError: the page or its audio cannot be written.
    """
    make_folder(path.parent)
    beside = path.with_name(f"{path.stem}_audio")
    laid: set[str] = set()

    def audio(which: int, side: CallSide) -> str:
        folder = folders[which]
        if folder is None:
            return ""
        source = folder / AUDIO_FOLDER / audio_name(side.record.case_id, side.record_sha256)
        if not source.is_file():
            return ""
        make_folder(beside)
        lay_beside(source, beside / source.name)
        laid.add(source.name)
        return f"{beside.name}/{source.name}"

    write_atomically(path, render(comparison, audio=audio).encode())
    if beside.is_dir():
        with disk_errors(f"cannot tidy {beside}"):
            for stale in beside.glob("*.wav"):
                if stale.name not in laid:
                    stale.unlink()
    return path


def render(comparison: Comparison, *, audio: Audio | None = None) -> str:
    """The page.

    Args:
        comparison: what to show.
        audio: where the calls' WAVs are.
    """
    shown = [_shown(call, audio) for call in (*comparison.changed, *comparison.otherwise)]
    anchors = {one.call.case_id: one.anchor for one in shown}
    style, script = page_text("page.css") + page_text("compare.css"), page_text("page.js")
    page = (
        environment()
        .get_template("compare.html.j2")
        .render(
            comparison=comparison,
            words=wording,
            pictures=_pictures(comparison),
            kinds=[
                (name, comparison.of_kind(kind)[:MANY_CASES], len(comparison.of_kind(kind)))
                for kind, name in ((Change.WORSE, "Worse"), (Change.BETTER, "Better"))
            ],
            flaky=comparison.flaky[:MANY_CASES],
            metrics=sorted(comparison.metrics, key=lambda change: not change.verdict),
            told=sum(bool(change.verdict) for change in comparison.metrics),
            anchor_of=lambda case: _anchor_of(case, anchors),
            cause_of=lambda case: _cause_of(case, comparison),
            changed=shown[: len(comparison.changed)],
            otherwise=shown[len(comparison.changed) :],
            left_out=wording.not_compared(comparison),
            style=Markup(style),
            script=Markup(script),
            policy=policy(style, script),
        )
    )
    return page + "\n"


def _pictures(comparison: Comparison) -> tuple[Picture, ...]:
    before, after = comparison.before.summary, comparison.after.summary
    return of_two(before, after, comparison.among) if before and after else ()


def _shown(call: ChangedCall, audio: Audio | None) -> _Shown:
    sides = (call.before, call.after)
    return _Shown(
        anchor=f"call-{hashlib.sha256(call.case_id.encode()).hexdigest()[:12]}",
        call=call,
        audio=(audio(0, sides[0]), audio(1, sides[1])) if audio else ("", ""),
        timelines=(_timeline(sides[0], "before"), _timeline(sides[1], "now")),
    )


def _timeline(side: CallSide, when: str) -> Markup:
    timeline = timeline_of(side.record, side.measurements)
    title = f"Who spoke when in {side.record.case_id}, {when}"
    return Markup(draw(timeline, title=title)) if timeline else Markup("")  # the SVG escapes its own texts


def _anchor_of(case: CaseChange, anchors: dict[str, str]) -> str:
    return next((anchors[call] for call in case.flipped if call in anchors), "")


def _cause_of(case: CaseChange, comparison: Comparison) -> str:
    causes = {call.case_id: call.cause for call in comparison.changed}
    return next((f"{causes[call].layer}: {causes[call].rule}" for call in case.flipped if call in causes), "")
