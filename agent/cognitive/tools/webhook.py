"""A tool that is anybody's own server: one POST of JSON, signed where a secret is shared.

    POST <url>                              Idempotency-Key: call/turn/0/crm.send_video
    {"tool": "crm.send_video",              X-Milliwatt-Signature: sha256=<hex>
     "arguments": {...},
     "idempotency_key": "..."}              → 200 {"status": "success", "value": {"ticket": "T-1"}}

`status` other than `success` is one that the flow may have a branch for; an empty body is a plain success. The
signature is HMAC-SHA256 over the body's bytes. Whether the server repeats nothing under a key that it has seen is for
whoever configures the webhook to say (`idempotent`).
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256

import httpx

from agent.cognitive.ports import ToolResult
from agent.cognitive.tools.http import HttpApi, part
from agent.turn import Json

KEY_HEADER = "Idempotency-Key"
SIGNATURE_HEADER = "X-Milliwatt-Signature"


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookConfig:
    """One webhook: the tool it is, where it is, what it takes, and what it promises."""

    tool: str
    url: str
    secret: str = ""
    arguments_schema: Mapping[str, Json] = field(default_factory=lambda: {"type": "object"})
    read_only: bool = False
    idempotent: bool = False


class Webhook:
    """The tool that a webhook is."""

    def __init__(self, config: WebhookConfig, client: httpx.AsyncClient) -> None:
        self._config = config
        self._http = HttpApi(
            f"the webhook of {config.tool}", config.url, client, secrets=(config.url, config.secret)
        )

    @property
    def name(self) -> str:
        return self._config.tool

    @property
    def read_only(self) -> bool:
        return self._config.read_only

    @property
    def idempotent(self) -> bool:
        return self._config.idempotent

    @property
    def arguments_schema(self) -> Mapping[str, Json]:
        return self._config.arguments_schema

    async def call(self, arguments: Mapping[str, Json], idempotency_key: str) -> ToolResult:
        body = {"tool": self.name, "arguments": arguments, "idempotency_key": idempotency_key}
        content = json.dumps(body, ensure_ascii=False).encode()
        headers = {KEY_HEADER: _header(idempotency_key)}
        if self._config.secret:
            headers[SIGNATURE_HEADER] = signature(self._config.secret, content)
        answer = await self._http.send("POST", "", content=content, headers=headers)
        self._http.check(answer)
        if not answer.text.strip():
            return ToolResult(ok=True, status="success")
        said = self._http.good(answer)
        status, value = part(said, "status"), part(said, "value")
        if not isinstance(said, Mapping) or not isinstance(status, str) or not status:
            raise self._http.strange("a status")
        if value is not None and not isinstance(value, Mapping):
            raise self._http.strange("a value that is an object")
        error = part(said, "error")
        return ToolResult(
            ok=status == "success",
            status=status,
            value=value or {},
            error=self._http.hidden(error) if isinstance(error, str) else "",
        )


def signature(secret: str, content: bytes) -> str:
    """What proves that a body comes from who knows the secret."""
    return "sha256=" + hmac.new(secret.encode(), content, sha256).hexdigest()


def _header(key: str) -> str:
    # A header holds printable ASCII only, and a call's id may be anything.
    return key if key.isascii() and key.isprintable() else sha256(key.encode()).hexdigest()
