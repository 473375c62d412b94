"""The small process that speaks: pyttsx3 over espeak-ng, one fresh engine for each text.

An espeak engine's samples depend on everything it spoke before, so one that is kept gives other audio for the same
text. This process imports pyttsx3 once and forks for every request; the fork makes an engine, speaks, sends what it
made, and is gone. A fork of a process this small takes milliseconds; it is why nothing heavy may be imported here,
and why the file is run by its path and uses the standard library besides pyttsx3 only.

A message is its length as 4 bytes, big-endian, then that many bytes. A request is JSON; a reply is JSON in one
message, then, for speech, s16le samples in another. The process ends when its input ends.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import select
import signal
import struct
import tempfile
import threading
import wave
from pathlib import Path
from typing import Any

MAX_REQUEST_BYTES = 1 << 16
MAX_REPLY_BYTES = 1 << 20
MAX_SPEECH_BYTES = 64 << 20  # some 25 minutes at 22,050 Hz
LIMIT_S = 60.0  # one rendering; 40 ms is usual

_WORD, _END, _TERMINATED = 1, 5, 6  # espeak_EVENT_TYPE
_LOOK_S = 0.0005
_LONGEST_DATA_PATH = 120  # espeak-ng keeps its data path in 160 bytes, file names included


class PipeClosed(Exception):
    """The other process is gone."""


class PipeTimeout(Exception):
    """The other process is there, and says nothing."""


def read_message(fd: int, max_bytes: int, timeout_s: float | None = None) -> bytes:
    """The next message.

    Args:
        timeout_s: for each wait; None waits for ever.

    Raises:
        PipeClosed: the pipe ended, or the message is longer than `max_bytes` and so not one of ours.
        PipeTimeout: nothing came for `timeout_s`.
    """
    (length,) = struct.unpack(">I", _read_exactly(fd, 4, timeout_s))
    if length > max_bytes:
        raise PipeClosed(f"a message of {length} bytes; at most {max_bytes} were expected")
    return _read_exactly(fd, length, timeout_s)


def write_message(fd: int, data: bytes, timeout_s: float | None = None) -> None:
    """Sends a message; `fd` must not block when `timeout_s` is given.

    Raises:
        PipeClosed: nobody reads the pipe any more.
        PipeTimeout: nobody read for `timeout_s`.
    """
    rest = memoryview(struct.pack(">I", len(data)) + data)
    while rest:
        if not select.select([], [fd], [], timeout_s)[1]:
            raise PipeTimeout(f"nothing was read for {timeout_s} s")
        try:
            rest = rest[os.write(fd, rest) :]
        except BlockingIOError:
            continue
        except OSError as error:
            raise PipeClosed(str(error)) from error


def _read_exactly(fd: int, count: int, timeout_s: float | None) -> bytes:
    data = bytearray()
    while len(data) < count:
        if not select.select([fd], [], [], timeout_s)[0]:
            raise PipeTimeout(f"no answer for {timeout_s} s")
        try:
            piece = os.read(fd, count - len(data))
        except OSError as error:
            raise PipeClosed(str(error)) from error
        if not piece:
            raise PipeClosed("the other end is closed")
        data += piece
    return bytes(data)


def main() -> None:
    """Serves requests from standard input until it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for whoever started this; the pipe then ends
    requests, replies = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)  # pyttsx3 prints
    with tempfile.TemporaryDirectory(prefix="milliwatt-speech-") as folder:
        _load_espeak(folder)
        with contextlib.suppress(PipeClosed):
            while True:
                request = read_message(requests, MAX_REQUEST_BYTES)
                for message in _in_a_fork(request, folder, (requests, replies)):
                    write_message(replies, message)


def _load_espeak(folder: str) -> None:
    """Makes pyttsx3 find the espeak-ng of the wheel rather than one that the system may have."""
    import espeakng_loader

    ctypes.CDLL(espeakng_loader.get_library_path(), ctypes.RTLD_GLOBAL)
    data = str(espeakng_loader.get_data_path())
    if len(data) > _LONGEST_DATA_PATH:
        link = os.path.join(folder, "espeak-ng-data")
        os.symlink(data, link)
        data = link
    os.environ["ESPEAK_DATA_PATH"] = data
    import pyttsx3
    import pyttsx3.drivers.espeak  # noqa: F401


