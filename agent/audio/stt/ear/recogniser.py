"""The embedded ear: a small network trained on synthetic telephone speech, and a search with a model of words.

It is an instrument for comparing agents with each other, not for hearing people: what it was trained on, what it hears
and what it does not, is in docs/ear.md. The same samples give the same text, in whatever pieces they come.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterable, Sequence
from enum import StrEnum
from functools import cache
from pathlib import Path

import numpy as np

from agent.audio.blocking import run_in_thread
from agent.audio.ports import RunBlocking, Transcript
from agent.audio.stt.domain_model import sentences_of
from agent.audio.stt.ear.acoustic import FRAME_NS, AcousticModel, AcousticStream, LogProbabilities
from agent.audio.stt.ear.certainty import Calibration, read_calibration
from agent.audio.stt.ear.lexicon import IN_SOUNDS, LEXICON, ways
from agent.audio.stt.ear.possessives import CLITIC, apart, pieces, possessives
from agent.audio.stt.ear.search import BeamSearch
from agent.audio.stt.ear.search_alphabet import IN_LETTERS
from agent.audio.stt.ear.search_config import SearchConfig
from agent.audio.stt.ear.search_hypothesis import HeardWord, Hypothesis
from agent.audio.stt.ear.sounds import SOUNDS, espeak_version
from agent.audio.stt.ear.word_mixture import MixedModel, WordList
from agent.audio.stt.ear.word_model import LanguageModel, WordModel
from agent.errors import BadAudio, ProviderError
from agent.events import WordSpan
from agent.media import SAMPLE_NS, TELEPHONE, AudioFrame, Samples

WORDS = Path(__file__).with_name("weights") / "words.bin"  # of generated sentences and a word list
TALK = Path(__file__).with_name("weights") / "talk.bin"  # of sentences that people wrote
LONGEST_UTTERANCE_NS = 60_000_000_000  # what comes later is not heard
# Shares of the models of words: talk, generated sentences, the agent's own texts.
SHARES = (0.7, 0.2, 0.1)

# Where nothing tells which word is likely, a word counts less, and letters tell words apart that sound alike.
_WORDS_ALONE = SearchConfig(letters_weight=1.0, language_weight=0.3, word_bonus=1.5, unknown_penalty=4.0)
_LONGEST_SAMPLES = LONGEST_UTTERANCE_NS // SAMPLE_NS
_SAMPLE_BYTES = 2
_SAMPLES_A_STEP = 720  # 90 ms: how often the network works and a partial can come


class Knowledge(StrEnum):
    """What the ear knows about words: which are likely after others; which there are; nothing but their letters."""

    LANGUAGE = "language"
    WORDS = "words"
    LETTERS = "letters"


class EarSpeechToText:
    """A recogniser of English over the telephone, with no key and no download.

    Attributes:
        sentences: what it was told to expect, from `texts`.

    Args:
        texts: what is likely to be talked about: a flow's texts and examples, an agent's description.
        run_blocking: where the work is done.
        config: the search's widths and weights.
        knowledge: what it knows about words; less than everything is for figures of the network alone.
    """

    def __init__(
        self,
        texts: Iterable[str] = (),
        run_blocking: RunBlocking = run_in_thread,
        *,
        config: SearchConfig | None = None,
        knowledge: Knowledge = Knowledge.LANGUAGE,
    ) -> None:
        self.sentences = tuple(sorted({line for text in texts for line in sentences_of(text)}))
        self._run_blocking = run_blocking
        self._config = config or (_WORDS_ALONE if knowledge is Knowledge.WORDS else SearchConfig())
        self._knowledge = knowledge
        self._lock = threading.Lock()
        self._words: LanguageModel | None = None

    @property
    def identity(self) -> str:
        """Names everything but audio and hints that a transcript depends on, for caches."""
        texts = hashlib.blake2b("\n".join(self.sentences).encode(), digest_size=8).hexdigest()
        words = f"{self._knowledge}/{_words_digest()}/{SHARES}/{texts}/espeak-ng-{espeak_version()}"
        return f"ear/3/{_acoustic().identity}/{words}/{_calibration()}/{self._config}"

    async def open(self, hints: Sequence[str] = ()) -> EarRecognition:
        """Starts an utterance; words and phrases in `hints` become likelier."""
        return await self._run_blocking(lambda: self._recognition(hints))

    def transcribe(self, utterances: Sequence[Samples], hints: Sequence[str] = ()) -> list[Transcript]:
        """What streams would hear of whole utterances, decoded many at a time, with the same result."""
        return [transcript for transcript, _ in self.recognise(utterances, hints)]

    def recognise(
        self, utterances: Sequence[Samples], hints: Sequence[str] = ()
    ) -> list[tuple[Transcript, tuple[float, ...]]]:
        """The same, with the confidence of every word."""
        heard = []
        bounded = [samples[:_LONGEST_SAMPLES] for samples in utterances]
        for log_probs, samples in zip(_acoustic().whole(bounded), bounded, strict=True):
            found = self.searched(log_probs, hints)
            confidences = tuple(_calibration().confidence(word) for word in found[0].words)
            heard.append((_final(found, samples.size * SAMPLE_NS), confidences))
        return heard

    def knows(self, word: str) -> bool:
        """Whether the model of words lists it; other words are heard as sounds and written by the letters heard."""
        stem = pieces(word)[0]
        known = any(part.known(stem) for part in _general_words())
        return known or any(stem in apart(line).split() for line in self.sentences)

    def searched(self, log_probs: LogProbabilities, hints: Sequence[str] = ()) -> list[Hypothesis]:
        """What may have been said, likeliest first, given the network's outputs, shape (frames, 74)."""
        search = self._search(hints)
        search.advance(log_probs)
        return search.finish()

    def _recognition(self, hints: Sequence[str]) -> EarRecognition:
        return EarRecognition(_acoustic().open(), self._search(hints), self._run_blocking)

    def _search(self, hints: Sequence[str]) -> BeamSearch:
        lines = [line for hint in hints for line in sentences_of(hint)]
        alphabet = IN_LETTERS if self._knowledge is Knowledge.LETTERS else IN_SOUNDS
        return BeamSearch(self._model(), self._config, lines, alphabet)

    def _model(self) -> LanguageModel | None:
        if self._knowledge is Knowledge.LETTERS:
            return None
        with self._lock:
            if self._words is None:
                self._words = self._own_model()
            return self._words

    def _own_model(self) -> LanguageModel:
        talk, general = _general_words()
        parts, shares = [talk, general], list(SHARES[:2])
        used = set(talk.words)
        if self.sentences:
            parts.append(WordModel.of_sentences(map(apart, self.sentences)))
            shares.append(SHARES[2])
            used.update(parts[-1].words)
        model: MixedModel | WordList
        if self._knowledge is Knowledge.WORDS:
            model = WordList(used - {CLITIC} | possessives(used), ways, SOUNDS)
        else:
            model = MixedModel(parts, shares, ways, SOUNDS, own=used)
        _ = (
            model.tree,
            model.spelling,
        )  # made once, here under the lock, and not by every call that comes first
        return model


