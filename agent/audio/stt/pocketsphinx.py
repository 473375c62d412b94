"""The embedded ear: pocketsphinx with a language model made from the flow's words.

Its acoustic model is wide-band, so telephone audio goes through `WideBand` first. A decoder hears an utterance
differently after other utterances, until its features are set up anew; so they are, for each one.
"""

from __future__ import annotations

import contextlib
import re
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from pocketsphinx import Decoder

from agent.audio.blocking import run_in_thread
from agent.audio.ports import RunBlocking, Transcript
from agent.audio.stt.domain_model import DomainModel, domain_model
from agent.audio.stt.wide_band import DELAY_NS, NOISE_FLOOR_DBOV, WideBand
from agent.errors import BadAudio, ProviderError
from agent.events import WordSpan
from agent.media import FRAME_NS, RATE_HZ, TELEPHONE, AudioFrame, Samples

LONGEST_UTTERANCE_NS = (
    60_000_000_000  # what comes later is not heard: a decoder's memory grows with the utterance
)

_FRAMES_A_STEP = 4  # 80 ms: how often the decoder works and a partial can come
_DECODER_FRAME_NS = 10_000_000
_IDLE_DECODERS = 2  # kept ready for each set of hints; one call at a time uses one
_HINT_SETS = 8
_VARIANT = re.compile(r"\(\d+\)$")

