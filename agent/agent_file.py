"""Agent files: TOML in, an `AgentConfig` out, or one `BadAgentFile` that lists every mistake in the file.

    schema = 1
    name = "booking"
    tenant = "quantum"
    language = "en-GB"
    voice = "en-gb"
    time_zone = "Europe/London"
    flow = "booking"                 # a built-in flow, or a path from this file's folder
    goals = ["booked"]               # outcomes of the flow

    [vendors.cal_com]
    event_type_id = 123

    [tools]
    "cal.propose_slots" = "cal_com"
    "cal.create_booking" = "cal_com"

    [stores]
    journal = "sqlite:///calls.db"

TOML, because people write and comment these files by hand: it has comments and dates, no value changes its type by its
looks as in YAML 1.1, nothing in it refers to anything else, and Python reads it without a package. `docs/agents.md` has
every key. Nothing here reads the environment or asks anybody: a file is right or wrong by itself.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from agent.agent_config import AgentConfig
from agent.agent_file_audio import settings_of
from agent.agent_file_flow import adjusted_flow
from agent.agent_file_places import knowledge_of, stores_of
from agent.agent_file_reading import dotted, part, unknown_key
from agent.agent_file_secrets import secret_texts, secrets_in
from agent.agent_file_tools import tools_of
from agent.cognitive.flow import Flow
from agent.cognitive.flow_file import BUILT_IN_FLOWS, load_flow
from agent.errors import BadAgentFile, BadFlow

AGENT_SCHEMA = 1
MAX_AGENT_BYTES = 256_000
"""Reference agents have 2,000; a file larger than this is a mistake of some kind."""

BUILT_IN_AGENTS = Path(__file__).parent / "agents"
"""The folder of the reference agents' files."""

_KEYS = (
    *("schema", "name", "tenant", "language", "voice", "time_zone", "goals", "flow", "variables"),
    *("knowledge", "vendors", "tools", "guard", "models", "prices", "stores", "handoff", "audio"),
)
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?")
_Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,63}$")]


class _Head(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)

    name: _Name = ""
    tenant: Annotated[str, Field(max_length=100)] = ""
    language: str = "en-GB"
    voice: Annotated[str, Field(max_length=100)] = ""
    time_zone: str = ""
    goals: list[str] = []
    flow: Annotated[str, Field(min_length=1)] = "-"


def agent_path(agent: str, folder: Path = Path()) -> Path:
    """The file of an agent: `booking` is the built-in one; with `/` or `.toml` in it, a path from `folder`."""
    if "/" in agent or agent.endswith(".toml"):
        return folder / agent
    return BUILT_IN_AGENTS / f"{agent}.toml"


def built_in_agents() -> list[str]:
    """The agents that come with the product."""
    return sorted(path.stem for path in BUILT_IN_AGENTS.glob("*.toml"))


def load_agent(path: Path | str) -> AgentConfig:
    """The agent of a file.

    Raises:
        BadAgentFile: it is none; with every mistake found, those of its flow among them.
    """
    path = Path(path)
    data = _bytes(path)
    return config_of(_parsed(data, path), path, hashlib.sha256(data).hexdigest())


def config_of(raw: Mapping[str, Any], path: Path, sha256: str) -> AgentConfig:
    """The agent of a file's tables.

    Args:
        raw: what TOML made of the file.
        path: the file; what it names is looked for from its folder.
        sha256: of its bytes.

    Raises:
        BadAgentFile: it is none; with every mistake found.
    """
    secret = dict(secrets_in(raw))
    others: list[str] = []
    config = _config(raw, path, sha256, others)
    # A place that holds a secret has one mistake, and no other message may repeat what stands there.
    held = list(secret_texts(raw))
    mistakes = list(secret.values())
    mistakes += [
        said
        for said in others
        if said.partition(": ")[0] not in secret and not any(text in said for text in held)
    ]
    if mistakes or config is None:
        raise BadAgentFile(str(path), list(dict.fromkeys(mistakes)))
    return config


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_AGENT_BYTES + 1)
    except OSError as error:
        known = f"; there are {', '.join(built_in_agents())}" if path.parent == BUILT_IN_AGENTS else ""
        raise BadAgentFile(str(path), [f"cannot be read: {error.strerror}{known}"]) from error
    if len(data) > MAX_AGENT_BYTES:
        raise BadAgentFile(str(path), [f"more than {MAX_AGENT_BYTES} bytes are no agent file"])
    return data


