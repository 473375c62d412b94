"""The page of two runs: which cases got worse, better or flaky, and what changed in a call, turn by turn."""

from __future__ import annotations

from html import escape
from pathlib import Path

import altair as alt
import pandas as pd
import streamlit as st

from dashboards.data import all_runs, comparison_of, literal, place_of
from evals.errors import HarnessError
from evals.report.comparison import wording
from evals.report.comparison.exchanges import ExchangePair, Part
from evals.report.comparison.model import CallSide, ChangedCall, Comparison
from evals.report.figures import Delays
from evals.scoring.case_changes import Change
from evals.scoring.verdict import GateOutcome
from evals.store.call_audio import audio_name
from evals.store.parts import AUDIO_FOLDER

BEFORE_INK, AFTER_INK = "#1f6cb0", "#bf5d0b"

STYLE = """<style>
.sides{border-collapse:collapse;width:100%;table-layout:fixed}.sides td{padding:.2rem .8rem .2rem 0;vertical-align:top;
overflow-wrap:anywhere}.sides tr.turn td{border-top:1px solid rgba(128,128,128,.35)}.sides .what{opacity:.65}
.sides tr.first td{border-top:2px solid #c62828}.sides tr.differs td{background:rgba(240,180,40,.2)}
.sides .caller{color:#bf5d0b;font-weight:600}
</style>"""


def show(db: Path) -> bool:
    """Draws the page; False when there is no run to draw."""
    runs = all_runs(db)
    if runs.empty:
        return False
    st.title("Compare")
    if len(runs) < 2:
        st.info("There is one run; a comparison takes two.")
        return True
    names = list(runs["run_id"])[::-1]
    left, right = st.columns(2)
    run_a = left.selectbox("A, before", names, index=place_of(names, "a", default=1))
    run_b = right.selectbox("B, now", names, index=place_of(names, "b", default=0))
    folders = [db.parent / str(runs[runs["run_id"] == name]["folder"].iloc[0]) for name in (run_a, run_b)]
    try:
        comparison = comparison_of(folders[0], folders[1])
    except HarnessError as error:
        st.error(literal(str(error), lines=True))
        return True
    _verdict(comparison)
    _cases(comparison)
    _metrics(comparison)
    _answers(comparison)
    _tradeoff(runs, run_a, run_b)
    _calls(comparison, folders)
    return True


def _verdict(comparison: Comparison) -> None:
    shown = {GateOutcome.PASS: st.success, GateOutcome.FAIL: st.error}.get(comparison.outcome, st.warning)
    shown(literal(wording.verdict(comparison)))
    if wording.layers(comparison):
        st.caption(f"Calls that got worse, by where it comes from: {wording.layers(comparison)}.")
    for line in wording.not_compared(comparison):
        st.caption(f"Not compared: {literal(line)}")
    rows = [(gate.gate, gate.outcome.replace("_", " "), gate.reason) for gate in comparison.verdicts]
    st.dataframe(pd.DataFrame(rows, columns=["gate", "says", "because"]), hide_index=True, width="stretch")


def _cases(comparison: Comparison) -> None:
    kinds = (("Worse", comparison.of_kind(Change.WORSE)), ("Better", comparison.of_kind(Change.BETTER)),
             ("Flaky", comparison.flaky))  # fmt: skip
    causes = {call.case_id: call.cause for call in comparison.changed}
    for column, (name, cases) in zip(st.columns(len(kinds)), kinds, strict=True):
        column.metric(name, len(cases))
    rows = []
    for name, cases in kinds:
        for case in cases:
            cause = next((causes[call] for call in case.flipped if call in causes), None)
            passed = f"{case.before.passed} → {case.after.passed} of {case.after.of}"
            rows.append(
                (name.lower(), case.name, passed, cause.layer if cause else "", cause.rule if cause else "")
            )
    if rows:
        columns = ["", "case", "repeats passed", "layer", "rule"]
        st.dataframe(pd.DataFrame(rows, columns=columns), hide_index=True, width="stretch")


def _metrics(comparison: Comparison) -> None:
    with st.expander("Metrics", expanded=any(change.verdict for change in comparison.metrics)):
        rows = [
            (
                change.metric,
                wording.value(change.before, change.unit),
                wording.value(change.after, change.unit),
                wording.difference(change),
                wording.chance(change),
            )
            for change in sorted(comparison.metrics, key=lambda change: not change.verdict)
        ]
        columns = ["metric", "before", "now", "difference", "says"]
        st.dataframe(pd.DataFrame(rows, columns=columns), hide_index=True, width="stretch")


def _answers(comparison: Comparison) -> None:
    """How many turns were answered within so long, both runs over each other."""
    sides = (("before", comparison.before.summary), ("now", comparison.after.summary))
    points = [
        (name, ms, share) for name, summary in sides if summary for ms, share in _steps(summary.all.response)
    ]
    if not points:
        return
    st.markdown("**Answered within so long**")
    frame = pd.DataFrame(points, columns=["run", "ms", "share"])
    colour = alt.Scale(domain=["before", "now"], range=[BEFORE_INK, AFTER_INK])
    chart = (
        alt.Chart(frame)
        .mark_line(interpolate="step-after")
        .encode(
            x=alt.X("ms:Q", title="ms"),
            y=alt.Y("share:Q", title=None, axis=alt.Axis(format="%"), scale=alt.Scale(domain=[0, 1])),
            color=alt.Color("run:N", scale=colour, legend=alt.Legend(title=None, orient="top")),
            tooltip=["run", alt.Tooltip("ms:Q", format=".0f"), alt.Tooltip("share:Q", format=".1%")],
        )
    )
    st.altair_chart(chart.properties(height=230), width="stretch")