class EarRecognition:
    """One utterance.

    Attributes:
        alternatives: after `finish`, what may have been said, likeliest first.
    """

    def __init__(self, stream: AcousticStream, search: BeamSearch, run_blocking: RunBlocking) -> None:
        self._stream, self._search, self._run_blocking = stream, search, run_blocking
        self._lock = threading.Lock()
        self._waiting: list[bytes] = []
        self._waiting_samples = 0
        self._fed_ns = 0
        self._text = ""
        self._over = False
        self._final: Transcript | None = None
        self.alternatives: tuple[Hypothesis, ...] = ()

    @property
    def frames_heard(self) -> int:
        """How many frames of 30 ms the search has seen."""
        return self._search.frames

    @property
    def stable_words(self) -> tuple[str, ...]:
        """The words with which every later partial and the final will begin."""
        return self._search.stable_words

    async def feed(self, frame: AudioFrame) -> Transcript | None:
        """Takes the next 20 ms; returns the newest partial, at most 100 ms after the last.

        Raises:
            BadAudio: it is not telephone audio.
        """
        if frame.format != TELEPHONE:
            raise BadAudio(f"recognition wants {TELEPHONE}, not {frame.format}")
        if self._over or self._fed_ns >= LONGEST_UTTERANCE_NS:
            return None
        self._waiting.append(frame.pcm)
        samples = len(frame.pcm) // _SAMPLE_BYTES
        self._waiting_samples += samples
        self._fed_ns += samples * SAMPLE_NS
        if self._waiting_samples < _SAMPLES_A_STEP:
            return None
        return await self._run_blocking(self._advance)

    async def finish(self) -> Transcript:
        """The utterance is over; the final transcript.

        Raises:
            ProviderError: it was given up before.
        """
        return await self._run_blocking(self._finish)

    async def close(self) -> None:
        """Gives the utterance up."""
        self._over = True

    def _advance(self) -> Transcript | None:
        with self._lock:
            self._listen()
            text = self._search.text
            if text == self._text or not text:
                return None
            self._text = text
            return Transcript(text=text, final=False)

    def _listen(self) -> None:
        if self._waiting:
            samples = np.frombuffer(b"".join(self._waiting), dtype="<i2")
            self._waiting, self._waiting_samples = [], 0
            self._search.advance(self._stream.feed(samples))

    def _finish(self) -> Transcript:
        with self._lock:
            if self._final is None:
                if self._over:
                    raise ProviderError("the utterance was given up before it was finished")
                self._over = True
                self._listen()
                self._search.advance(self._stream.finish())
                self.alternatives = tuple(self._search.finish())
                self._final = _final(self.alternatives, self._fed_ns)
            return self._final


def _final(found: Sequence[Hypothesis], heard_ns: int) -> Transcript:
    words = found[0].words if found else ()
    return Transcript(
        text=" ".join(word.text for word in words),
        final=True,
        confidence=_calibration().of_all(words),
        words=_spans(words, heard_ns),
    )


def _spans(words: Sequence[HeardWord], heard_ns: int) -> tuple[WordSpan, ...]:
    """Words with their times, in order, within what was heard."""
    calibration = _calibration()
    spans: list[WordSpan] = []
    before = 0
    for word in words:
        start = _moved(word.first_frame, calibration.start_ms)
        end = _moved(word.last_frame, calibration.end_ms)
        start = min(max(before, start), heard_ns)
        end = min(max(start, end), heard_ns)
        before = start
        spans.append(WordSpan(text=word.text, start_ns=start, end_ns=end))
    return tuple(spans)


def _moved(frame: int, by_ms: float) -> int:
    return frame * FRAME_NS + FRAME_NS // 2 + round(by_ms * 1_000_000)


@cache
def _acoustic() -> AcousticModel:
    return AcousticModel()


@cache
def _calibration() -> Calibration:
    return read_calibration()


@cache
def _general_words() -> tuple[WordModel, WordModel]:
    """The models of words that are shipped."""
    return WordModel.from_bytes(TALK.read_bytes()), WordModel.from_bytes(WORDS.read_bytes())


@cache
def _words_digest() -> str:
    return hashlib.blake2b(
        b"".join(path.read_bytes() for path in (TALK, WORDS, LEXICON)), digest_size=8
    ).hexdigest()
