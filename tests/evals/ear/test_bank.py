"""The bank of clean speech."""

from __future__ import annotations

import signal
import subprocess
import sys
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from evals.ear.bank import SPEECH_DBOV, as_written, make_shard, read_shard, speech, trimmed
from evals.ear.held_out import dev_lines, held_out_sentences
from evals.rng import rng_for
from evals.signal.levels import speech_level


def test_speech_is_at_its_level_and_never_a_test_sentence() -> None:
    tests = [sentence.text for sentence in held_out_sentences() if len(sentence.text.split()) > 2]
    for spoken in islice(speech(5, 0), 12):
        assert not any(test in spoken.text for test in tests)
        assert abs(speech_level(spoken.samples).active_dbov - SPEECH_DBOV) < 1.5


def test_a_shard_says_the_same_sentences_under_the_same_seed_and_is_kept(tmp_path: Path) -> None:
    path = make_shard(tmp_path, 5, 3, 0.005)
    shard = read_shard(path)
    assert sum(shard.spoken(at).samples.size for at in range(len(shard))) >= 0.005 * 3600 * 8000
    before = path.stat().st_mtime_ns
    make_shard(tmp_path, 5, 3, 0.005)
    assert path.stat().st_mtime_ns == before
    again = read_shard(make_shard(tmp_path / "again", 5, 3, 0.005))
    assert again.texts == shard.texts
    other = read_shard(make_shard(tmp_path / "other", 5, 4, 0.005))
    assert other.texts != shard.texts


def test_a_shard_that_was_broken_off_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "shard_0000.npy.123.part").write_bytes(b"half")
    path = make_shard(tmp_path, 5, 0, 0.002)
    assert len(read_shard(path)) > 0


# Dies, as by kill -9, at the moment when the finished sound would take its place.
DIES_WHILE_MAKING = """
import os, signal, sys
from pathlib import Path
from evals.ear.bank import make_shard
replace = os.replace
def dying(source, target):
    if str(target).endswith(".npy"):
        os.kill(os.getpid(), signal.SIGKILL)
    replace(source, target)
os.replace = dying
make_shard(Path(sys.argv[1]), 5, 0, 0.004)
"""


def test_a_kill_while_a_shard_is_made_otherwise_never_pairs_old_sound_with_new_words(tmp_path: Path) -> None:
    make_shard(tmp_path, 5, 0, 0.002)
    died = subprocess.run([sys.executable, "-c", DIES_WHILE_MAKING, str(tmp_path)], check=False, timeout=120)
    assert died.returncode == -signal.SIGKILL
    shard = read_shard(make_shard(tmp_path, 5, 0, 0.004))
    assert shard.samples.size == shard.ends[-1] >= 0.004 * 3600 * 8000


def test_a_torn_head_is_made_anew(tmp_path: Path) -> None:
    path = make_shard(tmp_path, 5, 0, 0.002)
    path.with_suffix(".json").write_text('{"made_of": {"ver')
    shard = read_shard(make_shard(tmp_path, 5, 0, 0.002))
    assert shard.samples.size == shard.ends[-1]


def test_writing_changes_no_word() -> None:
    rng = rng_for(1, "written")
    for text in ("my name is khan that's k h a n", "i am a bit late", "yes"):
        for _ in range(50):
            written = as_written(text, rng)
            assert "".join(c for c in written.lower() if c.isalpha() or c in " '") == text


def test_silence_around_speech_is_trimmed() -> None:
    signal = np.concatenate((np.zeros(4000), np.full(800, 0.3), np.zeros(4000)))
    assert trimmed(signal).size == 800 + 2 * 160
    assert trimmed(np.zeros(100)).size == 0


def test_the_command_makes_a_torn_shard_anew_and_keeps_whole_ones(tmp_path: Path) -> None:
    for number in (0, 1):
        make_shard(tmp_path / "bank", 3, number, 0.001)
    whole, torn = (tmp_path / "bank" / f"shard_000{number}.npy" for number in (0, 1))
    before = whole.stat().st_mtime_ns
    torn.with_suffix(".json").write_text("{")
    command = [
        "bank",
        "--folder",
        str(tmp_path),
        "--hours",
        "0.002",
        "--shard-hours",
        "0.001",
        "--workers",
        "1",
    ]
    subprocess.run([sys.executable, "-m", "evals.ear", *command], check=True, timeout=120)
    assert len(read_shard(torn)) > 0
    assert whole.stat().st_mtime_ns == before


def test_sentences_on_which_anything_is_fitted_or_tested_are_not_spoken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept = [held_out_sentences()[0].text, dev_lines()[0]]
    said = iter([f"well {kept[0]}", "send it tomorrow please", kept[1], "it came on monday at last"])
    monkeypatch.setattr("evals.ear.bank.TextSource.sentence", lambda _self: next(said))
    spoken = [each.text for each in islice(speech(3, 0), 2)]
    assert spoken == ["send it tomorrow please", "it came on monday at last"]
