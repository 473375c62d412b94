"""From what `--target` says to the thing that answers calls."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agent.cache import ContentCache
from agent.errors import BadSettings
from agent.settings import settings_from
from evals.errors import BadInput
from evals.sim.known_agents import KnownAgent
from evals.sim.latency import PROFILES
from evals.targets.reference import ReferenceTarget

_KNOWN = re.compile(r"known:answer=(\d{1,5})(?:,stop=(\d{1,5}))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetSpec:
    """What was asked for: a target's name, changed settings, and a latency profile."""

    name: str = "reference"
    settings: Mapping[str, str] | None = None
    latency: str = "reference"


def changed_settings(changes: Sequence[str]) -> dict[str, str]:
    """The settings that `--set agent.KEY=VALUE`, given any number of times, changes.

    Raises:
        BadInput: one is written otherwise; lists every one.
    """
    settings: dict[str, str] = {}
    mistakes = []
    for change in changes:
        key, equals, value = change.partition("=")
        if not equals or not key.startswith("agent."):
            mistakes.append(f"--set {change}: write it as agent.KEY=VALUE")
        settings[key.removeprefix("agent.")] = value
    if mistakes:
        raise BadInput("options", mistakes)
    return settings


def make_targets(
    spec: TargetSpec, cache: ContentCache
) -> tuple[ReferenceTarget, ReferenceTarget | KnownAgent]:
    """The reference agent (callers borrow its voices) and the target itself, which may be the same.

    Raises:
        BadInput: there is no such target, setting or profile.
    """
    mistakes = []
    if spec.latency not in PROFILES:
        mistakes.append(f"--latency {spec.latency}: there is no such profile; there is {', '.join(PROFILES)}")
    try:
        settings = settings_from(spec.settings or {})
    except BadSettings as error:
        settings = settings_from({})
        mistakes.extend(str(error).splitlines())
    known = _KNOWN.fullmatch(spec.name)
    if spec.name != "reference" and known is None:
        mistakes.append(
            f"--target {spec.name}: there is 'reference', and 'known:answer=MS[,stop=MS]', a fake of known timing"
        )
    if mistakes:
        raise BadInput("target", mistakes)
    reference = ReferenceTarget(
        settings,
        profile=PROFILES[spec.latency],
        cache=cache,
        flow=settings.flow if "flow" in (spec.settings or {}) else None,
    )
    if known is None:
        return reference, reference
    stop = int(known[2]) if known[2] else None
    return reference, KnownAgent(answer_ms=int(known[1]), stop_ms=stop)
