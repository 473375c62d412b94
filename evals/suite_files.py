"""What a run is made of, by content: its suites' files, clips, flows with their documents, cards; its agent's file.

A run keeps these hashes. It is gone on with, and merged with its other shards, only where they are the same: calls
of two different suites under one name would be a run that nobody played.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from agent.agent_file import agent_path, load_agent
from agent.agent_knowledge import flow_with_documents
from agent.cognitive.flow_file import load_flow
from agent.errors import BadAgentFile, BadKnowledge
from agent.flow_documents import documents_fingerprint
from evals.errors import BadInput
from evals.scenario.flow_names import flow_path
from evals.scenario.model import Suite

SHORT = 8  # characters of a hash that people are shown


def hashes_of(suite: Suite, file: Path, cards: Sequence[Path]) -> dict[str, str]:
    """SHA-256 of each file that the suite's results depend on, named `<suite>/<file>`.

    Files of one name in two folders stay apart by their suites' names, which a run has once each.

    Raises:
        BadInput: a file cannot be read.
    """
    folder = Path(suite.folder)
    flows = sorted({scenario.flow for scenario in suite.scenarios})
    files = {file.name: file}
    files |= {f"flow {flow}": flow_path(flow, folder) for flow in flows}
    files |= {f"scorecards/{card.name}": card for card in cards}
    hashes = {f"{suite.name}/{name}": _sha256(path) for name, path in files.items()}
    for flow in flows:
        path = flow_path(flow, folder)
        try:
            documents = documents_fingerprint(load_flow(path), path)
        except BadKnowledge as error:
            raise BadInput(str(error.where), error.mistakes) from error
        if documents:
            hashes[f"{suite.name}/documents of {flow}"] = documents
    for scenario in suite.scenarios:
        for step in scenario.caller:
            if step.clip:
                hashes[f"{suite.name}/{step.clip}"] = step.clip_sha256
    return hashes


def agent_hashes(settings: Mapping[str, str]) -> dict[str, str]:
    """SHA-256 of what the agent of a file is made of, where the settings name one: the file, its flow, its documents.

    Raises:
        BadInput: a file cannot be used; lists every mistake.
    """
    if "file" not in settings:
        return {}
    try:
        agent = load_agent(agent_path(settings["file"]))
        documents = documents_fingerprint(flow_with_documents(agent), agent.flow_path)
    except (BadAgentFile, BadKnowledge) as error:
        raise BadInput(str(error.where), error.mistakes) from error
    hashes = {
        f"agent/{agent.path.name}": agent.sha256,
        f"agent/{agent.flow_path.name}": _sha256(agent.flow_path),
    }
    return {**hashes, "agent/documents": documents} if documents else hashes


def differences(was: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """What became of each file that is not the same: one line each, such as `smoke/smoke.yaml changed (…)`."""
    told = []
    for name in sorted({*was, *now}):
        old, new = was.get(name), now.get(name)
        if old is None:
            told.append(f"{name} is new")
        elif new is None:
            told.append(f"{name} is gone")
        elif old != new:
            told.append(f"{name} changed (sha256 {old[:SHORT]}… then, {new[:SHORT]}… now)")
    return told


def _sha256(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise BadInput(str(path), [f"cannot be read: {error.strerror}"]) from error
