import hashlib
import os
import struct
from pathlib import Path

import pytest

from evals.scenario.clips import MAX_SECONDS, Clip, read_clip
from tests.evals.scenario.clip_files import write_clip


def test_clip_is_known_by_its_bytes(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "clips" / "yes.wav", rate_hz=16000)
    assert read_clip("clips/yes.wav", tmp_path) == Clip(sha256=hashlib.sha256(path.read_bytes()).hexdigest())


def test_manifest_tells_words_and_bounds(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "yes.flac", manifest={"text": "Yes.", "speech_ms": [[40, 120], [200, 380]]})
    assert read_clip("yes.flac", tmp_path) == Clip(
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(), text="Yes.", speech_ms=((40, 120), (200, 380))
    )


@pytest.mark.parametrize(
    "name",
    ["../yes.wav", "/etc/yes.wav", "clips/../../yes.wav", "clips\\yes.wav", "c:yes.wav", "file:yes.wav"],
)
def test_path_stays_inside_the_folder_of_the_suite(tmp_path: Path, name: str) -> None:
    write_clip(tmp_path / "yes.wav")
    (tmp_path / "suite").mkdir()
    with pytest.raises(ValueError, match="must be a path inside the suite's folder"):
        read_clip(name, tmp_path / "suite")


def test_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    write_clip(tmp_path / "yes.wav")
    (tmp_path / "suite").mkdir()
    os.symlink(tmp_path / "yes.wav", tmp_path / "suite" / "yes.wav")
    with pytest.raises(ValueError, match="leads out of the suite's folder"):
        read_clip("yes.wav", tmp_path / "suite")


def test_what_cannot_be_played_is_refused(tmp_path: Path) -> None:
    (tmp_path / "words.wav").write_text("these are no samples")
    (tmp_path / "empty.wav").write_bytes(b"")
    (tmp_path / "clips.wav").mkdir()
    write_clip(tmp_path / "both.wav", channels=2)
    write_clip(tmp_path / "low.wav", rate_hz=4000)
    write_clip(tmp_path / "none.wav", seconds=0)
    write_clip(tmp_path / "long.wav", seconds=MAX_SECONDS + 1)
    for name, message in [
        ("words.wav", "is no readable audio"),
        ("empty.wav", "is no readable audio"),
        ("clips.wav", "is missing"),
        ("absent.wav", "is missing"),
        ("both.wav", "has 2 channels; a caller has one"),
        ("low.wav", "has 4000 Hz; 8000 to 48000 can be played"),
        ("none.wav", "holds no audio"),
        ("long.wav", "is longer than 60 s"),
        ("talk.mp3", "must be a WAV or FLAC file"),
    ]:
        with pytest.raises(ValueError, match=message):
            read_clip(name, tmp_path)


def test_header_that_claims_hours_is_not_believed(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "liar.wav", seconds=0.02)
    data = bytearray(path.read_bytes())
    data[40:44] = struct.pack("<I", 0xFFFFFF00)
    path.write_bytes(data)
    assert read_clip("liar.wav", tmp_path).sha256 == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize(
    ("manifest", "message"),
    [
        ({"sha256": "00"}, "has other bytes than manifest.jsonl says"),
        ({"text": 3}, "manifest.jsonl, line 2: `text` must be a text"),
        (
            {"speech_ms": [[200, 100]]},
            "manifest.jsonl, line 2: `speech_ms` must be pairs of milliseconds in order",
        ),
        ({"speech_ms": [[0, 100], [50, 200]]}, "`speech_ms` must be pairs"),
        ({"speech_ms": 3}, "`speech_ms` must be pairs"),
    ],
)
def test_manifest_that_is_wrong_is_refused(tmp_path: Path, manifest: dict[str, object], message: str) -> None:
    write_clip(tmp_path / "yes.wav", manifest=manifest)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=message):
        read_clip("yes.wav", tmp_path)


def test_manifest_that_is_no_json_is_refused(tmp_path: Path) -> None:
    write_clip(tmp_path / "yes.wav")
    (tmp_path / "manifest.jsonl").write_text('{"audio": \n')
    with pytest.raises(ValueError, match=r"manifest\.jsonl, line 1, is no JSON"):
        read_clip("yes.wav", tmp_path)
    (tmp_path / "manifest.jsonl").write_bytes(b"\xff\n")
    with pytest.raises(ValueError, match=r"manifest\.jsonl is not UTF-8"):
        read_clip("yes.wav", tmp_path)
