"""Slack as the sandbox plays it: a bot's messages and an incoming webhook. Failures are 200 with `ok: false`."""

from __future__ import annotations

from typing import Any

from starlette.responses import JSONResponse, PlainTextResponse, Response

from evals.sandbox.limits import RateLimiter
from evals.sandbox.service import Asked, bearer
from evals.sandbox.state import Post

TOKEN = "xoxb-sandbox"
CHANNEL = "C0SANDBOX"
CHANNELS = {CHANNEL: "", "C0ARCHIVED": "is_archived", "C0STRANGER": "not_in_channel"}
"""The channels there are, with the error of those that the bot cannot post in."""
WEBHOOK_PATH = "T0SANDBOX/B0SANDBOX/sandboxsecret"
_MAX_TEXT = 40_000


class Slack:
    """The vendor's manners."""

    def refused(self, asked: Asked) -> Response | None:
        token = bearer(asked)
        return None if token == TOKEN else _failed("invalid_auth" if token else "not_authed")

    def limited_as(self, asked: Asked) -> str:
        return str(asked.json.get("channel")) if isinstance(asked.json, dict) else ""

    def too_many(self, asked: Asked, retry_after_s: int) -> Response:
        body = {"ok": False, "error": "ratelimited"}
        return JSONResponse(body, status_code=429, headers={"Retry-After": str(retry_after_s)})

    def broken(self, asked: Asked) -> Response:
        return JSONResponse({"ok": False, "error": "internal_error"}, status_code=500)

    def finished(self, response: Response, limiter: RateLimiter, asked: Asked) -> Response:
        return response


class SlackWebhook(Slack):
    """The same for the incoming webhook, which speaks plain text and is its own key."""

    def refused(self, asked: Asked) -> Response | None:
        if asked.request.path_params["path"] == WEBHOOK_PATH:
            return None
        return PlainTextResponse("no_service", status_code=404)

    def limited_as(self, asked: Asked) -> str:
        return WEBHOOK_PATH

    def too_many(self, asked: Asked, retry_after_s: int) -> Response:
        return PlainTextResponse("rate_limited", status_code=429, headers={"Retry-After": str(retry_after_s)})

    def broken(self, asked: Asked) -> Response:
        return PlainTextResponse("internal_error", status_code=500)


def post_message(asked: Asked) -> Response:
    """`POST /api/chat.postMessage`."""
    if not isinstance(asked.json, dict):
        return _failed("invalid_json" if asked.raw else "no_text")
    channel, text = asked.json.get("channel"), asked.json.get("text")
    if channel not in CHANNELS:
        return _failed("channel_not_found")
    if CHANNELS[channel]:
        return _failed(CHANNELS[channel])
    if not isinstance(text, str) or not text:
        return _failed("no_text")
    if len(text) > _MAX_TEXT:
        return _failed("msg_too_long")
    post = _posted(asked, channel, text, _key(asked.json))
    message = {"text": text, "type": "message", "bot_id": "B0SANDBOX", "ts": post.ts}
    return JSONResponse({"ok": True, "channel": channel, "ts": post.ts, "message": message})


def post_to_webhook(asked: Asked) -> Response:
    """`POST /services/…`: the word "ok", and nothing to find the message again by."""
    if not isinstance(asked.json, dict):
        return PlainTextResponse("invalid_payload", status_code=400)
    text = asked.json.get("text")
    if not isinstance(text, str) or not text:
        return PlainTextResponse("no_text", status_code=400)
    _posted(asked, CHANNEL, text, "")
    return PlainTextResponse("ok")


def _posted(asked: Asked, channel: str, text: str, key: str) -> Post:
    seconds = int(asked.state.now().timestamp())
    post = Post(channel=channel, ts=f"{seconds}.{len(asked.state.posts) + 1:06d}", text=text, key=key)
    asked.state.posts.append(post)
    return post


def _key(body: dict[str, Any]) -> str:
    metadata = body.get("metadata")
    payload = metadata.get("event_payload") if isinstance(metadata, dict) else None
    return str(payload.get("idempotency_key", "")) if isinstance(payload, dict) else ""


def _failed(error: str) -> Response:
    return JSONResponse({"ok": False, "error": error})
