"""A comparison as text, Markdown, JSON and HTML: the same facts, and hostile words stay words in each."""

from __future__ import annotations

import dataclasses
import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from evals.report.comparison import html, json_report, markdown, text
from evals.report.comparison.model import Comparison
from evals.report.comparison.reading import compare, side_of_run
from evals.report.comparison.wording import case_line, verdict
from evals.scoring.gates import DEFAULT_GATES
from tests.evals.report.comparison.pairs import AFTER, BEFORE, BETTER, CUT, DID, HEARD, keep
from tests.evals.report.test_html import HOSTILE, Page


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    reports = tmp_path_factory.mktemp("reports")
    return keep(reports, BEFORE), keep(reports, AFTER, settings={"endpointing.complete_ms": "250"})


@pytest.fixture(scope="module")
def comparison(folders: tuple[Path, Path]) -> Comparison:
    return compare(
        *(side_of_run(folder) for folder in folders),
        gates=DEFAULT_GATES,
        folders=folders,
        notes=["a note"],
        among=[folders[0]],
    )


def hostile(comparison: Comparison) -> Comparison:
    """The comparison with hostile words wherever a run's own words stand."""
    call = comparison.changed[0]
    pairs = tuple(
        dataclasses.replace(
            pair,
            after=pair.after
            and dataclasses.replace(pair.after, heard=HOSTILE, replied=HOSTILE, said=HOSTILE),
        )
        for pair in call.pairs
    )
    changed = dataclasses.replace(
        call, title=HOSTILE, pairs=pairs, cause=dataclasses.replace(call.cause, why=HOSTILE),
        after=dataclasses.replace(call.after, reasons=(HOSTILE,)),
    )  # fmt: skip
    return dataclasses.replace(comparison, changed=(changed,), notes=(HOSTILE,))


def printed(comparison: Comparison, **options: int) -> str:
    told = io.StringIO()
    Console(file=told, width=200).print(text.render(comparison, **options))
    return told.getvalue()


def test_the_verdict_counts_cases_and_gates(comparison: Comparison) -> None:
    assert verdict(comparison) == (
        "UNDECIDED: no gate of 3 failed; 3 had too little data; "
        "of 6 cases 4 got worse, 1 better, 0 fail in both, 1 pass in both."
    )
    assert [case_line(case) for case in comparison.flaky] == []


def test_the_terminal_shows_runs_worse_calls_turn_by_turn_and_the_verdict_last(
    comparison: Comparison,
) -> None:
    shown = printed(comparison, calls=4)
    for part in (
        "endpointing.complete_ms=250",
        f"{HEARD}: passed before, fails now",
        'audio layer (heard differs first): turn 1 was heard otherwise: "yes this is alice" before',
        "turn 1 (first to differ)",
        "[cognitive layer: heard alike, did otherwise]",
        "Better (1):",
        "note: a note",
    ):
        assert part in shown
    assert shown.rstrip().splitlines()[-1].startswith("UNDECIDED")
    assert "first to differ" not in printed(comparison, calls=0)


def test_markdown_has_a_folded_table_for_each_changed_call(comparison: Comparison) -> None:
    shown = markdown.render(comparison)
    assert shown.startswith("# UNDECIDED")
    assert shown.count("<details>") == shown.count("</details>") == len(comparison.changed)
    assert "| turn 1 ← first | Yes, this is Alex. |" in shown


def test_programs_find_every_call_with_its_turns_and_its_cause(comparison: Comparison) -> None:
    report = json.loads(json_report.render(comparison))
    assert (report["outcome"], report["flipped"]) == ("too_little_data", 5)
    by_case = {call["case_id"]: call for call in report["changed"]}
    assert by_case[DID]["cause"]["layer"] == "cognitive layer"
    assert by_case[DID]["first_difference"] == 1
    assert by_case[DID]["turns"][1]["differs"] == ["did"]
    assert by_case[DID]["turns"][1]["after"]["states"] == ["objection"]
    assert {case["case"]: case["change"] for case in report["cases"]}[
        "booking/better/en-gb/clean"
    ] == "better"
    assert {metric["metric"] for metric in report["metrics"]} > {
        "passed",
        "response_latency",
        "word_error_rate",
    }


def test_the_page_lays_both_calls_beside_each_other_with_sound_and_picture(
    comparison: Comparison, folders: tuple[Path, Path], tmp_path: Path
) -> None:
    path = html.write_html(comparison, tmp_path / "there" / "compare.html", folders=folders)
    page = Page(path.read_text())
    assert page.open == []
    players = [attributes["src"] for attributes in page.having("audio")]
    assert len(players) == 2 * len(comparison.changed)
    assert all((path.parent / str(source)).is_file() for source in players)
    titles = path.read_text()
    for caption in ("Answered within so long", "As a table"):
        assert caption in titles
    pictures = [attributes for attributes in page.having("svg") if attributes.get("class") == "timeline"]
    assert len(pictures) == 2 * len(comparison.changed)
    assert len([one for one in page.having("tbody") if one.get("class") == "first"]) == 4
    links = {str(link["href"]).removeprefix("#") for link in page.having("a")}
    assert links <= {str(call["id"]) for call in page.having("details") if "id" in call}
    assert len(links) == 5


def test_written_again_the_page_leaves_no_sound_of_other_calls(
    comparison: Comparison, folders: tuple[Path, Path], tmp_path: Path
) -> None:
    path = html.write_html(comparison, tmp_path / "compare.html", folders=folders)
    # The case that changed in its verdict alone has the same sound in both runs, and that lies there once.
    assert len(list((tmp_path / "compare_audio").iterdir())) == 9
    html.write_html(dataclasses.replace(comparison, changed=()), path, folders=folders)
    assert list((tmp_path / "compare_audio").iterdir()) == []


def test_a_page_needs_nothing_from_elsewhere(comparison: Comparison) -> None:
    page = Page(html.render(comparison))
    assert not [one for tag in ("link", "img", "iframe") for one in page.having(tag)]
    assert all("src" not in script for script in page.having("script"))
    assert all(not any(name.startswith("on") or name == "style" for name in one) for _, one in page.elements)


def test_hostile_words_stay_words(comparison: Comparison) -> None:
    page = html.render(hostile(comparison))
    assert "alert(&#39;x&#39;)" in page
    assert len(Page(page).having("script")) == 1
    assert Page(page).having("img") == []
    assert "<script>alert" not in markdown.render(hostile(comparison))
    assert HOSTILE in json.loads(json_report.render(hostile(comparison)))["changed"][0]["after"]["reasons"]
    assert "[bold]" in printed(dataclasses.replace(comparison, notes=("[bold]x",)))


def test_cut_replies_end_in_a_dash(comparison: Comparison) -> None:
    [call] = [call for call in comparison.changed if call.case_id == CUT]
    assert call.cause.why.startswith("the reply of turn 3 is the same as far as it was heard")
    assert [one.case_id for one in comparison.changed if one.first is None] == [BETTER]
