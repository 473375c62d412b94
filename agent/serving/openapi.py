"""The service's description of itself (OpenAPI 3.1), made from the very models that check bodies, and a page of it."""

from __future__ import annotations

import html
import json
from typing import Any

from pydantic.json_schema import models_json_schema

from agent.turn_schema import PUBLIC_MODELS

_EXAMPLE = {
    "schema": 1,
    "call_sid": "CA1",
    "turn_id": "CA1-0",
    "seq": 0,
    "flow_id": "booking",
    "event": "answered",
    "now_iso": "2026-05-18T09:00:00+01:00",
}

_FAULTS = {
    "401": "The service's token is missing or another.",
    "404": "No such flow here.",
    "408": "The body took too long.",
    "409": "The engine does not take this turn.",
    "413": "The body is too long.",
    "422": "The body is no turn; `mistakes` lists everything wrong with it.",
    "500": "The engine failed.",
    "503": "Too many turns in flight, or a store or tool is gone; see `Retry-After`.",
    "504": "Not answered in time. The same turn again goes on with it.",
}


def description(version: str, *, with_token: bool) -> dict[str, Any]:
    """The OpenAPI document."""
    _, definitions = models_json_schema(
        [(model, "validation") for model in PUBLIC_MODELS.values()],
        ref_template="#/components/schemas/{model}",
    )
    schemas = definitions["$defs"]
    names = {name: model.__name__ for name, model in PUBLIC_MODELS.items()}
    components: dict[str, Any] = {"schemas": schemas}
    document: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {
            "title": "milliwatt: the cognitive layer as a service",
            "version": version,
            "description": "One caller turn in, the agent's actions out. A turn is known by `call_sid` and "
            "`turn_id`: the same one again gets its first answer, and nothing is done twice.",
        },
        "paths": _paths(names),
        "components": components,
    }
    if with_token:
        components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
        document["security"] = [{"token": []}]
    return document


def page(document: dict[str, Any]) -> str:
    """The document as a page of HTML, without scripts and without anything from elsewhere."""
    parts = []
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            parts.append(f"<h2><code>{method.upper()} {html.escape(path)}</code></h2>")
            parts.append(f"<p>{html.escape(operation['summary'])}</p><ul>")
            parts += [
                f"<li><b>{status}</b> {html.escape(answer['description'])}</li>"
                for status, answer in operation["responses"].items()
            ]
            parts.append("</ul>")
    schemas = html.escape(json.dumps(document["components"]["schemas"], indent=1))
    example = html.escape(json.dumps(_EXAMPLE, indent=1))
    info = document["info"]
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>milliwatt</title>'
        "<style>body{font:16px/1.5 system-ui;max-width:52rem;margin:2rem auto;padding:0 1rem}"
        "pre{background:#f4f4f4;padding:1rem;overflow:auto}</style>"
        f"<h1>{html.escape(info['title'])}</h1><p>{html.escape(info['description'])}</p>"
        f"<p>Version {html.escape(info['version'])}; <a href='/openapi.json'>openapi.json</a></p>"
        f"<h2>A turn</h2><pre>{example}</pre>{''.join(parts)}<h2>Schemas</h2><pre>{schemas}</pre></html>"
    )


def _paths(names: dict[str, str]) -> dict[str, Any]:
    def json_of(schema: dict[str, Any]) -> dict[str, Any]:
        return {"application/json": {"schema": schema}}

    def model(name: str) -> dict[str, Any]:
        return {"$ref": f"#/components/schemas/{names[name]}"}

    faults = {
        status: {"description": text, "content": json_of(model("FaultBody"))}
        for status, text in _FAULTS.items()
    }
    turn = {
        "required": True,
        "content": {"application/json": {"schema": model("Turn"), "example": _EXAMPLE}},
    }
    text = {"text/plain": {"schema": {"type": "string"}}}
    checks = json_of({"type": "object", "properties": {"status": {"type": "string"}}, "required": ["status"]})
    flows = json_of(
        {
            "type": "object",
            "required": ["flows"],
            "properties": {
                "flows": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "required": ["flow", "fingerprint", "start", "outcomes", "tools"],
                        "properties": {
                            "flow": {"type": "string"},
                            "fingerprint": {"type": "string"},
                            "start": {"type": "string"},
                            "outcomes": {"type": "array", "items": {"type": "string"}},
                            "tools": {"type": "array", "items": {"type": "string"}},
                        },
                    },
                }
            },
        }
    )
    return {
        "/v1/turns": {
            "post": {
                "operationId": "run_turn",
                "summary": "Answers a turn, whole.",
                "requestBody": turn,
                "responses": {
                    "200": {"description": "The answer.", "content": json_of(model("TurnOutput"))},
                    **faults,
                },
            }
        },
        "/v1/turns/stream": {
            "post": {
                "operationId": "stream_turn",
                "summary": "Answers a turn as it becomes known: a line for each action, lastly one with the output. "
                "A stream that breaks before that line may be asked for again: it begins with the same actions.",
                "requestBody": turn,
                "responses": {
                    "200": {
                        "description": "Lines of JSON, each a `StreamLine`.",
                        "content": {"application/x-ndjson": {"schema": model("StreamLine")}},
                    },
                    **faults,
                },
            }
        },
        "/v1/flows": {
            "get": {
                "operationId": "flows",
                "summary": "The flows that are answered here.",
                "responses": {
                    "200": {"description": "They are these.", "content": flows},
                    "401": faults["401"],
                },
            }
        },
        "/healthz": {
            "get": {
                "operationId": "alive",
                "summary": "Whether this process lives.",
                "security": [],
                "responses": {"200": {"description": "It does.", "content": checks}},
            }
        },
        "/readyz": {
            "get": {
                "operationId": "ready",
                "summary": "Whether turns may be sent here.",
                "security": [],
                "responses": {
                    "200": {"description": "They may.", "content": checks},
                    "503": {"description": "Not now.", "content": checks},
                },
            }
        },
        "/metrics": {
            "get": {
                "operationId": "metrics",
                "summary": "Metrics for Prometheus.",
                "responses": {
                    "200": {"description": "In its text format.", "content": text},
                    "401": faults["401"],
                    "501": {
                        "description": "Its package is not installed here.",
                        "content": json_of(model("FaultBody")),
                    },
                },
            }
        },
    }
