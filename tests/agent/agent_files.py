"""Small agent files for tests."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.agent.cognitive.builders import flow_json

DOOR = """
schema = 1
name = "porter"
tenant = "house"
voice = "en-gb-scotland"
time_zone = "Europe/London"
flow = "flows/door.json"
goals = ["inside"]

[variables]
name = "Robin"

[tools]
"door.open" = "none"
"""


def an_agent_file(folder: Path, text: str = DOOR, **flow: Any) -> Path:
    """An agent file beside a flow of the test builders; `flow` replaces the flow's top-level parts."""
    (folder / "flows").mkdir(exist_ok=True)
    (folder / "flows" / "door.json").write_text(json.dumps(flow_json(**flow)), encoding="utf-8")
    path = folder / "porter.toml"
    path.write_text(text, encoding="utf-8")
    return path
