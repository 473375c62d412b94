"""Recorded clips that a suite plays: which file is meant, whether it can be played, what its manifest says of it.

A path comes from a file that somebody else may have written, and so does the clip: the path must stay inside the
suite's folder, and no header is believed about the clip's length (a WAV of 364 bytes may claim hours, and an hour of
silent FLAC has 90 kB).
"""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import soundfile

from agent.turn import Json

MAX_BYTES = 8 * 1024 * 1024
MAX_SECONDS = 60
MANIFEST = "manifest.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    """A clip that can be played.

    Attributes:
        sha256: of the file's bytes.
        text: what is said in it, as the manifest has it; empty when it has no row.
        speech_ms: where speech begins and ends in it, as the manifest has it.
    """

    sha256: str
    text: str = ""
    speech_ms: tuple[tuple[int, int], ...] = ()


def read_clip(name: str, folder: Path) -> Clip:
    """The clip at `name`, relative to the suite's folder.

    Raises:
        ValueError: it cannot be played; the message is for the writer of the suite.
    """
    path = _inside(name, folder)
    if path.suffix.lower() not in (".wav", ".flac"):
        raise ValueError(f"the clip {name} must be a WAV or FLAC file")
    if not path.is_file():
        raise ValueError(f"the clip {name} is missing")
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ValueError(f"the clip {name} is larger than {MAX_BYTES // 1024 // 1024} MiB")
        data = path.read_bytes()
    except OSError as error:
        raise ValueError(f"the clip {name} cannot be read: {error.strerror}") from error
    _check_audio(name, data)
    sha256 = hashlib.sha256(data).hexdigest()
    return _with_manifest(name, path, sha256)


def _inside(name: str, folder: Path) -> Path:
    relative = PurePosixPath(name)
    if relative.is_absolute() or ".." in relative.parts or "\\" in name or ":" in name or "\0" in name:
        raise ValueError(f"the clip {name} must be a path inside the suite's folder, written with /")
    path = folder / relative
    # A link may lead out although its name does not.
    if not path.resolve().is_relative_to(folder.resolve()):
        raise ValueError(f"the clip {name} leads out of the suite's folder")
    return path


def _check_audio(name: str, data: bytes) -> None:
    try:
        with soundfile.SoundFile(io.BytesIO(data)) as file:
            if file.channels != 1:
                raise ValueError(f"the clip {name} has {file.channels} channels; a caller has one")
            if not 8_000 <= file.samplerate <= 48_000:
                raise ValueError(f"the clip {name} has {file.samplerate} Hz; 8000 to 48000 can be played")
            limit = MAX_SECONDS * file.samplerate
            samples = len(file.read(limit + 1, dtype="int16"))
    except (soundfile.LibsndfileError, OSError) as error:
        raise ValueError(f"the clip {name} is no readable audio: {error}".rstrip(".")) from error
    if samples == 0:
        raise ValueError(f"the clip {name} holds no audio")
    if samples > limit:
        raise ValueError(f"the clip {name} is longer than {MAX_SECONDS} s")


def _with_manifest(name: str, path: Path, sha256: str) -> Clip:
    manifest = path.parent / MANIFEST
    if not manifest.is_file():
        return Clip(sha256=sha256)
    where = f"{PurePosixPath(name).parent / MANIFEST}"
    for number, line in enumerate(_text(manifest, where).splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise ValueError(f"{where}, line {number}, is no JSON") from error
        if isinstance(row, dict) and row.get("audio") == path.name:
            if row.get("sha256", sha256) != sha256:
                raise ValueError(f"the clip {name} has other bytes than {where} says (sha256 differs)")
            text = row.get("text", "")
            if not isinstance(text, str):
                raise ValueError(f"{where}, line {number}: `text` must be a text")
            return Clip(
                sha256=sha256,
                text=text,
                speech_ms=_speech(row.get("speech_ms", []), f"{where}, line {number}"),
            )
    return Clip(sha256=sha256)


def _text(manifest: Path, where: str) -> str:
    with manifest.open("rb") as file:
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise ValueError(f"{where} is larger than {MAX_BYTES // 1024 // 1024} MiB")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ValueError(f"{where} is not UTF-8") from error


def _speech(value: Json, where: str) -> tuple[tuple[int, int], ...]:
    spans: list[tuple[int, int]] = []
    for item in value if isinstance(value, list) else [None]:
        match item:
            case [int(start), int(end)] if (spans[-1][1] if spans else 0) <= start < end:
                spans.append((start, end))
            case _:
                raise ValueError(
                    f"{where}: `speech_ms` must be pairs of milliseconds in order, such as [[120, 900]]"
                )
    return tuple(spans)
