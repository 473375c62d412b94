"""What a service lets in: how much, how many at once, for how long, and from whom."""

from __future__ import annotations

import asyncio
import hmac
from dataclasses import dataclass

from starlette.requests import ClientDisconnect, Request

from agent.serving.fault import Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of a service.

    Attributes:
        body_bytes: the longest body; a turn of 10,000 characters with 200 variables is well below it.
        body_s: how long a body may take to arrive.
        turn_s: how long a turn may take to be answered; its tools have deadlines of their own.
        turns: turns in flight at once; one more is told to come back.
        grace_s: how long turns in flight may take to end when the service is told to stop.
    """

    body_bytes: int = 1_048_576
    body_s: float = 10.0
    turn_s: float = 30.0
    turns: int = 256
    grace_s: float = 30.0


RETRY_AFTER_S = 1
"""What a client that was told to come back should wait; a turn is over by then."""


async def bounded_body(request: Request, limits: Limits) -> bytes:
    """The request's body.

    Raises:
        Refused: it is too long (whatever its length claims to be), too slow, or was given up.
    """
    claimed = request.headers.get("content-length", "0")
    # A length of more digits than this is too long whatever it says.
    if not claimed.isdecimal() or len(claimed) > 18 or int(claimed) > limits.body_bytes:
        raise _too_long(limits)
    body = bytearray()
    try:
        async with asyncio.timeout(limits.body_s):
            async for chunk in request.stream():
                body += chunk
                if len(body) > limits.body_bytes:
                    raise _too_long(limits)
    except TimeoutError:
        raise Refused(
            408, "slow_body", f"the body took longer than {limits.body_s:g} s", retry=True
        ) from None
    except ClientDisconnect:
        raise Refused(400, "broken_body", "the body was given up half way", retry=True) from None
    return bytes(body)


def check_token(request: Request, token: str) -> None:
    """Lets the request through when the service asks for no token, or for the one it brings.

    Raises:
        Refused: it does not bring it.
    """
    if not token:
        return
    scheme, _, brought = request.headers.get("authorization", "").partition(" ")
    # Compared as a whole, in a time that tells nothing of where they differ.
    same = hmac.compare_digest(brought.strip().encode("utf-8", "replace"), token.encode())
    if scheme.lower() != "bearer" or not same:
        raise Refused(
            401,
            "no_token",
            "send the service's token as `Authorization: Bearer TOKEN`",
            headers={"WWW-Authenticate": "Bearer"},
        )


class Places:
    """Turns in flight, and how many there may be."""

    def __init__(self, most: int) -> None:
        self._most = most
        self.taken = 0

    def __enter__(self) -> None:
        if self.taken >= self._most:
            raise Refused(
                503,
                "busy",
                f"{self._most} turns are in flight here already",
                retry=True,
                headers={"Retry-After": str(RETRY_AFTER_S)},
            )
        self.taken += 1

    def __exit__(self, *_: object) -> None:
        self.taken -= 1


def _too_long(limits: Limits) -> Refused:
    # What is still to come would be read as the next request.
    return Refused(
        413,
        "long_body",
        f"a body may have {limits.body_bytes} bytes",
        headers={"Connection": "close"},
    )