def _steps(delays: Delays) -> list[tuple[float, float]]:
    known = [delay.ms for delay in delays.delays if not delay.censored]
    return [(ms, rank / delays.n) for rank, ms in enumerate(known, start=1)]


def _tradeoff(runs: pd.DataFrame, run_a: str, run_b: str) -> None:
    """Each run of the two's level and suites: how quickly it answers against how often it cuts in."""
    now = runs[runs["run_id"] == run_b].iloc[0]
    alike = runs[(runs["level"] == now["level"]) & (runs["suites"] == now["suites"])]
    points = alike.dropna(subset=["answer_p50", "cut_ins"])
    if len(points) < 2:
        return
    st.markdown("**Quickness against cutting in** (every run of this level and these suites)")
    which = {run_a: "before", run_b: "now"}
    points = points.assign(which=[which.get(name, "other") for name in points["run_id"]])
    colour = alt.Scale(domain=["before", "now", "other"], range=[BEFORE_INK, AFTER_INK, "#9aa4ad"])
    chart = (
        alt.Chart(points)
        .mark_point(filled=True, size=90)
        .encode(
            x=alt.X("answer_p50:Q", title="median answer, ms", scale=alt.Scale(zero=False)),
            y=alt.Y("cut_ins:Q", title="pauses cut into", axis=alt.Axis(format="%")),
            color=alt.Color("which:N", scale=colour, legend=alt.Legend(title=None, orient="top")),
            tooltip=[
                "run_id",
                "commit",
                alt.Tooltip("answer_p50:Q", format=".0f"),
                alt.Tooltip("cut_ins:Q", format=".1%"),
            ],
        )
    )
    st.altair_chart(chart.properties(height=230), width="stretch")


def _calls(comparison: Comparison, folders: list[Path]) -> None:
    calls = {call.case_id: call for call in (*comparison.changed, *comparison.otherwise)}
    if not calls:
        st.success("No call flipped or went otherwise.")
        return
    st.subheader("Turn by turn")
    names = list(calls)
    chosen = st.selectbox(
        "Call",
        names,
        index=place_of(names, "case", default=0),
        format_func=lambda case: f"{case}: {wording.heading(calls[case])}",
    )
    call = calls[chosen]
    st.markdown(f"**{call.cause.layer}** ({call.cause.rule}): {literal(call.cause.why)}")
    for name, side in (("before", call.before), ("now", call.after)):
        for reason in side.reasons:
            st.caption(f"{name}: {literal(reason)}")
    for column, name, side, folder in zip(
        st.columns(2), ("before", "now"), (call.before, call.after), folders, strict=True
    ):
        wav = _wav(side, folder)
        if wav.is_file():
            column.caption(name)
            column.audio(wav.read_bytes(), format="audio/wav")
    st.html(STYLE + _sides(call))


def _wav(side: CallSide, folder: Path) -> Path:
    return folder / AUDIO_FOLDER / audio_name(side.record.case_id, side.record_sha256)


def _sides(call: ChangedCall) -> str:
    """The two calls as a table; every word of them is escaped."""
    rows = "".join(_turn(place, pair, first=place == call.first) for place, pair in enumerate(call.pairs))
    head = '<tr class="what"><td style="width:8rem"></td><td style="width:4rem"></td><td>before</td><td>now</td></tr>'
    return f'<table class="sides">{head}{rows}</table>'


def _turn(place: int, pair: ExchangePair, *, first: bool) -> str:
    either = pair.after or pair.before
    assert either is not None
    differs = pair.differs
    name = wording.turn_name(place) + (" (first to differ)" if first else "")
    said = f"{either.said} ({either.doing})" if either.doing else either.said
    rows = [
        f'<tr class="turn{" first" if first else ""}"><td>{name}</td><td class="what"></td>'
        f'<td colspan="2" class="caller">{escape(said)}</td></tr>'
    ]
    shown = (
        ("heard", wording.heard, {Part.HEARD, Part.PIECES}),
        ("did", lambda side: "\n".join(wording.did(side)), {Part.DID}),
        ("said", wording.said, {Part.SAID, Part.CUT}),
        ("wait", wording.waited, set[Part]()),
    )
    for what, show_side, parts in shown:
        sides = [show_side(side) if side else "–" for side in (pair.before, pair.after)]
        if any(sides):
            css = ' class="differs"' if parts & set(differs) or (parts and Part.THERE in differs) else ""
            cells = "".join(f"<td>{escape(side).replace(chr(10), '<br>')}</td>" for side in sides)
            rows.append(f'<tr{css}><td></td><td class="what">{what}</td>{cells}</tr>')
    return "".join(rows)
