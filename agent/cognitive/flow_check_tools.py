"""What makes a flow's rules for its tools unfit: times that cannot be kept, lines that cannot be said."""

from __future__ import annotations

from collections.abc import Iterator

from agent.cognitive.flow import Flow
from agent.cognitive.wording import placeholder_mistakes, placeholders

MIN_DEADLINE_MS = 50
"""Less than a round trip to anywhere."""
MAX_DEADLINE_MS = 30_000
"""Nobody holds a silent line for longer."""
MAX_ATTEMPTS = 10


def tool_mistakes(flow: Flow) -> Iterator[str]:
    """Every mistake in the rules of the flow's tools, one sentence each."""
    for name, rules in flow.tool_rules.items():
        place = f"tools.{name}"
        if not MIN_DEADLINE_MS <= rules.deadline_ms <= MAX_DEADLINE_MS:
            yield (
                f"{place}.deadline_ms: {rules.deadline_ms} is not between {MIN_DEADLINE_MS} and {MAX_DEADLINE_MS}"
            )
        if not 1 <= rules.attempts <= MAX_ATTEMPTS:
            yield f"{place}.attempts: {rules.attempts} is not between 1 and {MAX_ATTEMPTS}"
        if rules.filler_after_ms < 0:
            yield f"{place}.filler_after_ms: {rules.filler_after_ms} is before the call"
        if rules.filler and rules.filler_after_ms >= rules.deadline_ms:
            yield (
                f"{place}.filler: after {rules.filler_after_ms} ms it is never said, since the deadline is "
                f"{rules.deadline_ms} ms"
            )
        yield from (f"{place}.filler: {mistake}" for mistake in placeholder_mistakes(rules.filler))
        for placeholder in placeholders(rules.filler):
            if placeholder.name not in flow.variables:
                yield f"{place}.filler: {{{{{placeholder.name}}}}} is not among the flow's variables"
