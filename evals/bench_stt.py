"""`milliwatt bench stt`: a folder of recordings through a recogniser, as telephone audio.

A recogniser that takes many utterances at once gets them so, others frame by frame.

The folder holds WAVs of any rate and a `manifest.jsonl` of rows `{"audio": file, "text": words}`.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Group, RenderableType
from rich.table import Table

from agent.assembly import STT, domain_texts
from agent.audio.blocking import run_in_thread
from agent.audio.ports import BatchedSpeechToText, SpeechToText
from agent.clock import stopwatch_ns
from agent.cognitive.flow_file import built_in_flow
from agent.media import FRAME_SAMPLES, RATE_HZ, Samples, mulaw_quantise
from agent.units import NS_PER_S
from evals.errors import BadInput
from evals.metrics.word_errors import WordErrors, word_errors
from evals.streaming import streamed
from evals.synth.clip import decode_clip

MANIFEST = "manifest.jsonl"
MOST_ROWS = 100_000
MOST_LINE_BYTES = 10_000
LEAD_FRAMES, TAIL_FRAMES = 15, 15  # a call's ear gets some quiet before and after an utterance, too
FLOW = "booking"  # whose words an embedded recogniser expects


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """One row of the manifest."""

    path: Path
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingResult:
    """What was heard of one recording."""

    audio: str
    text: str
    heard: str
    errors: WordErrors


@dataclass(frozen=True, slots=True, kw_only=True)
class SttBench:
    """What a recogniser made of a folder.

    Attributes:
        errors: pooled over all recordings.
        audio_s: seconds of audio; `work_s`: real seconds that recognising took.
    """

    provider: str
    errors: WordErrors
    audio_s: float
    work_s: float
    recordings: tuple[RecordingResult, ...]

    @property
    def real_time_factor(self) -> float:
        """Seconds of work for a second of audio."""
        return self.work_s / self.audio_s


def bench_stt(folder: Path, provider: str, hints_file: Path | None = None) -> SttBench:
    """Recognises every recording of the folder.

    Raises:
        BadInput: there is no such provider, or manifest, recordings or hints cannot be used; lists every mistake.
    """
    if provider not in STT:
        raise BadInput(f"--provider {provider}", [f"there is no such provider; there is {', '.join(STT)}"])
    recordings = read_manifest(folder)
    hints = _read_hints(hints_file)
    samples = _decoded(recordings)
    ears = STT[provider](domain_texts(built_in_flow(FLOW), None), run_in_thread)
    return asyncio.run(_recognise(ears.stt, provider, recordings, samples, hints))


def read_manifest(folder: Path) -> list[Recording]:
    """The rows of the folder's manifest, in order.

    Raises:
        BadInput: with every mistake and its line.
    """
    path = folder / MANIFEST
    try:
        with path.open("rb") as file:
            lines = [line for _, line in zip(range(MOST_ROWS + 1), file, strict=False)]
    except OSError as error:
        raise BadInput(str(path), [f"cannot be read: {error.strerror}"]) from error
    rows: list[Recording] = []
    mistakes: list[str] = []
    if len(lines) > MOST_ROWS:
        mistakes.append(f"more than {MOST_ROWS} rows")
    for number, line in enumerate(lines[:MOST_ROWS], 1):
        if not line.strip():
            continue
        row = _row(folder, line)
        if isinstance(row, str):
            mistakes.append(f"line {number}: {row}")
        else:
            rows.append(row)
    if not rows and not mistakes:
        mistakes.append("holds no rows")
    if mistakes:
        raise BadInput(str(path), mistakes)
    return rows


def _row(folder: Path, line: bytes) -> Recording | str:
    """The row, or what is wrong with it."""
    if len(line) > MOST_LINE_BYTES:
        return f"longer than {MOST_LINE_BYTES} bytes"
    try:
        fields: Any = json.loads(line)
    except ValueError as error:
        return f"not JSON: {error}"
    if not isinstance(fields, dict):
        return 'not a row of {"audio": ..., "text": ...}'
    audio, text = fields.get("audio"), fields.get("text")
    if not isinstance(audio, str) or not isinstance(text, str):
        return "`audio` and `text` must both be texts"
    path = folder / audio
    if not path.resolve().is_relative_to(folder.resolve()):
        return f"`{audio}` lies outside the folder"
    if not path.is_file():
        return f"there is no file `{audio}`"
    return Recording(path=path, text=text)


def _read_hints(path: Path | None) -> tuple[str, ...]:
    if path is None:
        return ()
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(str(path), [f"hints cannot be read: {error}"]) from error
    return tuple(line.strip() for line in lines if line.strip())


def _decoded(recordings: Sequence[Recording]) -> list[Samples]:
    decoded: list[Samples] = []
    mistakes: list[str] = []
    for recording in recordings:
        try:
            decoded.append(mulaw_quantise(decode_clip(recording.path).samples))
        except BadInput as error:
            mistakes += [f"{recording.path.name}: {mistake}" for mistake in error.mistakes]
    if mistakes:
        raise BadInput("recordings", mistakes)
    return decoded


async def _recognise(
    stt: SpeechToText,
    provider: str,
    recordings: Sequence[Recording],
    samples: Sequence[Samples],
    hints: Sequence[str],
) -> SttBench:
    await (await stt.open(hints)).close()  # loading the model is not recognising
    begun_ns = stopwatch_ns()
    if isinstance(stt, BatchedSpeechToText):
        heard = [final.text for final in stt.transcribe([_with_quiet(sound) for sound in samples], hints)]
    else:
        heard = [(await streamed(stt, _with_quiet(sound), hints)).final.text for sound in samples]
    work_s = (stopwatch_ns() - begun_ns) / NS_PER_S
    results = [
        RecordingResult(
            audio=recording.path.name,
            text=recording.text,
            heard=text,
            errors=word_errors(recording.text, text),
        )
        for recording, text in zip(recordings, heard, strict=True)
    ]
    pooled = results[0].errors
    for result in results[1:]:
        pooled = pooled + result.errors
    return SttBench(
        provider=provider,
        errors=pooled,
        audio_s=sum(len(_with_quiet(sound)) for sound in samples) / RATE_HZ,
        work_s=work_s,
        recordings=tuple(results),
    )


def _with_quiet(samples: Samples) -> Samples:
    """The recording with quiet before and after, in whole frames of 20 ms."""
    lead = np.zeros(LEAD_FRAMES * FRAME_SAMPLES, dtype=np.int16)
    tail = np.zeros(TAIL_FRAMES * FRAME_SAMPLES + -len(samples) % FRAME_SAMPLES, dtype=np.int16)
    return np.concatenate([lead, samples, tail])


def render_json(result: SttBench) -> str:
    """The result as JSON."""
    return json.dumps(
        {
            "provider": result.provider,
            "word_error_rate": result.errors.rate,
            **_counts(result.errors),
            "reference_words": result.errors.reference_words,
            "audio_s": round(result.audio_s, 3),
            "work_s": round(result.work_s, 3),
            "real_time_factor": round(result.real_time_factor, 4),
            "recordings": [
                {"audio": row.audio, "text": row.text, "heard": row.heard, **_counts(row.errors)}
                for row in result.recordings
            ],
        }
    )


def render(result: SttBench) -> RenderableType:
    """The result for the terminal."""
    table = Table(box=None, title_justify="left")
    for column in ("audio", "said", "heard", "wrong"):
        table.add_column(column, overflow="fold")
    for row in result.recordings:
        table.add_row(row.audio, row.text, row.heard, f"{row.errors.errors}/{row.errors.reference_words}")
    errors = result.errors
    rate = "none" if errors.rate is None else f"{errors.rate:.3f}"
    return Group(
        table,
        f"{result.provider}: word error rate {rate} ({errors.substitutions} substituted, {errors.deletions} deleted, "
        f"{errors.insertions} inserted of {errors.reference_words}), {result.real_time_factor:.3f} x real time",
    )


def _counts(errors: WordErrors) -> dict[str, int]:
    return {
        "hits": errors.hits,
        "substitutions": errors.substitutions,
        "deletions": errors.deletions,
        "insertions": errors.insertions,
    }
