"""Secrets written into an agent file: found by their looks, and never repeated in what is said of them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from agent.agent_file_reading import dotted

_NAMES = re.compile(r"(?:.*_)?(?:api_?key|token|secret|password|passwd|credentials?)", re.IGNORECASE)
"""Keys whose values would be secrets. Those of vendors end in `_env` and hold a variable's name."""

# Prefixes as the vendors' own documents give them: Slack, OpenAI and Anthropic, HubSpot, Cal.com, GitHub, AWS, Stripe.
_PREFIXED = re.compile(
    r"\b(?:xox[abeoprs]-|xapp-|sk-[A-Za-z0-9]|pat-(?:[a-z0-9]+-)?[0-9a-f]{6}|cal_(?:live_|test_)?[A-Za-z0-9]{6}"
    r"|gh[pousr]_|github_pat_|AKIA[0-9A-Z]{12}|[rsp]k_(?:live|test)_|whsec_|Bearer\s+\S{8}|-----BEGIN)"
)
_SLACK_WEBHOOK = re.compile(r"hooks\.slack\.com/(?:services|workflows|triggers)/", re.IGNORECASE)
_RUN = re.compile(r"[A-Za-z0-9+=]{28,}")
"""Longer than any word or model's name; a run with digits, capitals and small letters in it was made by a machine."""


def secrets_in(raw: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Each place that holds what looks like a secret, and what to do; the value itself is never said."""
    for steps, value in _texts(raw, ()):
        place = dotted(*steps)
        if _named_for_one(steps):
            yield (
                place,
                f"{place}: secrets do not stand in this file; write `{steps[-1]}_env` and a variable's name",
            )
        elif looks_secret(value):
            yield (
                place,
                f"{place}: looks like a secret; keep it in the environment and name the variable here",
            )


def secret_texts(raw: Mapping[str, Any]) -> Iterator[str]:
    """The texts that look like secrets: no message may have one in it."""
    for _, value in _texts(raw, ()):
        if looks_secret(value):
            yield value


def looks_secret(text: str) -> bool:
    """Whether a text looks like a key, a token or an address with a password in it."""
    if _PREFIXED.search(text) or _SLACK_WEBHOOK.search(text):
        return True
    if "://" in text:
        try:
            if urlsplit(text).password:
                return True
        except ValueError:
            return False
    return any(
        any(map(str.isdigit, run)) and any(map(str.isupper, run)) and any(map(str.islower, run))
        for run in _RUN.findall(text)
    )


def _named_for_one(steps: tuple[str | int, ...]) -> bool:
    # What a flow or a schema calls its own (`variables.token`, an argument) is no setting.
    settings = steps[0] not in ("variables", "handoff") and "arguments" not in steps and "send" not in steps
    return settings and isinstance(steps[-1], str) and bool(_NAMES.fullmatch(steps[-1]))


def _texts(value: Any, steps: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if isinstance(value, str):
        yield steps, value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _texts(inner, (*steps, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _texts(inner, (*steps, number))
