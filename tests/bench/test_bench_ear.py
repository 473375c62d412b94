"""The embedded ear on sentences, voices and noises that its training never met, and pocketsphinx beside it."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import soundfile

from agent.assembly import STT
from agent.cache import ContentCache
from agent.media import Samples, mulaw_quantise
from agent.process import settle
from evals.ear.figures import (
    at_snr,
    batched,
    load_seconds_and_mib,
    measured,
    one_by_one,
    summary,
    the_ear,
    unknown_words,
    utterances,
)
from evals.ear.held_out import HeldOutSentence, held_out_sentences
from evals.ear.held_out_audio import HeldOutUtterance, HeldOutVoice, held_out_voices
from evals.ear.measuring import Hearing, seconds
from evals.scenario.model import Line
from evals.sim.virtual_time import run_inline, run_virtual
from evals.streaming import streamed

pytestmark = pytest.mark.bench

DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
OFFICE_10 = Line(name="office 10 dB", noise="office", snr_db=10.0)


def test_word_errors_of_the_embedded_ear_on_unseen_sentences() -> None:
    sentences = held_out_sentences()
    words = sum(len(sentence.text.split()) for sentence in sentences)
    print(f"\n{len(sentences)} sentences, {words} words, {len(held_out_voices())} voices; ")
    print(
        f"{len(unknown_words())} different words are not in the model of words: {' '.join(unknown_words())}"
    )
    found: dict[str, dict[str, Hearing]] = {}
    for setting, line, hearing in measured(ContentCache(None)):
        found.setdefault(setting.name, {})[line.name] = hearing
        print(
            f"{setting.name:14} {line.name:14} WER {hearing.rate:.3f}  {hearing.real_time_factor:.4f} x real time"
        )
    for name, hearings in found.items():
        print(f"\n{name}")
        for snr in ("clean", "20 dB", "10 dB", "5 dB"):
            hearing = at_snr(hearings, snr)
            print(f"  {snr:6} pooled WER {hearing.rate:.3f}  {summary(hearing)}")
        everything = Hearing()
        for hearing in hearings.values():
            everything += hearing
        print(f"  all    pooled WER {everything.rate:.3f}  {summary(everything)}")


def test_speed_of_the_embedded_ear_on_one_core() -> None:
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    try:
        ear = the_ear()
        for line in (Line(name="clean"), OFFICE_10):
            heard = utterances(line, ContentCache(None))
            batched(ear, heard[:20])
            settle()
            streaming, together = one_by_one(ear, heard), batched(ear, heard)
            assert streaming.errors == together.errors
            print(
                f"\n{line.name}: streaming {streaming.real_time_factor:.4f}, batched {together.real_time_factor:.4f} "
                f"x real time, search included; final after the last frame in "
                f"{1000 * np.median(streaming.finish_s):.1f} ms (median), "
                f"{1000 * max(streaming.finish_s):.1f} ms (longest)"
            )
    finally:
        os.sched_setaffinity(0, cores)
    load_s, mib = load_seconds_and_mib()
    print(f"ready in {load_s:.2f} s; {mib:.0f} MiB in a process that hears and does nothing else")


def test_both_embedded_recognisers_on_the_fixed_sentences() -> None:
    for line in (Line(name="clean"), OFFICE_10):
        heard = utterances(line, ContentCache(None))[::6]
        for name in STT:
            print(f"{line.name:14} {name:12} {_of(name, heard)}")


def test_both_embedded_recognisers_on_human_digits() -> None:
    data = os.environ.get("MILLIWATT_DATA")
    if not data or not Path(data, "fsdd").is_dir():
        pytest.skip("MILLIWATT_DATA names no folder with fsdd in it")
    heard = [_digit(path) for path in sorted(Path(data, "fsdd").glob("*.wav"))]
    for name in STT:
        print(f"\n{len(heard)} digits by six people, {name}: {_of(name, heard)}")


def _digit(path: Path) -> HeldOutUtterance:
    samples, rate_hz = soundfile.read(path, dtype="int16")
    assert rate_hz == 8000
    quiet = np.zeros(8000 * 4 // 10, np.int16)
    telephone: Samples = mulaw_quantise(np.concatenate((quiet, samples, quiet)))
    sentence = HeldOutSentence(id=path.stem, category="digit", text=DIGITS[int(path.name[0])])
    return HeldOutUtterance(
        sentence=sentence,
        voice=HeldOutVoice(voice=path.stem.split("_")[1], rate=0, pitch=0),
        samples=telephone,
        words=(),
    )


def _of(name: str, heard: list[HeldOutUtterance]) -> str:
    stt = STT[name]((), run_inline).stt
    hearing = Hearing()
    for utterance in heard:
        transcript, work_s, _ = run_virtual(streamed(stt, utterance.samples))
        hearing.work_s += work_s
        hearing.audio_s += seconds(utterance.samples)
        hearing.take(utterance, transcript)
    return f"WER {hearing.rate:.3f}, {hearing.real_time_factor:.4f} x real time"
