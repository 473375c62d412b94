"""The file of an agent's webhooks: JSON in, `WebhookConfig` out, or one `BadSettings` that lists every mistake.

    {"schema": 1,
     "webhooks": {
       "crm.send_video": {"url_env": "SEND_VIDEO_URL", "secret_env": "SEND_VIDEO_SECRET", "idempotent": true,
                          "arguments": {"type": "object", "properties": {"email": {"type": "string"}},
                                        "required": ["email"], "additionalProperties": false}}}}

An address that is a secret, and every shared secret, stays in the environment; the file names the variable.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from agent.cognitive.tools.arguments import ArgumentCheck
from agent.cognitive.tools.http import base_url_mistake
from agent.cognitive.tools.webhook import WebhookConfig
from agent.errors import BadSettings

MAX_FILE_BYTES = 256_000


class _Webhook(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    url: str = ""
    url_env: str = ""
    secret_env: str = ""
    arguments: dict[str, Any] = {"type": "object"}
    read_only: bool = False
    idempotent: bool = False


def load_webhooks(path: Path, environment: Mapping[str, str]) -> list[WebhookConfig]:
    """The webhooks of a file, with the addresses and secrets that it names.

    Raises:
        BadSettings: it cannot be used; with every mistake found.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_FILE_BYTES + 1)
        if len(raw) > MAX_FILE_BYTES:
            raise BadSettings(f"{path.name}: more than {MAX_FILE_BYTES} bytes are no list of webhooks")
        content = json.loads(raw)
    except OSError as error:
        raise BadSettings(f"{path.name}: cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise BadSettings(f"{path.name}: is no JSON: {error}") from error
    mistakes: list[str] = []
    if not isinstance(content, dict) or content.get("schema") != 1 or set(content) - {"schema", "webhooks"}:
        mistakes.append('the file is {"schema": 1, "webhooks": {...}} and nothing else')
    entries = content.get("webhooks") if isinstance(content, dict) else None
    if not isinstance(entries, dict):
        mistakes.append("webhooks: an object of tools by name is missing")
        entries = {}
    found = [_webhook(name, entry, environment, mistakes) for name, entry in entries.items()]
    if mistakes:
        raise BadSettings("\n".join(f"{path.name}: {mistake}" for mistake in mistakes))
    return [config for config in found if config is not None]


def _webhook(
    name: str, entry: Any, environment: Mapping[str, str], mistakes: list[str]
) -> WebhookConfig | None:
    try:
        model = _Webhook.model_validate(entry)
    except ValidationError as error:
        for detail in error.errors(include_input=False):
            at = ".".join([f"webhooks.{name}", *map(str, detail["loc"])])
            mistakes.append(f"{at}: {detail['msg'].removeprefix('Input ')}")
        return None
    before = len(mistakes)
    if bool(model.url) == bool(model.url_env):
        mistakes.append(f"webhooks.{name}: give either `url` or `url_env`")
    for variable in filter(None, (model.url_env, model.secret_env)):
        if not environment.get(variable):
            mistakes.append(f"webhooks.{name}: the environment has no {variable}")
    url = model.url or environment.get(model.url_env, "")
    mistake = base_url_mistake(url) if url else None
    if mistake:
        mistakes.append(f"webhooks.{name}: the address {mistake}")
    try:
        ArgumentCheck(model.arguments)
    except ValueError as error:
        mistakes.append(f"webhooks.{name}.arguments: is no JSON schema: {str(error)[:120]}")
    if len(mistakes) > before:
        return None
    return WebhookConfig(
        tool=name,
        url=url,
        secret=environment.get(model.secret_env, "") if model.secret_env else "",
        arguments_schema=model.arguments,
        read_only=model.read_only,
        idempotent=model.idempotent,
    )
