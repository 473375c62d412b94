"""The making of a reply: the recogniser's last words in, the cognitive layer's actions out, speech in bursts.

A provider that fails does not end the call: the failure is told, and the reply goes on with what there is.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, replace

from agent import events as happened
from agent.audio.playout import Burst
from agent.audio.ports import Recognition, TextToSpeech, Transcript
from agent.clock import Clock
from agent.errors import AgentError, ProviderError
from agent.events import CallEvent, WordSpan, row_of
from agent.media import FRAME_BYTES, FRAME_NS, cut_frames
from agent.turn import (
    EndCall,
    StreamTurn,
    Transfer,
    Transition,
    Tts,
    TurnInput,
    TurnOutput,
)

APOLOGY = "Sorry, something went wrong on my side. I'll have somebody call you back. Goodbye."


@dataclass(slots=True, kw_only=True)
class Reply:
    """The reply to turn `seq`: whether all of it is known, and how it ends the call, if it does."""

    seq: int
    whole: bool = False
    ending: EndCall | Transfer | None = None


class ReplyMaker:
    """Makes replies for one call."""

    def __init__(
        self,
        *,
        stream_turn: StreamTurn,
        tts: TextToSpeech,
        voice: str,
        clock: Clock,
        on_event: Callable[[CallEvent], None],
    ) -> None:
        self._stream_turn = stream_turn
        self._tts = tts
        self._voice = voice
        self._clock = clock
        self._emit = on_event

    async def finish(self, recognition: Recognition) -> Transcript | None:
        """The utterance's final transcript; None when the recogniser failed."""
        try:
            transcript = await recognition.finish()
        except ProviderError as error:
            self._failed("stt", error, "nothing heard")
            return None
        finally:
            await recognition.close()
        self._emit(
            happened.FinalHeard(
                t_ns=self._clock.now_ns(),
                text=transcript.text,
                confidence=transcript.confidence,
                words=transcript.words,
            )
        )
        return transcript

    @staticmethod
    def with_words(turn: TurnInput, transcript: Transcript) -> TurnInput:
        """The turn with what was heard in it."""
        return replace(turn, transcript=transcript.text, stt_confidence=transcript.confidence)

    async def reply(self, turn: TurnInput, reply: Reply) -> AsyncGenerator[Burst, None]:
        """Yields the reply's speech as it becomes known, and notes in `reply` how it ends the call."""
        self._emit(
            happened.TurnOpened(
                t_ns=self._clock.now_ns(),
                seq=turn.seq,
                turn_id=turn.turn_id,
                event=turn.event,
                transcript=turn.transcript,
                heard=turn.heard,
            )
        )
        try:
            async with aclosing(self._stream_turn(turn)) as items:
                async for item in items:
                    match item:
                        case Tts():
                            self._emit(happened.TextGiven(t_ns=self._clock.now_ns(), seq=turn.seq))
                            async for burst in self._speak(item.text, turn.seq):
                                yield burst
                        case EndCall() | Transfer():
                            reply.ending = item
                        case TurnOutput():
                            self._answered(item, turn.seq)
                        case Transition():
                            pass  # for the record; it is in the TurnOutput's path
        except AgentError as error:
            self._failed("dialogue", error, "apology")
            reply.ending = EndCall(reason="failed")
            async for burst in self._speak(APOLOGY, turn.seq):
                yield burst

    async def _speak(self, text: str, seq: int) -> AsyncGenerator[Burst, None]:
        """The text as bursts of whole frames; a rest shorter than a frame goes before the next chunk."""
        rest = b""
        sent_ns = 0
        try:
            async with aclosing(self._tts.speak(text, self._voice)) as chunks:
                async for chunk in chunks:
                    pcm = rest + chunk.pcm
                    whole = len(pcm) // FRAME_BYTES * FRAME_BYTES
                    rest = pcm[whole:]
                    length_ns = whole // FRAME_BYTES * FRAME_NS
                    words = tuple(_rebased(word, sent_ns, length_ns) for word in chunk.words)
                    if whole:
                        yield Burst(seq=seq, text=text, frames=tuple(cut_frames(pcm[:whole])), words=words)
                        sent_ns += length_ns
        except ProviderError as error:
            self._failed("tts", error, "silence")
        # What is left at the very end is less than 20 ms of the voice's closing silence; the line takes whole frames.

    def _answered(self, output: TurnOutput, seq: int) -> None:
        self._emit(
            happened.TurnAnswered(
                t_ns=self._clock.now_ns(),
                seq=seq,
                node_id=output.state.node_id,
                path=output.state.path,
                outcome=output.state.outcome,
                captured=output.state.captured,
                chosen=output.trace.chosen,
                intents=tuple(row_of(score) for score in output.trace.intents),
                tools=tuple(row_of(tool) for tool in output.trace.tools),
                stage_ns=output.trace.stage_ns,
                model=output.trace.model,
                tokens_in=output.trace.tokens_in,
                tokens_out=output.trace.tokens_out,
            )
        )

    def _failed(self, provider: str, error: AgentError, fallback: str) -> None:
        self._emit(
            happened.ProviderFailed(
                t_ns=self._clock.now_ns(),
                provider=provider,
                error=f"{type(error).__name__}: {error}",
                fallback=fallback,
            )
        )


def _rebased(word: WordSpan, by_ns: int, length_ns: int) -> WordSpan:
    """The word on its burst's own clock; an end that lies in the next burst's first frames counts as this one's."""
    return WordSpan(
        text=word.text,
        start_ns=max(0, word.start_ns - by_ns),
        end_ns=min(length_ns, word.end_ns - by_ns),
    )
