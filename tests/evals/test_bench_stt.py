import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from agent.audio.tts.pyttsx3 import Pyttsx3TextToSpeech
from evals.bench_stt import bench_stt, read_manifest
from evals.errors import BadInput
from tests.cli import milliwatt


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of two recordings at two rates."""
    folder = tmp_path_factory.mktemp("clips")
    voice = Pyttsx3TextToSpeech()
    rows = []
    for name, text, rate in (("a.wav", "yes please", 8000), ("b.wav", "no thank you", 16000)):
        samples = np.frombuffer(voice.render(text, "en-us").pcm, dtype="<i2")
        soundfile.write(folder / name, np.repeat(samples, rate // 8000), rate)
        rows.append(json.dumps({"audio": name, "text": text}))
    voice.close()
    (folder / "manifest.jsonl").write_text("\n".join(rows) + "\n")
    return folder


@pytest.mark.parametrize("provider", ["ear", "pocketsphinx"])
def test_counts_of_all_recordings_are_pooled(spoken: Path, provider: str) -> None:
    result = bench_stt(spoken, provider)
    assert [row.audio for row in result.recordings] == ["a.wav", "b.wav"]
    assert result.errors.reference_words == 5
    assert result.errors == result.recordings[0].errors + result.recordings[1].errors
    assert result.errors.hits >= 3
    assert 0 < result.real_time_factor < 5


def test_command_prints_json_with_rate_counts_and_real_time_factor(spoken: Path) -> None:
    done = milliwatt("bench", "stt", "--audio", spoken, "--provider", "pocketsphinx", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    wrong = told["substitutions"] + told["deletions"] + told["insertions"]
    assert told["word_error_rate"] == pytest.approx(wrong / told["reference_words"])
    assert told["real_time_factor"] > 0
    assert len(told["recordings"]) == 2


def test_every_mistake_of_a_manifest_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "manifest.jsonl").write_text(
        '{"audio": "none.wav", "text": "yes"}\nnot json\n{"audio": 3, "text": "no"}\n{"audio": "../x", "text": ""}\n'
    )
    with pytest.raises(BadInput) as told:
        read_manifest(tmp_path)
    assert [mistake.split(":")[0] for mistake in told.value.mistakes] == [
        "line 1",
        "line 2",
        "line 3",
        "line 4",
    ]


def test_recording_that_cannot_be_read_is_told_by_name(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(b"RIFF")
    (tmp_path / "manifest.jsonl").write_text('{"audio": "a.wav", "text": "yes"}\n')
    with pytest.raises(BadInput, match=r"a\.wav"):
        bench_stt(tmp_path, "pocketsphinx")


def test_missing_manifest_and_unknown_provider_are_told(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="manifest"):
        bench_stt(tmp_path, "pocketsphinx")
    with pytest.raises(BadInput, match="there is ear, pocketsphinx"):
        bench_stt(tmp_path, "deepgramm")
