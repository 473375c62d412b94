"""Suite files for tests: a small flow beside a suite, whose parts a test replaces."""

import json
from pathlib import Path

FLOW = {
    "schema": 1,
    "flow": "shop",
    "start": "greeting",
    "tools": {"shop.order": []},
    "too_long": "leave",
    "on": {"no_speech": "leave", "unclear": "leave"},
    "states": {
        "greeting": {"ask": "Would you like to order?", "on": {"yes": "order"}},
        "order": {"action": {"tool": "shop.order"}, "on": {"success": "close", "failure": "leave"}},
        "close": {"say": "Bye.", "outcome": "ordered"},
        "leave": {"say": "Bye.", "outcome": "left"},
    },
    "intents": {"yes": ["yes please"]},
}

HEAD = """\
schema: 1
suite: shop
flow: shop.json
now: "2026-05-18T09:00:00"
time_zone: Europe/London
"""

SCENARIO = """\
scenarios:
  - id: orders
    caller:
      - says: "I'd like two of those."
"""


def write_suite(folder: Path, text: str, name: str = "suite.yaml") -> Path:
    """The suite file, with the flow beside it."""
    (folder / "shop.json").write_text(json.dumps(FLOW), "utf-8")
    path = folder / name
    path.write_text(text, "utf-8")
    return path
