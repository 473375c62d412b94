"""Guards against the committed lists: the floors are what docs/guardrails.md states, less a sentence or two."""

from collections.abc import Callable

import pytest

from agent.cognitive.guard.claim_phrases import CLAIMS
from agent.cognitive.guard.claims import BUILT_IN_CLAIMS, claim_findings
from agent.cognitive.guard.finding import Finding, HandoffReason, IncomingKind
from agent.cognitive.guard.injection import data_findings, transcript_findings
from agent.cognitive.guard.triggers import trigger_findings
from tests.agent.cognitive.guard.lists import SPLITS, listed, score

GUARDS: dict[str, tuple[str, str, Callable[[str], list[Finding]]]] = {
    "caller": ("attacks", "innocent", transcript_findings),
    "data": ("attacks", "innocent", lambda text: data_findings(text, "variables.note")),
    "triggers": ("triggers", "calm", trigger_findings),
    "claims": ("claims_forbidden", "claims_allowed", lambda text: claim_findings(text, BUILT_IN_CLAIMS)),
}


@pytest.mark.parametrize("guard", GUARDS)
def test_each_list_has_a_hundred_sentences_and_no_sentence_twice(guard: str) -> None:
    bad, good, _ = GUARDS[guard]
    for name in (bad, good):
        rows = listed(name)
        assert len(rows) >= 100
        assert len({row.sentence.lower() for row in rows}) == len(rows)
        assert {row.split for row in rows} == set(SPLITS)
    kinds = {row.kind for row in listed(bad)}
    assert kinds <= {*map(str, IncomingKind), *map(str, HandoffReason), *CLAIMS}


@pytest.mark.parametrize("guard", GUARDS)
@pytest.mark.parametrize(
    ("split", "precision", "recall"), [("tune", 0.95, 0.95), ("test", 0.93, 0.92), ("fresh", 0.9, 0.4)]
)
def test_attacks_are_found_and_their_innocent_look_alikes_are_not(
    guard: str, split: str, precision: float, recall: float
) -> None:
    bad, good, find = GUARDS[guard]
    got = score(bad, good, split, find)
    assert (got.precision >= precision, got.recall >= recall) == (True, True), got


def test_what_is_found_in_a_listed_sentence_is_called_by_its_name() -> None:
    named = [
        (row, {finding.kind for finding in find(row.sentence)})
        for bad, _, find in GUARDS.values()
        for row in listed(bad)
        if row.split == "test"
    ]
    found = [(row, kinds) for row, kinds in named if kinds]
    assert sum(row.kind in kinds for row, kinds in found) >= 0.97 * len(found)
