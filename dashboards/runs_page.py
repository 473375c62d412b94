"""The page of runs: how they went over time, as a table, and two of them side by side."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import altair as alt
import pandas as pd
import streamlit as st

from dashboards.data import all_runs, flips, shared_cases
from evals.report.wording import NOTHING, percent

INK, CALLER, AGENT = "#1f6cb0", "#bf5d0b", "#7a8794"


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of a run: its name, its column, and the unit in which a change of it is said."""

    name: str
    field: str
    unit: str
    scale: float = 1
    decimals: int = 0


FIGURES = (
    Figure("Calls passed", "pass_rate", "points", scale=100, decimals=1),
    Figure("Words wrong", "wer", "points", scale=100, decimals=1),
    Figure("Answer p50", "answer_p50", "ms"),
    Figure("Answer p95", "answer_p95", "ms"),
    Figure("Yield p95", "yield_p95", "ms"),
)


def show(db: Path) -> bool:
    """Draws the page; False when there is no run to draw."""
    runs = all_runs(db)
    if runs.empty:
        return False
    st.title("Runs")
    runs = _chosen(runs)
    if runs.empty:
        st.info("No run matches.")
        return True
    _latest(runs)
    _trends(runs)
    _table(runs)
    if len(runs) > 1:
        _compare(db, runs)
    return True


def _chosen(runs: pd.DataFrame) -> pd.DataFrame:
    left, right = st.columns(2)
    level = left.selectbox("Level", ["all", *sorted(runs["level"].unique())])
    suites = right.selectbox("Suites", ["all", *sorted(runs["suites"].unique())])
    if level != "all":
        runs = runs[runs["level"] == level]
    return runs if suites == "all" else runs[runs["suites"] == suites]


def _latest(runs: pd.DataFrame) -> None:
    now = runs.iloc[-1]
    # Runs of another level or suite measure something else; no difference is shown to them.
    alike = runs[(runs["level"] == now["level"]) & (runs["suites"] == now["suites"])]
    before = alike.iloc[-2] if len(alike) > 1 else None
    st.caption(f"Latest: **{now['run_id']}** · {now['level']} · {now['suites']} · {_when(now['started'])}")
    for column, figure in zip(st.columns(len(FIGURES)), FIGURES, strict=True):
        value, delta = _value(now, figure), None
        if before is not None and value is not None and (earlier := _value(before, figure)) is not None:
            change = round((value - earlier) * figure.scale, figure.decimals)
            delta = f"{change:+.{figure.decimals}f} {figure.unit}" if change else None
        more_is_better = figure.field == "pass_rate"
        column.metric(
            figure.name, _shown(now, figure), delta, delta_color="normal" if more_is_better else "inverse"
        )


def _trends(runs: pd.DataFrame) -> None:
    points = runs.assign(order=range(1, len(runs) + 1), when=[_when(date) for date in runs["started"]])
    when = alt.X(
        "order:Q", title="run", axis=alt.Axis(tickMinStep=1, format="d"), scale=alt.Scale(nice=False)
    )
    about = ["run_id", "when", "level", "suites", "commit"]
    passed = alt.Chart(points).encode(x=when)
    whiskers = passed.mark_rule(color=AGENT, opacity=0.6).encode(
        y=alt.Y("low:Q", title=None, axis=alt.Axis(format="%"), scale=alt.Scale(domain=[0, 1])), y2="high:Q"
    )
    line = passed.mark_line(point=True, color=INK).encode(
        y=alt.Y("pass_rate:Q", title=None),
        tooltip=[*about, "passed", "calls", alt.Tooltip("pass_rate:Q", format=".1%")],
    )
    wrong = (
        alt.Chart(points.dropna(subset=["wer"]))
        .mark_line(point=True, color=CALLER)
        .encode(
            x=when,
            y=alt.Y("wer:Q", title=None, axis=alt.Axis(format="%"), scale=alt.Scale(zero=True)),
            tooltip=[*about, "word_errors", "words", alt.Tooltip("wer:Q", format=".1%")],
        )
    )
    answers = points.melt(
        [*about, "order", "answers"], ["answer_p50", "answer_p95"], var_name="quantile", value_name="ms"
    ).dropna(subset=["ms"])
    answers["quantile"] = answers["quantile"].str.removeprefix("answer_")
    waits = (
        alt.Chart(answers)
        .mark_line(point=True)
        .encode(
            x=when,
            y=alt.Y("ms:Q", title=None, scale=alt.Scale(zero=True)),
            color=alt.Color(
                "quantile:N",
                scale=alt.Scale(domain=["p50", "p95"], range=[INK, CALLER]),
                legend=alt.Legend(title=None, orient="top"),
            ),
            tooltip=[*about, "quantile", alt.Tooltip("ms:Q", format=".0f"), "answers"],
        )
    )
    charts = (
        ("Calls passed, with 95 % intervals", whiskers + line, True),
        ("Words wrong (pooled WER)", wrong, runs["wer"].notna().any()),
        ("Time to answer, ms", waits, not answers.empty),
    )
    for column, (name, chart, any_value) in zip(st.columns(len(charts)), charts, strict=True):
        column.markdown(f"**{name}**")
        if any_value:
            column.altair_chart(chart.properties(height=230), width="stretch")
        else:
            column.caption("Not measured at these runs' level.")