def _parsed(data: bytes, path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise BadAgentFile(str(path), [f"is not UTF-8: byte {error.start} cannot be read"]) from error
    except tomllib.TOMLDecodeError as error:
        raise BadAgentFile(str(path), [f"is no TOML: {str(error)[:200]}"]) from error
    except (RecursionError, ValueError) as error:
        raise BadAgentFile(
            str(path), ["is no TOML that can be read: nested too deeply, or too long"]
        ) from error


def _config(raw: Mapping[str, Any], path: Path, sha256: str, mistakes: list[str]) -> AgentConfig | None:
    mistakes += [unknown_key(dotted(key), key, _KEYS) for key in raw if key not in _KEYS]
    if raw.get("schema") != AGENT_SCHEMA or isinstance(raw.get("schema"), bool):
        mistakes.append(f"schema: {AGENT_SCHEMA} is wanted, the only one there is")
    mistakes += [f"{key}: missing" for key in ("name", "flow") if key not in raw]
    head = part(_Head, raw, mistakes) or _Head()
    mistakes += _head_mistakes(head)
    flow, flow_path = _flow(raw, head, path, mistakes)
    variables = _texts_by_name(raw.get("variables"), "variables", mistakes)
    handoff = _texts_by_name(raw.get("handoff"), "handoff", mistakes)
    knowledge = knowledge_of(raw.get("knowledge"), path, flow, flow_path, mistakes)
    stores = stores_of(raw.get("stores"), mistakes)
    settings = settings_of(raw.get("audio"), raw.get("prices"), head.voice, head.language, mistakes)
    tools = tools_of(raw.get("tools"), raw.get("vendors"), flow, head.time_zone, mistakes)
    if flow is None:
        return None
    mistakes += [
        f"{dotted('variables', name)}: the flow {flow.name} has no such variable; it has {', '.join(flow.variables)}"
        for name in variables
        if name not in flow.variables
    ]
    flow = replace(flow, variables={**flow.variables, **variables})
    flow = adjusted_flow(flow, raw, mistakes)
    outcomes = flow.outcomes()
    mistakes += [
        f"goals: the flow {flow.name} has no outcome {goal!r}; it has {', '.join(outcomes)}"
        for goal in head.goals
        if goal not in outcomes
    ]
    return AgentConfig(
        path=path,
        sha256=sha256,
        name=head.name,
        tenant=head.tenant,
        language=head.language,
        time_zone=head.time_zone,
        goals=tuple(head.goals),
        variables=variables,
        flow=flow,
        flow_path=flow_path,
        tools=tools,
        knowledge=knowledge,
        handoff=handoff,
        stores=stores,
        settings=settings,
    )


def _head_mistakes(head: _Head) -> list[str]:
    mistakes = []
    if not _LANGUAGE.fullmatch(head.language):
        mistakes.append("language: a tag such as en-GB is wanted")
    elif not head.language.startswith("en"):
        mistakes.append(
            f"language: {head.language} is not understood yet; flows and dates are English (en-GB)"
        )
    if head.time_zone and not is_zone(head.time_zone):
        mistakes.append("time_zone: there is no such zone; an IANA name such as Europe/London is wanted")
    return mistakes


def is_zone(name: str) -> bool:
    """Whether there is a time zone of this name."""
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        return False
    return True


def _flow(raw: Mapping[str, Any], head: _Head, path: Path, mistakes: list[str]) -> tuple[Flow | None, Path]:
    named = raw.get("flow")
    if not isinstance(named, str) or not named:
        return None, path  # said of the head
    is_path = "/" in named or named.endswith(".json")
    if is_path and Path(named).is_absolute():
        mistakes.append("flow: the path is on one machine only; give it from this file's folder")
        return None, path
    flow_path = path.parent / named if is_path else BUILT_IN_FLOWS / f"{named}.json"
    try:
        return load_flow(flow_path), flow_path
    except BadFlow as error:
        known = ", ".join(sorted(file.stem for file in BUILT_IN_FLOWS.glob("*.json")))
        hint = f"; built in are {known}" if not flow_path.exists() else ""
        mistakes += [f"flow {named}: {mistake}{hint}" for mistake in error.mistakes]
        return None, flow_path


def _texts_by_name(raw: Any, place: str, mistakes: list[str]) -> dict[str, str]:
    if raw is None:
        return {}
    if not isinstance(raw, Mapping):
        mistakes.append(f"{place}: a table of texts is wanted")
        return {}
    for name, value in raw.items():
        if not isinstance(value, str):
            mistakes.append(f"{dotted(place, name)}: a text is wanted, in quotes")
        elif len(value) > 2_000:
            mistakes.append(f"{dotted(place, name)}: {len(value)} characters are too many (2,000)")
    return {name: value for name, value in raw.items() if isinstance(value, str)}
