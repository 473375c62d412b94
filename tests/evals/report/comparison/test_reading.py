from __future__ import annotations

from pathlib import Path

import pytest

from evals.errors import BadInput, HarnessError
from evals.record import Level
from evals.report.comparison.cause import Layer, Rule
from evals.report.comparison.model import Comparison
from evals.report.comparison.reading import (
    TextRuns,
    compare,
    side_of_baseline,
    side_of_run,
)
from evals.scoring.case_changes import Change
from evals.scoring.gates import DEFAULT_GATES
from evals.scoring.verdict import GateOutcome
from evals.store.baselines import set_baseline
from evals.store.part_writer import PartWriter
from evals.store.parts import write_run_info
from tests.evals.report.comparison.pairs import (
    AFTER,
    BEFORE,
    BETTER,
    CUT,
    DID,
    HEARD,
    SAID,
    SAME,
    keep,
    keep_text,
)
from tests.store_builders import a_finished_call, a_run, a_text_record


def compared(reports: Path, text: TextRuns | None = None) -> Comparison:
    folders = keep(reports, BEFORE), keep(reports, AFTER)
    sides = [side_of_run(folder) for folder in folders]
    return compare(*sides, gates=DEFAULT_GATES, folders=folders, text=text)


def test_each_planted_change_is_found_with_its_turn_and_its_layer(tmp_path: Path) -> None:
    found = compared(tmp_path)
    kinds = {f"{case.name}/0": case.kind for case in found.cases}
    assert kinds == {
        SAME: Change.PASSES,
        HEARD: Change.WORSE,
        DID: Change.WORSE,
        SAID: Change.WORSE,
        CUT: Change.WORSE,
        BETTER: Change.BETTER,
    }
    causes = {call.case_id: (call.first, call.cause.layer, call.cause.rule) for call in found.changed}
    assert causes == {
        HEARD: (1, Layer.AUDIO, Rule.HEARD),
        DID: (1, Layer.COGNITIVE, Rule.DID),
        SAID: (3, Layer.COGNITIVE, Rule.SAID),
        CUT: (3, Layer.AUDIO, Rule.CUT),
        BETTER: (None, Layer.AUDIO, Rule.TIME),
    }
    assert found.layers == {Layer.AUDIO: 2, Layer.COGNITIVE: 2}
    assert (found.flipped, found.went_otherwise, found.otherwise) == (5, 0, ())
    assert found.outcome is GateOutcome.TOO_LITTLE_DATA  # six cases prove nothing


def test_text_level_runs_tell_the_layers_apart(tmp_path: Path) -> None:
    runs = TextRuns(
        before=keep_text(tmp_path, "text-before", failing=set()),
        after=keep_text(tmp_path, "text-after", failing={SAID}),
    )
    rules = {call.case_id: (call.cause.layer, call.cause.rule) for call in compared(tmp_path, runs).changed}
    assert rules[SAID] == (Layer.COGNITIVE, Rule.TEXT_CHANGED)
    assert rules[DID] == (Layer.AUDIO, Rule.TEXT_HOLDS)


def test_runs_with_audio_are_no_text_level_runs(tmp_path: Path) -> None:
    folder = keep(tmp_path, BEFORE)
    with pytest.raises(BadInput, match=f"--text: 2 mistakes:\n  - {BEFORE} was not played at text level"):
        compared(tmp_path, TextRuns(before=folder, after=folder))


def test_calls_that_came_out_alike_but_went_otherwise_are_found(tmp_path: Path) -> None:
    folders = (
        keep(tmp_path, BEFORE, failing=set()),
        keep(tmp_path, AFTER, cases=(SAME, HEARD), failing=set()),
    )
    found = compare(*(side_of_run(folder) for folder in folders), gates=DEFAULT_GATES, folders=folders)
    assert [call.case_id for call in found.otherwise] == [HEARD]
    assert found.only_before == tuple(sorted({DID, SAID, CUT, BETTER}))


def test_a_baseline_gives_verdicts_without_turns(tmp_path: Path) -> None:
    path = set_baseline(tmp_path, "main", keep(tmp_path, BEFORE))
    after = keep(tmp_path, AFTER)
    found = compare(side_of_baseline(path), side_of_run(after), gates=DEFAULT_GATES, folders=(None, after))
    assert len(found.of_kind(Change.WORSE)) == 4
    assert (found.changed, found.otherwise, found.turn_by_turn) == ((), (), False)


def test_what_cannot_be_compared_is_one_message_with_every_mismatch(tmp_path: Path) -> None:
    with_sound, text = keep(tmp_path, BEFORE), tmp_path / "runs" / "text"
    write_run_info(text, a_run("text", level="text", cases=(SAME,), harness_version="0.2.0"))
    with PartWriter(text, 0) as writer:
        record = a_text_record(SAME, harness_version="0.2.0", level=Level.TEXT)
        writer.append(a_finished_call(record=record))
    with pytest.raises(HarnessError) as raised:
        compare(side_of_run(with_sound), side_of_run(text), gates=DEFAULT_GATES)
    assert raised.value.exit_status == 3
    lines = str(raised.value).splitlines()
    assert lines[0] == f"{BEFORE} and text: no case of the two can be compared:"
    assert [line.split()[1:3] for line in lines[1:]] == [
        ["level:", "audio"],
        ["the", "caller's"],
        ["the", "harness"],
    ]


def test_runs_that_share_no_case_are_told_so(tmp_path: Path) -> None:
    one, other = keep(tmp_path, BEFORE, cases=(SAME,)), keep(tmp_path, AFTER, cases=(DID,))
    with pytest.raises(HarnessError, match="they share no case: booking/same.* before, booking/did.* now"):
        compare(side_of_run(one), side_of_run(other), gates=DEFAULT_GATES)