def _table(runs: pd.DataFrame) -> None:
    shown = runs.iloc[::-1][
        ["run_id", "started", "level", "suites", "target", "seed", "passed", "calls", "pass_rate", "wer", "words",
         "answer_p50", "answer_p95", "missed_turns", "yield_p95", "false_stops", "commit"]
    ]  # fmt: skip
    st.dataframe(
        shown,
        hide_index=True,
        width="stretch",
        column_config={
            "run_id": "run",
            "started": st.column_config.DatetimeColumn("started (UTC)", format="YYYY-MM-DD HH:mm"),
            "pass_rate": st.column_config.NumberColumn("pass rate", format="percent"),
            "wer": st.column_config.NumberColumn("WER", format="percent"),
            "answer_p50": st.column_config.NumberColumn("answer p50, ms", format="%.0f"),
            "answer_p95": st.column_config.NumberColumn("answer p95, ms", format="%.0f"),
            "yield_p95": st.column_config.NumberColumn("yield p95, ms", format="%.0f"),
            "missed_turns": st.column_config.NumberColumn("turns missed", format="%.0f"),
            "false_stops": st.column_config.NumberColumn("false stops", format="%.0f"),
            "words": st.column_config.NumberColumn("words", format="%.0f"),
        },
    )


def _compare(db: Path, runs: pd.DataFrame) -> None:
    st.subheader("Two runs side by side")
    names = list(runs["run_id"])[::-1]
    left, right = st.columns(2)
    run_a = left.selectbox("A, before", names, index=1)
    run_b = right.selectbox("B, after", names, index=0)
    a, b = (runs[runs["run_id"] == name].iloc[0] for name in (run_a, run_b))
    rows = [(figure.name, _shown(a, figure), _shown(b, figure)) for figure in FIGURES]
    st.dataframe(pd.DataFrame(rows, columns=["figure", "A", "B"]), hide_index=True)
    shared, changed = shared_cases(db, run_a, run_b)
    if not shared:
        st.caption("These runs share no case.")
        return
    st.caption(
        f"{shared} cases in both"
        + (
            f", of which {changed} changed in scenario or caller audio and are not the same call"
            if changed
            else ""
        )
        + ". `milliwatt gate` says whether a difference is more than chance."
    )
    changed_cases = flips(db, run_a, run_b)
    if changed_cases.empty:
        st.success("Every shared case came out alike.")
    else:
        st.dataframe(changed_cases, hide_index=True, width="stretch")


def _value(run: pd.Series, figure: Figure) -> float | None:
    return None if pd.isna(run[figure.field]) else float(run[figure.field])


def _shown(run: pd.Series, figure: Figure) -> str:
    value = _value(run, figure)
    if value is None:
        return NOTHING
    if figure.unit != "ms":
        return percent(value)
    lower_bound = figure.field.startswith("answer") and value >= run["answer_known_to"]
    return f"{'≥ ' if lower_bound else ''}{value:.0f} ms"


def _when(started: object) -> str:
    return f"{pd.Timestamp(started):%Y-%m-%d %H:%M} UTC"  # type: ignore[arg-type]
