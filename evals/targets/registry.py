"""From what `--target` says to the thing that answers calls."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agent.agent_config import AgentConfig
from agent.agent_file import agent_path, load_agent
from agent.cache import ContentCache
from agent.errors import BadAgentFile, BadSettings
from agent.remote_turn import checked_url, http_package
from agent.settings import settings_from
from evals.errors import BadInput
from evals.sim.known_agents import KnownAgent
from evals.sim.latency import PROFILES
from evals.sim.planted.agent import PlantedAgent
from evals.sim.planted.behaviour import Behaviour
from evals.sim.planted.faults import BY_NAME
from evals.targets.reference import ReferenceTarget

_KNOWN = re.compile(r"known:answer=(\d{1,5})(?:,stop=(\d{1,5}))?")
_PLANTED = re.compile(r"planted:(?:clean|([a-z_]+)=(\d{1,4}(?:\.\d{1,4})?))(?:,seed=(\d{1,9}))?")


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
) -> tuple[ReferenceTarget, ReferenceTarget | KnownAgent | PlantedAgent]:
    """The reference agent (callers borrow its voices) and the target itself, which may be the same.

    Raises:
        BadInput: there is no such target, setting or profile.
    """
    mistakes = []
    if spec.latency not in PROFILES:
        mistakes.append(f"--latency {spec.latency}: there is no such profile; there is {', '.join(PROFILES)}")
    changes = dict(spec.settings or {})
    agent = _agent(changes, mistakes)
    try:
        settings = settings_from(changes, agent.settings if agent is not None else None)
    except BadSettings as error:
        settings = settings_from({})
        mistakes.extend(str(error).splitlines())
    if settings.flow_url:
        try:
            checked_url(settings.flow_url)
            http_package()
        except BadSettings as error:
            mistakes.append(str(error))
    known = _KNOWN.fullmatch(spec.name)
    planted = _planted(spec.name, mistakes)
    if spec.name != "reference" and known is None and planted is None and not mistakes:
        mistakes.append(
            f"--target {spec.name}: there is 'reference'; and fakes of known truth, 'known:answer=MS[,stop=MS]' and "
            "'planted:FAULT=STRENGTH[,seed=N]' or 'planted:clean' (docs/calibration.md)"
        )
    if mistakes:
        raise BadInput("target", mistakes)
    reference = ReferenceTarget(
        settings,
        profile=PROFILES[spec.latency],
        cache=cache,
        flow=settings.flow if "flow" in changes else None,
        agent=agent,
    )
    if planted is not None:
        return reference, planted
    if known is None:
        return reference, reference
    stop = int(known[2]) if known[2] else None
    return reference, KnownAgent(answer_ms=int(known[1]), stop_ms=stop)


def _agent(changes: dict[str, str], mistakes: list[str]) -> AgentConfig | None:
    """The agent that `agent.file` names, taken out of the changes; None where none is named, or it is faulty."""
    if "file" not in changes:
        return None
    named = changes.pop("file")
    for key in ("flow", "flow_url"):
        if key in changes:
            mistakes.append(
                f"agent.{key}={changes[key]}: the agent file {named} has its own flow; leave it out"
            )
    try:
        return load_agent(agent_path(named))
    except BadAgentFile as error:
        mistakes.append(str(error))
        return None


def _planted(name: str, mistakes: list[str]) -> PlantedAgent | None:
    """The planted agent of this name; None where it is another target's, or a mistake, which is noted."""
    found = _PLANTED.fullmatch(name)
    if found is None:
        return None
    fault, seed = found[1], int(found[3] or 1)
    if fault is None:
        return PlantedAgent(name=name, behaviour=Behaviour(), seed=seed)
    if fault not in BY_NAME:
        mistakes.append(f"--target {name}: there is no fault {fault}; there are {', '.join(BY_NAME)}")
        return None
    return PlantedAgent(name=name, behaviour=BY_NAME[fault].behaviour(float(found[2])), seed=seed)
