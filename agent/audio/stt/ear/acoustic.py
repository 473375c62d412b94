"""The ear's acoustic network: telephone samples to log-probabilities of letters and of sounds, each 30 ms.

The network is a graph that onnxruntime runs on one thread. It takes samples and a memory and gives what it heard and
the memory after, so that an utterance may come in pieces, and many utterances as rows of one batch. What a
row gives does not depend on the pieces or on the other rows. Its outputs are late by a fixed number of frames.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from agent.errors import BadAudio
from agent.media import Samples

NETWORK = Path(__file__).with_name("weights") / "network.onnx"
FRAME_SAMPLES = 240  # 30 ms at 8 kHz
FRAME_NS = 30_000_000
LONGEST_FRAMES = 4096  # of one step
SILENCE = 128  # what the network keeps of a time when nothing was heard
COLUMNS = 29 + 45  # a blank, a to z, apostrophe, space; a blank, the sounds, space

LogProbabilities = NDArray[np.float32]

# Rows that are run together: enough to fill the processor's vectors, few enough to stay in its cache.
_ROWS = 16
_FULL_SCALE = np.float32(1 / 32768)


@dataclass(frozen=True, slots=True)
class Memory:
    """What the network must know of an utterance so far.

    Attributes:
        sound: samples, and layers' inputs that are not due yet, shape (rows, ...).
        kept: what the layers splice, in 8 bits, shape (rows, ...).
    """

    sound: NDArray[np.float32]
    kept: NDArray[np.uint8]


class AcousticModel:
    """A network, loaded.

    Attributes:
        facts: what its recipe noted in the file.
        late: by how many frames its outputs are late.

    Args:
        path: an ONNX file as `evals.ear.exporting` writes it.
        threads: of onnxruntime.
    """

    def __init__(self, path: Path = NETWORK, threads: int = 1) -> None:
        self._content = path.read_bytes()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        # A waiting thread that spins takes a core from the calls beside it.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.log_severity_level = 3
        self._session: Any = onnxruntime.InferenceSession(
            self._content, options, providers=["CPUExecutionProvider"]
        )
        self.facts: dict[str, str] = dict(self._session.get_modelmeta().custom_metadata_map)
        self.late = int(self.facts["late_frames"])
        self._memory_size, self._kept_size = (int(each.shape[1]) for each in self._session.get_inputs()[1:])

    @cached_property
    def identity(self) -> str:
        """Names the network by its content and what runs it, for caches."""
        digest = hashlib.blake2b(self._content, digest_size=12).hexdigest()
        return f"{digest}/onnxruntime-{onnxruntime.__version__}"

    def open(self) -> AcousticStream:
        """Starts an utterance."""
        return AcousticStream(self)

    def whole(self, utterances: Sequence[Samples]) -> list[LogProbabilities]:
        """What streams would hear of whole utterances, shape (frames, 74) each, many at a time."""
        order = sorted(range(len(utterances)), key=lambda at: utterances[at].size)
        heard: list[LogProbabilities] = [np.zeros((0, COLUMNS), np.float32)] * len(utterances)
        for first in range(0, len(order), _ROWS):
            rows = order[first : first + _ROWS]
            frames = [-(-utterances[at].size // FRAME_SAMPLES) for at in rows]
            sound = np.zeros((len(rows), (frames[-1] + self.late) * FRAME_SAMPLES), np.float32)
            for row, at in zip(sound, rows, strict=True):
                row[: utterances[at].size] = utterances[at] * _FULL_SCALE
            outputs, _ = self.run(sound, self.start(len(rows)))
            for at, count, output in zip(rows, frames, outputs, strict=True):
                heard[at] = output[self.late : self.late + count]
        return heard

    def start(self, rows: int) -> Memory:
        """The memory of utterances of which nothing was heard."""
        return Memory(
            sound=np.zeros((rows, self._memory_size), np.float32),
            kept=np.full((rows, self._kept_size), SILENCE, np.uint8),
        )

    def run(self, sound: NDArray[np.float32], memory: Memory) -> tuple[LogProbabilities, Memory]:
        """One step of the network: sound (rows, 240 frames) to outputs (rows, frames, 74), and the memory after.

        Raises:
            BadAudio: it is longer than `LONGEST_FRAMES`.
        """
        if sound.shape[1] > LONGEST_FRAMES * FRAME_SAMPLES:
            raise BadAudio(
                f"{sound.shape[1]} samples at once; the network takes {LONGEST_FRAMES * FRAME_SAMPLES}"
            )
        given = {"samples": sound, "memory": memory.sound, "kept": memory.kept}
        outputs, sound_after, kept_after = self._session.run(None, given)
        return outputs, Memory(sound=sound_after, kept=kept_after)


class AcousticStream:
    """One utterance on its way through the network."""

    def __init__(self, model: AcousticModel) -> None:
        self._model = model
        self._memory = model.start(1)
        self._waiting: Samples = np.zeros(0, np.int16)
        self._to_skip = model.late

    def feed(self, samples: Samples) -> LogProbabilities:
        """Takes more samples; returns the frames that became known, shape (frames, 74), perhaps none."""
        waiting = np.concatenate((self._waiting, samples))
        whole = waiting.size // FRAME_SAMPLES * FRAME_SAMPLES
        self._waiting = waiting[whole:]
        return self._heard(waiting[:whole])

    def finish(self) -> LogProbabilities:
        """The frames that were not known yet: the utterance is over, and silence comes after."""
        rest = self._waiting.size
        silence = -rest % FRAME_SAMPLES + self._model.late * FRAME_SAMPLES
        sound = np.concatenate((self._waiting, np.zeros(silence, np.int16)))
        self._waiting = self._waiting[:0]
        return self._heard(sound)

    def _heard(self, samples: Samples) -> LogProbabilities:
        if samples.size == 0:
            return np.zeros((0, COLUMNS), np.float32)
        sound = (samples * _FULL_SCALE)[np.newaxis]
        outputs, self._memory = self._model.run(sound, self._memory)
        skipped = min(self._to_skip, outputs.shape[1])
        self._to_skip -= skipped
        return np.asarray(outputs[0, skipped:])
