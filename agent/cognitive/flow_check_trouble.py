"""Checks of the line that a flow says when the call's memory is away. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from agent.cognitive.flow import Flow
from agent.cognitive.wording import placeholders


def trouble_mistakes(flow: Flow) -> Iterator[str]:
    """Every mistake in the flow's `trouble`: it is said when nothing is known, so it can name nothing."""
    if not flow.trouble.strip():
        yield "trouble: says nothing, and a caller would hear silence; leave it out for the usual line"
    for placeholder in placeholders(flow.trouble):
        yield f"trouble: names {placeholder.name!r}, which is not at hand when memory is away"
