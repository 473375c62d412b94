"""Anybody's own server as the sandbox plays it: every tool by webhook, done once for each idempotency key."""

from __future__ import annotations

import hmac
from hashlib import sha256
from typing import Any

from starlette.responses import JSONResponse, Response

from evals.sandbox.limits import RateLimiter
from evals.sandbox.service import Asked
from evals.sandbox.state import HookCall

SECRET = "sandbox-webhook-secret"
HUMAN_NUMBER = "+442079460100"
"""Who a transfer reaches; from the range Ofcom keeps for fiction."""


class Hooks:
    """A server's manners: a signature, where there is one, must be right."""

    def refused(self, asked: Asked) -> Response | None:
        said = asked.request.headers.get("X-Milliwatt-Signature")
        right = "sha256=" + hmac.new(SECRET.encode(), asked.raw, sha256).hexdigest()
        if said is None or hmac.compare_digest(said, right):
            return None
        return JSONResponse({"message": "the signature is wrong"}, status_code=401)

    def limited_as(self, asked: Asked) -> str:
        return ""

    def too_many(self, asked: Asked, retry_after_s: int) -> Response:
        body = {"message": "too many requests"}
        return JSONResponse(body, status_code=429, headers={"Retry-After": str(retry_after_s)})

    def broken(self, asked: Asked) -> Response:
        return JSONResponse({"message": "broken"}, status_code=500)

    def finished(self, response: Response, limiter: RateLimiter, asked: Asked) -> Response:
        return response


def hook(asked: Asked) -> Response:
    """`POST /hooks/{tool}`."""
    tool = asked.request.path_params["tool"]
    if not isinstance(asked.json, dict) or asked.json.get("tool") != tool:
        return JSONResponse({"message": "the body names another tool"}, status_code=400)
    key = asked.request.headers.get("Idempotency-Key", "")
    known = next((call for call in asked.state.hooks if key and (call.tool, call.key) == (tool, key)), None)
    if known is not None:
        known.times += 1
        return _answered(known)
    number = 1 + sum(call.tool == tool for call in asked.state.hooks)
    call = HookCall(tool=tool, key=key, arguments=asked.json.get("arguments"), number=number)
    asked.state.hooks.append(call)
    return _answered(call)


def _answered(call: HookCall) -> Response:
    value: dict[str, Any] = {"reference": f"{call.tool}-{call.number}"}
    if call.tool == "transfer_to_human":
        value["to"] = HUMAN_NUMBER
    return JSONResponse({"status": "success", "value": value})
