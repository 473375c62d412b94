from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from evals.errors import StoreError
from evals.metrics.registry import BY_NAME, measure
from evals.record import Divergence, HeardWord
from evals.report import html
from evals.report.html import render, write_html
from evals.report.summary import summarise
from evals.scoring.verdict import Check, GateOutcome, GateVerdict
from evals.store.finished import FinishedCall
from evals.store.part_writer import PartWriter
from evals.store.parts import write_run_info, write_verdicts
from tests.store_builders import a_finished_call, a_record, a_run, a_text_record

CASE = "booking/books_first_slot/en-gb/clean/0"
HOSTILE = "</title></style></script><script>alert('x')</script><img src=x onerror=alert(1)>"


class Page(HTMLParser):
    """The page's elements, and whether they are balanced."""

    void = frozenset({"meta", "br", "col", "img", "input", "link", "hr"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attributes)))
        if tag not in self.void:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def having(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def the_page(*calls: FinishedCall, **changes) -> str:
    run = a_run(cases=tuple(call.record.case_id for call in calls), **changes)
    return render(summarise(run, calls), calls)


def test_a_page_shows_the_verdict_the_figures_and_each_call() -> None:
    record = a_record(CASE)
    page = the_page(a_finished_call(record=record, measurements=measure(record)))
    for text in (
        "FAIL: 0 of 1 calls met their expectations.",
        "expected booked, got none",
        "Is this Alex?",
        "yes this is",
        "slot read back",
        "Time to answer, ms",
        "no answer in 4.0 s",
        "the agent was silent" if "the agent was silent" in page else "Measurements",
    ):
        assert text in page
    parsed = Page(page)
    assert parsed.open == []
    assert [item["class"] for item in parsed.having("svg")] == ["chart", "chart", "chart", "timeline"]


def test_the_page_asks_nothing_of_any_network_and_runs_only_its_own_script() -> None:
    text = the_page(a_finished_call())
    parsed = Page(text)
    for tag, attributes in parsed.elements:
        assert tag not in {"link", "iframe", "object", "embed", "base"}
        assert not any(name.startswith("on") or name == "style" for name in attributes), (tag, attributes)
    assert set(re.findall(r"https?://[^\"' )]+", text)) == {"http://www.w3.org/2000/svg"}
    (policy,) = (meta["content"] for meta in parsed.having("meta") if "http-equiv" in meta)
    assert policy is not None
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    for tag, directive in (("style", "style-src"), ("script", "script-src")):
        (body,) = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
        assert f"{directive} 'sha256-{digest}'" in policy


def test_hostile_transcripts_names_and_evidence_stay_text() -> None:
    plain = Page(the_page(a_finished_call()))
    record = a_record(
        scenario={"title": HOSTILE, "tags": []},
        failure=HOSTILE,
        outcome=HOSTILE,
        path=(HOSTILE,),
        captured={HOSTILE: HOSTILE},
        line={"name": HOSTILE},
        agent_words=(HeardWord(text=HOSTILE, start_ns=0, end_ns=10**9, seq=0),),
        events=tuple(
            {**event, "text": HOSTILE} if event["kind"] == "final_heard" else {**event, "reason": HOSTILE}
            for event in a_record().events
        ),
    )
    checks = [Check(name=HOSTILE, passed=False, detail=HOSTILE)]
    page = the_page(
        a_finished_call(record=record, checks=checks), target=HOSTILE, settings={HOSTILE: HOSTILE}
    )
    parsed = Page(page)
    assert parsed.open == []
    assert len(parsed.having("script")) == len(plain.having("script")) == 1
    assert parsed.having("img") == []
    assert "<script>alert" not in page


def test_failed_calls_come_first_and_the_rest_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html, "MANY_CALLS", 3)
    good = [Check(name="states", passed=True)]
    calls = [
        a_finished_call(
            f"booking/s{number}/en-gb/clean/0", checks=good if number < 3 else None, measurements=[]
        )
        for number in range(5)
    ]
    page = the_page(*calls)
    shown = re.findall(r"<b>(s\d)</b>", page)
    assert shown == ["s3", "s4", "s0"]
    assert "2 more calls are in the store; this page shows 3, failed ones first." in page


def test_a_text_call_has_no_picture_and_no_player() -> None:
    parsed = Page(the_page(a_finished_call(record=a_text_record(CASE), measurements=[])))
    assert parsed.having("svg")
    assert not [item for item in parsed.having("svg") if item["class"] == "timeline"]
    assert parsed.having("audio") == []


