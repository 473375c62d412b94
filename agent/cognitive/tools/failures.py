"""The ways in which a tool fails, as statuses that a flow may have a branch for."""

from __future__ import annotations

from enum import StrEnum

from agent.errors import ProviderError, ProviderRefused, ProviderTimeout


class FailureStatus(StrEnum):
    """What a `ToolResult` says of a call that did not do its work."""

    NOT_ALLOWED = "not_allowed"  # the flow does not list the tool; it was not called
    INVALID_ARGUMENTS = "invalid_arguments"  # they are not what the tool takes; it was not called
    TIMEOUT = "timeout"  # no answer before the deadline; the work may be done
    RATE_LIMITED = "rate_limited"  # it was asked too often; nothing was done
    UNAVAILABLE = "unavailable"  # it cannot be reached or is down; the work may be done
    BAD_ANSWER = "bad_answer"  # it answered what nobody can read; the work may be done
    REFUSED = "refused"  # it answered no: a bad key, a bad request
    ERROR = "error"  # anything else


PASSING = frozenset(
    {
        FailureStatus.TIMEOUT,
        FailureStatus.RATE_LIMITED,
        FailureStatus.UNAVAILABLE,
        FailureStatus.BAD_ANSWER,
    }
)
"""Failures that another attempt may not meet."""


class ToolFailed(ProviderError):
    """A tool did not do its work.

    Attributes:
        status: in which way.
        retry_after_s: when it may be asked again, where it says so.
    """

    def __init__(self, status: FailureStatus, message: str, *, retry_after_s: float | None = None) -> None:
        self.status = status
        self.retry_after_s = retry_after_s
        super().__init__(message)


def status_of(error: BaseException) -> FailureStatus:
    """The status that an error of a tool stands for."""
    match error:
        case ToolFailed(status=status):
            return status
        case ProviderTimeout() | TimeoutError():
            return FailureStatus.TIMEOUT
        case ProviderRefused():
            return FailureStatus.REFUSED
        case _:
            return FailureStatus.ERROR
