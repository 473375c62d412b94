"""A fake recogniser: the first utterance is the first text of its list, and so on; what was fed does not matter."""

from __future__ import annotations

from collections.abc import Sequence

from agent.audio.ports import Recognition, Transcript
from agent.errors import ProviderError
from agent.media import AudioFrame

FAILS = "<fails>"
FAILS_LISTENING = "<fails listening>"


class ListedTranscripts:
    """Hands its texts out as finals, one an utterance that is finished; utterances given up use none.

    The partial of an utterance is its whole text once 10 frames of it were fed. `FAILS` raises instead, and
    `FAILS_LISTENING` does at its 30th frame.
    """

    def __init__(self, *texts: str) -> None:
        self.texts = list(texts)
        self.opened = 0
        self.open_now = 0
        self.fed_ns: list[int] = []  # starts of the frames of the last utterance opened

    async def open(self, hints: Sequence[str] = ()) -> Recognition:
        self.opened += 1
        self.open_now += 1
        self.fed_ns = []
        return _Listed(self)


class _Listed:
    def __init__(self, owner: ListedTranscripts) -> None:
        self._owner = owner
        self._fed = 0
        self._closed = False

    async def feed(self, frame: AudioFrame) -> Transcript | None:
        self._fed += 1
        self._owner.fed_ns.append(frame.t_ns)
        if self._fed == 30 and self._owner.texts and self._owner.texts[0] == FAILS_LISTENING:
            self._owner.texts.pop(0)
            raise ProviderError("the recogniser fell over")
        if self._fed != 10 or not self._owner.texts or self._owner.texts[0].startswith("<"):
            return None
        return Transcript(text=self._owner.texts[0], final=False)

    async def finish(self) -> Transcript:
        text = self._owner.texts.pop(0) if self._owner.texts else ""
        if text == FAILS:
            raise ProviderError("the recogniser fell over")
        return Transcript(text=text, final=True, confidence=0.9)

    async def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._owner.open_now -= 1