# Mean cepstrum of speech at -26 dBov through mu-law and `WideBand`. The decoder takes the mean it is given for the
# whole of an utterance this short, and its own default is far from any telephone: 0.5 instead of 0.3 of the words
# wrong. Measured over general phrases in five espeak voices; six people saying digits (fsdd) lie as near to it as
# to each other.
_MEAN_CEPSTRUM = "53.88,-9.00,-2.31,6.80,-2.83,-4.95,-0.37,-10.89,-2.73,-5.41,-1.98,-1.04,-5.29"
# The second, flat pass over an utterance takes half of the time and changes no figure of the ear bench.
_DECODER_SETTINGS: dict[str, Any] = {"cmninit": _MEAN_CEPSTRUM, "lw": 6.5, "fwdflat": False}
# A decoder's first utterance gets other confidences than all later ones, in the fifth digit: no caller's is the first.
_WARM_UP = bytes(2 * 16_000 // 5)  # 200 ms of silence; 50 ms are too few, 100 ms enough

_T = TypeVar("_T")


@dataclass(slots=True, kw_only=True)
class _Ear:
    """A language model and the decoders for it that nobody is using."""

    model: DomainModel
    idle: list[Any] = field(default_factory=list)


class PocketsphinxSpeechToText:
    """A recogniser of the words in `texts` and in the general phrase list, and of no others.

    Args:
        texts: what is likely to be talked about: a flow's texts and examples, an agent's description.
        run_blocking: where the decoder does its work.
    """

    def __init__(self, texts: Iterable[str] = (), run_blocking: RunBlocking = run_in_thread) -> None:
        self._texts = tuple(texts)
        self._run_blocking = run_blocking
        self._lock = threading.Lock()
        self._ears: OrderedDict[frozenset[str], _Ear] = OrderedDict()

    @property
    def identity(self) -> str:
        """Names everything but audio and hints that a transcript depends on, for caches."""
        settings = ",".join(f"{name}={value}" for name, value in sorted(_DECODER_SETTINGS.items()))
        model = self.model().identity
        return f"pocketsphinx/{version('pocketsphinx')}/2/{NOISE_FLOOR_DBOV}/{settings}/{model}"

    def model(self, hints: Sequence[str] = ()) -> DomainModel:
        """The language model and dictionary that are used with these hints."""
        with self._lock:
            return self._ear(frozenset(hints)).model

    async def open(self, hints: Sequence[str] = ()) -> PocketsphinxRecognition:
        """Starts an utterance; words and phrases in `hints` join the language model.

        Raises:
            ProviderError: the decoder could not be made.
        """
        hinted = frozenset(hints)
        decoder = await self._run_blocking(lambda: self._take(hinted))
        return PocketsphinxRecognition(
            decoder, run_blocking=self._run_blocking, give_back=lambda: self._give_back(hinted, decoder)
        )

    def _ear(self, hinted: frozenset[str]) -> _Ear:
        ear = self._ears.get(hinted)
        if ear is None:
            ear = self._ears[hinted] = _Ear(model=domain_model([*self._texts, *sorted(hinted)]))
            while len(self._ears) > _HINT_SETS:
                self._ears.popitem(last=False)
        self._ears.move_to_end(hinted)
        return ear

    def _take(self, hinted: frozenset[str]) -> Any:
        with self._lock:
            ear = self._ear(hinted)
            decoder = ear.idle.pop() if ear.idle else None
        with decoder_errors():
            if decoder is None:
                decoder = _decoder(ear.model)
            decoder.reinit_feat()  # or the text depends on the utterances before
            decoder.start_utt()
        return decoder

    def _give_back(self, hinted: frozenset[str], decoder: Any) -> None:
        with self._lock:
            ear = self._ears.get(hinted)
            if ear is not None and len(ear.idle) < _IDLE_DECODERS:
                ear.idle.append(decoder)


class PocketsphinxRecognition:
    """One utterance in one decoder, which is given back when the utterance is over."""

    def __init__(self, decoder: Any, *, run_blocking: RunBlocking, give_back: Callable[[], None]) -> None:
        self._decoder = decoder
        self._run_blocking = run_blocking
        self._give_back = give_back
        self._lock = threading.Lock()  # a step that was cancelled may still be running in its thread
        self._wide = WideBand()
        self._waiting: list[Samples] = []
        self._fed_ns = 0
        self._partial = ""
        self._final: Transcript | None = None
        self._over = False

    async def feed(self, frame: AudioFrame) -> Transcript | None:
        """Takes the next 20 ms; every fourth time there may be a partial.

        Raises:
            BadAudio: the frame is not telephone audio.
            ProviderError: the decoder failed.
        """
        if frame.format.rate_hz != RATE_HZ:
            raise BadAudio(f"recognition wants {TELEPHONE}, got {frame.format}")
        if self._over or self._fed_ns >= LONGEST_UTTERANCE_NS:
            return None
        self._fed_ns += FRAME_NS
        self._waiting.append(frame.samples)
        if len(self._waiting) < _FRAMES_A_STEP:
            return None
        text = await self._run_blocking(self._step)
        if not text or text == self._partial:
            return None
        self._partial = text
        return Transcript(text=text, final=False)

    async def finish(self) -> Transcript:
        """The final transcript; a second time the same one.

        Raises:
            ProviderError: the decoder failed, or the utterance was given up.
        """
        if self._final is None:
            if self._over:
                raise ProviderError("the utterance was given up before it was finished")
            self._final = await self._run_blocking(self._finish)
        return self._final

    async def close(self) -> None:
        """Gives the utterance up and the decoder back."""
        if not self._over:
            await self._run_blocking(self._give_up)

    def _step(self) -> str:
        with self._lock, decoder_errors():
            if self._over:
                return ""
            self._decode(self._wide.feed(np.concatenate(self._waiting)))
            self._waiting.clear()
            hypothesis = self._decoder.hyp()
            return _text(hypothesis.hypstr.split()) if hypothesis else ""

    def _finish(self) -> Transcript:
        with self._lock, decoder_errors():
            if self._over:
                raise ProviderError("the utterance was given up before it was finished")
            if self._waiting:
                self._decode(self._wide.feed(np.concatenate(self._waiting)))
            self._decode(self._wide.flush())
            self._end()
            transcript = _transcript(list(self._decoder.seg() or ()))
            self._give_back()
            return transcript

    def _give_up(self) -> None:
        with self._lock, decoder_errors():
            if not self._over:
                self._end()
                self._give_back()

    def _end(self) -> None:
        self._over = True
        self._decoder.end_utt()

    def _decode(self, samples: Samples) -> None:
        self._decoder.process_raw(samples.astype("<i2").tobytes())


@contextlib.contextmanager
def decoder_errors() -> Iterator[None]:
    """pocketsphinx's errors as ours."""
    try:
        yield
    except (RuntimeError, ValueError) as error:
        raise ProviderError(f"pocketsphinx: {error}") from error


def _decoder(model: DomainModel) -> Any:
    with tempfile.TemporaryDirectory(prefix="milliwatt-ear-") as folder:
        arpa, dictionary = Path(folder, "model.lm"), Path(folder, "words.dict")
        arpa.write_text(model.arpa, encoding="utf-8")
        dictionary.write_text(model.dictionary, encoding="utf-8")
        decoder = Decoder(lm=str(arpa), dict=str(dictionary), loglevel="FATAL", **_DECODER_SETTINGS)
    decoder.start_utt()
    decoder.process_raw(_WARM_UP)
    decoder.end_utt()
    return decoder


def _transcript(segments: Sequence[Any]) -> Transcript:
    """What the decoder heard, without its silences and noises; times from the first sample fed."""
    heard = [segment for segment in segments if segment.word[0] not in "<["]
    words = tuple(
        WordSpan(
            text=_VARIANT.sub("", segment.word),
            start_ns=max(0, segment.start_frame * _DECODER_FRAME_NS - DELAY_NS),
            end_ns=(segment.end_frame + 1) * _DECODER_FRAME_NS - DELAY_NS,
        )
        for segment in heard
    )
    return Transcript(
        text=_text(word.text for word in words),
        final=True,
        confidence=_confidence([segment.prob for segment in heard]),
        words=words,
    )


def _text(words: Iterable[str]) -> str:
    return " ".join(_VARIANT.sub("", word) for word in words if word[0] not in "<[")


def _confidence(posteriors: Sequence[float]) -> float:
    """How sure the decoder is: the geometric mean of its words' posteriors, 0 when it heard none."""
    if not posteriors:
        return 0.0
    return float(min(1.0, np.exp(np.mean(np.log(np.maximum(posteriors, 1e-10))))))