def _in_a_fork(request: bytes, folder: str, pipes: tuple[int, ...]) -> list[bytes]:
    """The messages that a fork with a fresh engine answers the request with."""
    source, sink = os.pipe()
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            signal.alarm(int(LIMIT_S) + 1)  # ends the fork even if this process is killed
            for pipe in (source, *pipes):
                os.close(pipe)
            for message in _answer(json.loads(request), folder):
                write_message(sink, message)
            status = 0
        finally:
            os._exit(status)
    os.close(sink)
    try:
        reply = read_message(source, MAX_REPLY_BYTES, LIMIT_S)
        if "words" not in json.loads(reply):
            return [reply]
        return [reply, read_message(source, MAX_SPEECH_BYTES, LIMIT_S)]
    except (PipeClosed, PipeTimeout) as error:
        return [json.dumps({"error": f"espeak died: {error}"}).encode()]
    finally:
        os.close(source)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def _answer(request: dict[str, Any], folder: str) -> list[bytes]:
    import pyttsx3

    try:
        engine = pyttsx3.init("espeak")
        if "text" not in request:
            return [json.dumps({"voices": _voices(engine)}).encode()]
        events, rate_hz, pcm = _speak(engine, request, os.path.join(folder, f"{os.getpid()}.wav"))
        return [json.dumps({"words": events, "rate_hz": rate_hz}).encode(), pcm]
    except Exception as error:  # whatever pyttsx3 raises is the answer, not the end of this process
        return [json.dumps({"error": f"{type(error).__name__}: {error}"}).encode()]


def _voices(engine: Any) -> dict[str, str]:
    """Espeak's identifiers by the plain names they are known under, such as `en-gb-scotland`."""
    named: dict[str, str] = {}
    for voice in engine.getProperty("voices"):
        named.setdefault(voice.id.rpartition("/")[2], voice.id)
        for language in voice.languages:
            named.setdefault(language.lower(), voice.id)
    return named


class _ShortSleeps:
    """What the driver takes for the `time` module: it looks every 10 ms whether espeak is done, half of a rendering."""

    @staticmethod
    def sleep(_seconds: float) -> None:
        threading.Event().wait(_LOOK_S)


def _speak(engine: Any, request: dict[str, Any], path: str) -> tuple[list[list[int]], int, bytes]:
    """Where words and clauses lie (kind, character, sample), the rate, and the samples."""
    from pyttsx3.drivers import _espeak
    from pyttsx3.drivers import espeak as driver_module

    driver_module.time = _ShortSleeps()
    driver = engine.proxy._driver
    events: list[list[int]] = []
    done = threading.Event()

    def on_synth(samples: Any, count: int, found: Any) -> int:
        # pyttsx3 drops the times of espeak's events; they are noted here on the way to it.
        over = False
        at = 0
        while found[at].type:
            event = found[at]
            if event.type in (_WORD, _END):
                events.append([event.type, event.text_position - 1, event.sample])
            over = over or event.type == _TERMINATED
            at += 1
        result: int = driver._onSynth(samples, count, found)
        if over:
            done.set()
        return result

    # The driver's constructor has queued its own voice and rate on espeak's thread; they must not come after ours.
    _espeak.Synchronize()
    if _espeak.SetVoiceByName(request["voice"].encode()) != 0:  # pyttsx3 swallows its own failure
        raise ValueError(f"espeak refuses the voice {request['voice']!r}")
    _espeak.SetSynthCallback(on_synth)
    for name in ("voice", "rate", "pitch", "volume"):
        if name in request:
            driver.setProperty(name, request[name])  # at once; the engine's own method would queue it
    _espeak.Synchronize()
    engine.save_to_file(request["text"], path)
    engine.runAndWait()  # may return while espeak's thread is still speaking
    if not done.wait(LIMIT_S):
        raise TimeoutError(f"not spoken within {LIMIT_S} s")
    try:
        with wave.open(path, "rb") as file:
            return events, file.getframerate(), file.readframes(file.getnframes())
    finally:
        Path(path).unlink(missing_ok=True)


if __name__ == "__main__":
    main()
