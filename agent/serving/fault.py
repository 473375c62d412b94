"""Why a request is not answered, and how that looks on the wire."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from starlette.responses import JSONResponse, Response

from agent.errors import AgentError, BadTurn, LostCall, ProviderError, ProviderTimeout
from agent.turn import Json


class Refused(AgentError):
    """A request that gets an error for an answer.

    Args:
        status: of HTTP.
        code: what programs look at.
        message: what people read; never with the caller's words in it.
        retry: whether the same request may be sent again.
        mistakes: of a body, by their places.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        retry: bool = False,
        mistakes: Sequence[tuple[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.retry = status, code, message, retry
        self.mistakes = tuple(mistakes)
        self.headers = dict(headers or {})

    def body(self) -> dict[str, Json]:
        """The error as JSON has it."""
        return {
            "code": self.code,
            "message": self.message,
            "retry": self.retry,
            "mistakes": [{"where": where, "what": what} for where, what in self.mistakes],
        }

    def response(self) -> Response:
        """The error as an answer."""
        return JSONResponse({"error": self.body()}, status_code=self.status, headers=self.headers)


def refusal_of(error: Exception) -> Refused:
    """What the other side is told of an error. Words of the error itself stay here: they may be a caller's."""
    match error:
        case Refused():
            return error
        case BadTurn():
            return Refused(
                422, "bad_turn", f"{len(error.mistakes)} mistake(s) in this turn", mistakes=error.mistakes
            )
        case ProviderTimeout() | TimeoutError():
            return Refused(
                504,
                "timeout",
                "the turn was not answered in time; the same turn again goes on with it",
                retry=True,
            )
        case ProviderError():
            return Refused(
                503,
                "provider",
                "what this turn needs is not to be had at the moment",
                retry=True,
                headers={"Retry-After": "1"},
            )
        case LostCall():
            return Refused(
                409,
                "no_state",
                "nothing is known here of this call's earlier turns; was the service started anew?",
            )
        case AgentError():
            return Refused(409, "refused", "the engine does not take this turn")
        case _:
            return Refused(500, "internal", "the engine failed; its log says more", retry=True)
