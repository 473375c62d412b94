"""The embedded recogniser: pocketsphinx with a language model of the agent's own domain.

The bundled acoustic model is wide-band (16 kHz). Telephone audio is brought to its rate here, with a noise floor 30 dB
below the usual speech level added afterwards, so that the empty band above 4 kHz does not confuse it. A decoder's text
for the same audio depends on what it heard before until its features are reset, so every utterance starts with a reset.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from pocketsphinx import Decoder
from scipy.signal import firwin, upfirdn

from agent.audio.blocking import run_in_thread
from agent.audio.ports import Recognition, RunBlocking, Transcript
from agent.audio.stt.domain_model import DomainModel, domain_model
from agent.errors import ProviderError
from agent.events import WordSpan
from agent.media import RATE_HZ, AudioFrame

MODEL_RATE_HZ = 16_000
FLOOR_DBOV = -56.0  # 30 dB below the usual active speech level of -26 dBov
CHUNK_FRAMES = 5  # frames recognised in one go: partials every 100 ms
_FLOOR_SAMPLES = MODEL_RATE_HZ * 30
_TAPS = 64
_DECODER_FRAME_NS = 10_000_000
_FILLER = re.compile(r"^(<.*>|\[.*\]|\+\+.*\+\+)$")
_VARIANT = re.compile(r"\(\d+\)$")


class PocketsphinxSpeechToText:
    """A recogniser of the words in `texts` and of what people generally say to a business.

    Args:
        texts: sentences of the agent's domain, such as its flow's texts and examples.
        run_blocking: how decoding is run.
    """

    def __init__(self, texts: Iterable[str] = (), run_blocking: RunBlocking = run_in_thread) -> None:
        self._texts = tuple(texts)
        self._run = run_blocking
        self._models: dict[tuple[str, ...], DomainModel] = {}
        self._idle: dict[tuple[str, ...], list[Decoder]] = {}

    @property
    def identity(self) -> str:
        """Names everything but audio and hints that the results depend on, for caches."""
        return f"pocketsphinx/1/{self._model(()).identity}"

    @property
    def vocabulary(self) -> frozenset[str]:
        """The words that can be heard."""
        return self._model(()).vocabulary

    async def open(self, hints: Sequence[str] = ()) -> Recognition:
        """Starts an utterance. Hints become sentences of a language model of their own."""
        key = tuple(hints)
        idle = self._idle.setdefault(key, [])
        decoder = idle.pop() if idle else await self._run(lambda: self._decoder(key))
        return _Utterance(decoder, idle, self._run)

    def _model(self, hints: tuple[str, ...]) -> DomainModel:
        if hints not in self._models:
            self._models[hints] = domain_model((*self._texts, *hints))
        return self._models[hints]

    def _decoder(self, hints: tuple[str, ...]) -> Decoder:
        model = self._model(hints)
        with tempfile.TemporaryDirectory(prefix="milliwatt-ear-") as folder:
            arpa, dictionary = Path(folder) / "domain.lm", Path(folder) / "domain.dict"
            arpa.write_text(model.arpa, encoding="utf-8")
            dictionary.write_text(model.dictionary, encoding="utf-8")
            return Decoder(lm=str(arpa), dict=str(dictionary), loglevel="FATAL")


class _Utterance:
    """One utterance on a decoder of its own, which goes back to the idle ones afterwards."""

    def __init__(self, decoder: Decoder, idle: list[Decoder], run: RunBlocking) -> None:
        self._decoder: Decoder | None = decoder
        self._idle = idle
        self._run = run
        self._upsampler = Upsampler()
        self._waiting: list[AudioFrame] = []
        self._text = ""
        self._ended = False
        decoder.reinit_feat()
        decoder.start_utt()

    async def feed(self, frame: AudioFrame) -> Transcript | None:
        self._waiting.append(frame)
        if len(self._waiting) < CHUNK_FRAMES:
            return None
        text = await self._run(self._decode)
        if text == self._text:
            return None
        self._text = text
        return Transcript(text=text, final=False)

    async def finish(self) -> Transcript:
        transcript = await self._run(self._conclude)
        await self.close()
        return transcript

    async def close(self) -> None:
        decoder, self._decoder = self._decoder, None
        if decoder is not None:
            if not self._ended:
                decoder.end_utt()
            self._idle.append(decoder)

    def _decode(self) -> str:
        decoder = self._in_use()
        pcm = b"".join(self._upsampler.feed(frame) for frame in self._waiting)
        self._waiting.clear()
        if pcm:
            decoder.process_raw(pcm)
        found = decoder.hyp()
        return _plain_words(found.hypstr.split()) if found else ""

    def _conclude(self) -> Transcript:
        decoder = self._in_use()
        self._decode()
        decoder.end_utt()
        self._ended = True
        found = decoder.hyp()
        if found is None or not found.hypstr:
            return Transcript(text="", final=True, confidence=0.0)
        words = tuple(_words(decoder))
        text = " ".join(word.text for word in words)
        return Transcript(text=text, final=True, confidence=min(1.0, max(0.0, found.prob)), words=words)

    def _in_use(self) -> Decoder:
        if self._decoder is None:
            raise ProviderError("this utterance is closed")
        return self._decoder


class Upsampler:
    """8 kHz frames to 16 kHz bytes with a noise floor; the same frames give the same bytes however they are grouped.

    The filter delays the audio by 2 ms.
    """

    def __init__(self) -> None:
        self._tail = np.zeros(_TAPS // 2)
        self._position = 0

    def feed(self, frame: AudioFrame) -> bytes:
        """The frame at the model's rate, as s16le."""
        samples = np.concatenate([self._tail, frame.samples.astype(np.float64)])
        self._tail = samples[-len(self._tail) :]
        doubled = upfirdn(_FILTER, samples, up=2)
        start = 2 * len(self._tail)
        count = 2 * len(frame.samples)
        at = np.arange(self._position, self._position + count) % _FLOOR_SAMPLES
        self._position += count
        raised = doubled[start : start + count] + _FLOOR[at]
        pcm: bytes = np.clip(np.rint(raised), -32768, 32767).astype("<i2").tobytes()
        return pcm


def _words(decoder: Decoder) -> list[WordSpan]:
    """The best path's words with their times from the utterance's first frame."""
    return [
        WordSpan(
            text=_VARIANT.sub("", segment.word),
            start_ns=segment.start_frame * _DECODER_FRAME_NS,
            end_ns=(segment.end_frame + 1) * _DECODER_FRAME_NS,
        )
        for segment in decoder.seg()
        if not _FILLER.match(segment.word)
    ]


def _plain_words(words: Sequence[str]) -> str:
    return " ".join(_VARIANT.sub("", word) for word in words if not _FILLER.match(word))


_FILTER = 2 * firwin(_TAPS + 1, RATE_HZ / 2 * 0.97, fs=MODEL_RATE_HZ)
_FLOOR = np.random.Generator(np.random.PCG64(56)).normal(0, 32768 * 10 ** (FLOOR_DBOV / 20), _FLOOR_SAMPLES)
