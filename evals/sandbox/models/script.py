"""What a fake model server answers, and what goes wrong while it does."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptedCall:
    """A tool call; `pieces` are its arguments as they are sent, one after another."""

    name: str
    pieces: tuple[str, ...] = ()
    id: str = "call_1"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptedAnswer:
    """One answer of a fake server.

    Attributes:
        text: the text as it is sent, piece by piece.
        refusal: said in place of text by a model that will not answer.
        stop: the vendor's word for why it stops; the one that fits when empty.
        tokens_in, cached_in, tokens_out: what is charged; the cached ones are among `tokens_in`.
        tells_usage: whether the charge is told.
        first_delay_s: before the first piece; `gap_s` between pieces.
        status, error_type: an HTTP error in place of an answer.
        error_after: after so many pieces the stream tells an error of `error_type`.
        cut_after: after so many pieces the connection is cut.
        ends_after: after so many pieces the stream ends without having said why.
        raw: the whole body, sent as it is under HTTP `status` with this content type.
    """

    text: tuple[str, ...] = ()
    calls: tuple[ScriptedCall, ...] = ()
    refusal: str = ""
    stop: str = ""
    tokens_in: int = 900
    cached_in: int = 768
    tokens_out: int = 18
    tells_usage: bool = True
    first_delay_s: float = 0.0
    gap_s: float = 0.0
    status: int = 200
    error_type: str = "overloaded_error"
    error_after: int | None = None
    cut_after: int | None = None
    ends_after: int | None = None
    raw: str | None = None
    content_type: str = "application/json"

    def pieces_sent(self) -> float:
        """How many pieces go out before something goes wrong; infinity where nothing does."""
        stops = [at for at in (self.error_after, self.cut_after, self.ends_after) if at is not None]
        return min(stops, default=math.inf)


@dataclass(slots=True)
class Received:
    """A request as the server got it; header names in lower case."""

    headers: dict[str, str]
    body: dict[str, Any]


@dataclass(slots=True)
class Script:
    """Gives one answer after another, the last one again and again; keeps what was asked."""

    answers: list[ScriptedAnswer]
    received: list[Received] = field(default_factory=list)
    broken_off: int = 0
    """Streams that the client left before their end."""

    def next(self, received: Received) -> ScriptedAnswer:
        """Notes the request, and says what is answered."""
        self.received.append(received)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


class CutConnection(Exception):
    """Raised within a response, so that the server drops the connection in the middle of it."""
