from __future__ import annotations

import pytest
from inline_snapshot import snapshot

from evals.report.markdown import escaped, render, table
from evals.report.summary import summarise
from evals.scoring.verdict import Check, GateOutcome, GateVerdict
from tests.store_builders import a_finished_call, a_run

CLEAN, CAR = (f"booking/books_first_slot/en-gb/{line}/0" for line in ("clean", "car"))


def test_the_whole_report() -> None:
    calls = [a_finished_call(CLEAN), a_finished_call(CAR, checks=[Check(name="states", passed=True)])]
    gates = [
        GateVerdict(gate="word errors", outcome=GateOutcome.TOO_LITTLE_DATA, reason="2 calls; 8 are needed")
    ]
    missing = "booking/handed_off/en-gb/clean/0"
    assert render(summarise(a_run(cases=(CLEAN, CAR, missing)), calls, gates=gates)) == snapshot("""\
# booking: FAIL: 1 of 2 calls met their expectations; 1 of 1 gates had too little data; 1 of 3 cases were not played.

Run `20261121-105830-smoke-1a2b3c` · audio level · target reference · seed 1 · milliwatt 0.1.0 · commit `1a2b3c4+`

- **Calls passed:** 1 of 2 (50.0 %, 95 % interval 9.5 to 90.5)
- **Time to answer:** p50 900 ms, p95 ≥ 4000 ms, longest ≥ 4000 ms (n = 6, 2 not seen to end)
- **Time to fall silent when interrupted:** p50 180 ms, p95 180 ms, longest 180 ms (n = 2)

## Gates

| gate | says | because |
| --- | --- | --- |
| word errors | too little data | 2 calls; 8 are needed |

## By line

| line | calls passed | answer p50 | answer p95 | yield p50 | yield p95 |
| --- | --- | --- | --- | --- | --- |
| car | 1/1 | 900 ms | ≥ 4000 ms | 180 ms | 180 ms |
| clean | 0/1 | 900 ms | ≥ 4000 ms | 180 ms | 180 ms |

## By voice

| voice | calls passed | answer p50 | answer p95 | yield p50 | yield p95 |
| --- | --- | --- | --- | --- | --- |
| en-gb | 1/2 | 900 ms | ≥ 4000 ms | 180 ms | 180 ms |

## By scenario

| scenario | calls passed | answer p50 | answer p95 | yield p50 | yield p95 |
| --- | --- | --- | --- | --- | --- |
| booking/books\\_first\\_slot | 1/2 | 900 ms | ≥ 4000 ms | 180 ms | 180 ms |

## Failed (1)

- **booking/books\\_first\\_slot/en-gb/clean/0** (Caller takes the first slot offered)
  - outcome: expected booked, got none
  - says "calendar invite": never heard at the caller's ear

## Not played (1)

- booking/handed\\_off/en-gb/clean/0

## Scorecard

| card | section | item | passed | not applicable | unscored |
| --- | --- | --- | --- | --- | --- |
| booking\\_qa 1 | compliance | right person confirmed before details (fatal) | 2/2 | 0 | 0 |
| booking\\_qa 1 | booking | slot read back | 0/2 | 0 | 0 |
| booking\\_qa 1 | manner | clear goodbye | – | 2 | 0 |

## Not scored

| metric | times | reason |
| --- | --- | --- |
| stop\\_latency | 2 | no interruption |
""")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("a | b", r"a \| b"),
        ("# title\n- item", r"\# title - item"),
        ("[x](javascript:alert)", r"\[x\](javascript:alert)"),
        ("`code` *bold* _it_", r"\`code\` \*bold\* \_it\_"),
    ],
)
def test_texts_are_shown_literally(text: str, shown: str) -> None:
    assert escaped(text) == shown


def test_a_cell_cannot_add_a_column() -> None:
    assert table(["a"], [["x | y\n| z"]]).splitlines() == ["| a |", "| --- |", r"| x \| y \| z |"]
