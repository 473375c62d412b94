"""The page of one call: its sound, its picture, the words said and heard, and what was made of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from html import escape
from pathlib import Path

import pandas as pd
import streamlit as st

from dashboards.data import all_runs, calls_of, literal, place_of, whole_call
from evals.report.conversation import AgentLine, CallerLine, Line, conversation
from evals.report.summary import reasons_of
from evals.report.timeline import timeline_of
from evals.report.timeline_svg import clock_time, draw
from evals.store.finished import FinishedCall

TALK_STYLE = """<style>
.talk{border-collapse:collapse;width:100%}.talk td{padding:.2rem .8rem .2rem 0;vertical-align:top}
.talk tr+tr{border-top:1px solid rgba(128,128,128,.25)}.talk .quiet{opacity:.65}
.talk ins{text-decoration:none;background:rgba(240,180,40,.3);border-radius:.2rem;padding:0 .15rem}
.talk del{background:rgba(220,60,50,.2);border-radius:.2rem;padding:0 .15rem}
.talk .caller{color:#bf5d0b;font-weight:600}.talk .agent{color:#3a86c8;font-weight:600}
</style>"""


def show(db: Path) -> bool:
    """Draws the page; False when there is no run to draw."""
    runs = all_runs(db)
    if runs.empty:
        return False
    names = list(runs["run_id"])[::-1]
    left, middle, right = st.columns([3, 1, 4])
    run_id = left.selectbox("Run", names, index=place_of(names, "run", default=0))
    calls = calls_of(db, run_id)
    if middle.checkbox("failed only", value=False):
        calls = calls[~calls["passed"]]
    if calls.empty:
        st.info("No call to show.")
        return True
    failed = set(calls[~calls["passed"]]["case_id"])
    cases = list(calls["case_id"])
    case_id = right.selectbox(
        "Call",
        cases,
        index=place_of(cases, "case", default=0),
        format_func=lambda case: f"{'✗' if case in failed else '✓'} {case}",
    )
    folder = str(runs[runs["run_id"] == run_id]["folder"].iloc[0])
    call, wav = whole_call(db, folder, case_id)
    if call is None:
        st.warning(f"The store knows this call, but its run's folder `{folder}` no longer has it.")
        return True
    _draw(call, wav)
    return True


def _draw(call: FinishedCall, wav: Path | None) -> None:
    record = call.record
    st.header(literal(str(record.scenario.get("title") or record.scenario_id)))
    st.caption(
        literal(
            f"{record.level} · {record.voice} · {record.line.get('name', '')} · {record.duration_ns / 1e9:.1f} s · "
            f"outcome {record.outcome or 'none'} · path {' → '.join(record.path) or 'none'}"
        )
    )
    if call.passed:
        st.success("Every expectation held.")
    else:
        st.error("\n".join(f"- {literal(reason)}" for reason in reasons_of(call)))
    if wav is not None:
        st.audio(wav.read_bytes(), format="audio/wav")
        st.caption("Caller left, agent right, as heard at the caller's ear.")
    elif record.level != "text":
        st.caption("No recording: its WAV is not in the run's folder.")
    timeline = timeline_of(record, call.measurements)
    if timeline is not None:
        st.image(
            draw(timeline, title=f"Who spoke when in {record.case_id}", standalone=True), width="stretch"
        )
    st.subheader("Said and heard")
    st.html(TALK_STYLE + _talk(conversation(record)))
    if record.divergences:
        st.subheader("Left the transcript")
        _rows(
            [
                (left.step + 1, left.recorded, left.replied, f"{left.did}: {left.reason}")
                for left in record.divergences
            ],
            ["before step", "transcript", "agent", "then the caller"],
        )
    left, right = st.columns(2)
    with left:
        st.subheader("Expectations")
        _rows(
            [(_tick(check.passed), check.name, check.detail) for check in call.checks],
            ["", "expectation", "detail"],
        )
    with right:
        st.subheader("Scorecard")
        items = [
            (item.grade.replace("_", " "), item.item, item.section, item.evidence) for item in call.scorecard
        ]
        _rows(items, ["grade", "item", "section", "evidence"])
    with st.expander("Measurements"):
        _rows(
            [
                (item.metric, item.turn, item.value, item.unit, item.censored, item.unscored_reason)
                for item in call.measurements
            ],
            ["metric", "turn", "value", "unit", "lower bound", "why unscored"],
        )
    with st.expander("The agent's events"):
        _rows([_event(row) for row in record.events], ["s", "event", "fields"])
    if record.tools:
        with st.expander("Tool calls"):
            calls = [
                (tool.t_ns / 1e9, tool.name, tool.status, json.dumps(tool.arguments), json.dumps(tool.value))
                for tool in record.tools
            ]
            _rows(calls, ["s", "tool", "status", "arguments", "answer"])
    st.caption(f"record `{call.record_sha256}`")


def _talk(lines: tuple[Line, ...]) -> str:
    """The conversation as a table; every word of it is escaped."""
    rows = []
    for line in lines:
        at = f"{clock_time(line.start_ns // 1_000_000_000)}.{line.start_ns // 100_000_000 % 10}"
        if isinstance(line, AgentLine):
            who, said, heard = "agent", escape(line.text) + ("–" if line.cut else ""), ""
        else:
            doing = f' <span class="quiet">({escape(line.doing)})</span>' if line.doing else ""
            who, said = "caller", escape(line.said) + doing
            heard = _heard(line)
        rows.append(
            f'<tr><td class="quiet">{at}</td><td class="{who}">{who}</td><td>{said}</td><td>{heard}</td></tr>'
        )
    head = '<tr class="quiet"><td></td><td></td><td>said</td><td>heard by the agent</td></tr>'
    return f'<table class="talk">{head}{"".join(rows)}</table>'


def _heard(line: CallerLine) -> str:
    words = []
    for word in line.aligned:
        if word.kind != "hit":
            words += [f"<ins>{escape(word.hypothesis)}</ins>"] if word.hypothesis is not None else []
            words += [f"<del>{escape(word.reference)}</del>"] if word.reference is not None else []
        else:
            words.append(escape(word.hypothesis or ""))
    return " ".join(words) or escape(line.heard)


def _event(row: object) -> tuple[str, str, str]:
    assert isinstance(row, dict), row
    rest = {key: value for key, value in row.items() if key not in ("t_ns", "kind")}
    return f"{row['t_ns'] / 1e9:.2f}", str(row["kind"]), json.dumps(rest, ensure_ascii=False)


def _rows(rows: Sequence[tuple[object, ...]], columns: list[str]) -> None:
    if rows:
        st.dataframe(pd.DataFrame(rows, columns=columns), hide_index=True, width="stretch")
    else:
        st.caption("None.")


def _tick(passed: bool) -> str:
    return "✓" if passed else "✗"