def test_gates_and_missing_cases_are_shown() -> None:
    call = a_finished_call()
    gates = [GateVerdict(gate="word errors", outcome=GateOutcome.TOO_LITTLE_DATA, reason="8 are needed")]
    run = a_run(cases=(call.record.case_id, "booking/other/en-gb/clean/0"))
    page = render(summarise(run, [call], gates=gates), [call])
    assert "too little data" in page
    assert 'booking/other/en-gb/clean/0 <span class="quiet">· not played</span>' in page


@pytest.fixture
def run_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "runs" / "r"
    write_run_info(folder, a_run())
    with PartWriter(folder, 0) as writer:
        writer.append(a_finished_call())
    return folder


def test_the_wav_lies_beside_a_page_elsewhere_and_nothing_stale_with_it(
    run_folder: Path, tmp_path: Path
) -> None:
    path = tmp_path / "out" / "report.html"
    (tmp_path / "out" / "report_audio").mkdir(parents=True)
    (tmp_path / "out" / "report_audio" / "of_an_older_run.wav").write_bytes(b"")
    for _ in range(2):  # writing it again is no trouble
        assert write_html(run_folder, path) == path
    (player,) = Page(path.read_text()).having("audio")
    (wav,) = (run_folder / "audio").iterdir()
    assert player["src"] == f"report_audio/{wav.name}"
    assert [file.name for file in (tmp_path / "out" / "report_audio").iterdir()] == [wav.name]
    assert (tmp_path / "out" / "report_audio" / wav.name).read_bytes() == wav.read_bytes()


def test_a_page_in_the_runs_folder_uses_the_runs_own_audio(run_folder: Path) -> None:
    path = write_html(run_folder, run_folder / "report.html")
    (player,) = Page(path.read_text()).having("audio")
    assert player["src"] is not None
    assert (run_folder / player["src"]).is_file()
    assert not (run_folder / "report_audio").exists()


def test_a_call_whose_wav_is_gone_is_shown_without_a_player(run_folder: Path) -> None:
    for wav in (run_folder / "audio").iterdir():
        wav.unlink()
    page = write_html(run_folder, run_folder / "report.html").read_text()
    assert Page(page).having("audio") == []
    assert "Said and heard" in page


def test_what_gates_said_of_the_run_is_on_the_page(run_folder: Path) -> None:
    gate = GateVerdict(gate="word errors", outcome=GateOutcome.FAIL, reason="0.3, was 0.2")
    write_verdicts(run_folder, "an-older-run", [gate])
    assert "0.3, was 0.2" in write_html(run_folder, run_folder / "report.html").read_text()


def test_a_corrupt_line_is_not_passed_over(run_folder: Path) -> None:
    with next((run_folder / "parts").iterdir()).open("ab") as part:
        part.write(b"nonsense\n")
    with pytest.raises(StoreError, match="line 2: not JSON"):
        write_html(run_folder, run_folder / "report.html")


def test_a_page_that_cannot_be_written_is_one_clear_line(run_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot make the folder"):
        write_html(run_folder, tmp_path / "file" / "report.html")


def test_flaky_cases_entities_and_left_transcripts_have_their_sections() -> None:
    cases = ("booking/s/en-gb/clean/0", "booking/s/en-gb/clean/1")
    left = Divergence(
        step=2, seq=1, did="skipped", recorded="Which day?", replied=HOSTILE, reason="shares none"
    )
    heard = [
        BY_NAME["entity_phone_said"].of(2, turn=0),
        BY_NAME["entity_phone_heard"].of(1, turn=0),
        BY_NAME["digits_said"].of(22, turn=0),
        BY_NAME["digit_errors"].of(3, turn=0),
    ]
    calls = [
        a_finished_call(
            record=a_record(case, divergences=(left,)),
            measurements=heard,
            checks=[Check(name="outcome", passed=case.endswith("0"))],
        )
        for case in cases
    ]
    page = the_page(*calls)
    for part in (
        "<h2>Flaky</h2>",
        'booking/s/en-gb/clean <span class="quiet">· 1 of 2 repeats passed',
        "<h2>Entities heard right</h2>",
        "<td>2/4</td>",
        "Digits heard wrong: 6 of 44.",
        "<h2>Left the transcript</h2>",
        "2 replies in 2 of 2 calls",
        'skipped <span class="quiet">shares none',
    ):
        assert part in page, part
    assert len(Page(page).having("script")) == 1
    assert "<h2>Flaky</h2>" not in the_page(a_finished_call(checks=[]))


def test_every_picture_has_its_table() -> None:
    record = a_record(CASE)
    page = Page(the_page(a_finished_call(record=record, measurements=measure(record))))
    pictures = [one for one in page.having("svg") if one.get("class") != "timeline"]
    summaries = [tag for tag, _ in page.elements if tag == "figure"]
    assert len(pictures) == len(summaries) >= 3
    assert all(one.get("role") == "img" for one in pictures)
