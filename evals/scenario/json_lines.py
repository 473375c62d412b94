"""A suite of thousands as JSON lines: the first line is the suite without its scenarios, each other line a scenario.

The keys are those of the YAML file and so is all that is checked (`evals.scenario.file`); YAML's reader takes two to
three times as long, and smaller files. As there, a number that would not survive, a key that comes twice and a
character that cannot be spoken are refused, and every mistake has its line.
"""

from __future__ import annotations

import json
import math
from typing import Any

from evals.scenario.yaml_lines import BROKEN, MAX_DEPTH, MAX_DIGITS, MAX_LINE, Mistakes, Node, allowed

MAX_JSON_BYTES = 64 * 1024 * 1024  # ten thousand generated conversations have a sixth of that
MAX_SCENARIOS = 100_000


def read_json_lines(text: str, mistakes: Mistakes) -> Node:
    """The suite as one tree; what cannot be used is noted in `mistakes` and stands as `BROKEN`."""
    head: Node | None = None
    scenarios: list[Node] = []
    # Not `splitlines`: JSON may hold the separators U+2028 and U+0085 within a text.
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        if mistakes.full:
            return Node(1, BROKEN)
        node = _read_line(line, number, mistakes)
        if head is None:
            head = node
        elif len(scenarios) >= MAX_SCENARIOS:
            mistakes.add(number, f"more than {MAX_SCENARIOS} scenarios; split the suite")
            return Node(1, BROKEN)
        else:
            scenarios.append(node)
    if head is None:
        return Node(1, None)
    if not isinstance(head.value, dict):
        if head.value is not BROKEN:
            mistakes.add(head.line, "the first line must be the suite without its scenarios: an object")
        return Node(head.line, BROKEN)
    if "scenarios" in head.value:
        mistakes.add(head.line, "`scenarios` have no place in the first line: each is a line of its own")
    head.value["scenarios"] = Node(head.line, list(scenarios))
    return head


class _Refused(ValueError):
    """What is wrong with a line, in our words."""


def _read_line(line: str, number: int, mistakes: Mistakes) -> Node:
    if len(line) > MAX_LINE:
        mistakes.add(number, f"longer than {MAX_LINE} characters")
        return Node(number, BROKEN)
    try:
        value = _DECODER.decode(line)
    except _Refused as error:
        mistakes.add(number, str(error))
    except json.JSONDecodeError as error:
        mistakes.add(number, f"this is not JSON: {error.msg} (character {error.pos + 1})")
    except RecursionError:
        mistakes.add(number, f"nested deeper than {MAX_DEPTH} levels")
    else:
        return _node(value, number, mistakes)
    return Node(number, BROKEN)


def _node(value: Any, line: int, mistakes: Mistakes, depth: int = 1) -> Node:
    """The value as the YAML reader would give it, every part of it on this line."""
    if isinstance(value, str):
        if not value.isprintable():  # the quick look, which all but a few pass
            bad = next(
                (character for character in value if character != "\n" and not allowed(character)), None
            )
            if bad is not None:
                wrong = f"a text holds the character U+{ord(bad):04X}, which cannot be spoken or stored"
                mistakes.add(line, wrong)
                return Node(line, BROKEN)
        return Node(line, value, value)
    if isinstance(value, dict | list) and depth > MAX_DEPTH:
        mistakes.add(line, f"nested deeper than {MAX_DEPTH} levels")
        return Node(line, BROKEN)
    if isinstance(value, dict):
        return Node(line, {key: _node(item, line, mistakes, depth + 1) for key, item in value.items()})
    if isinstance(value, list):
        return Node(line, [_node(item, line, mistakes, depth + 1) for item in value])
    return Node(line, value, json.dumps(value))


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise _Refused(f"`{twice[:40]}` stands here for the second time")
    return found


def _integer(text: str) -> int:
    if len(text) > MAX_DIGITS:
        raise _Refused(f"{text[:40]} is no usable number; if it is a text, put it in quotes")
    return int(text)


def _float(text: str) -> float:
    number = float(text)
    if len(text) > MAX_DIGITS or not math.isfinite(number):
        raise _Refused(f"{text[:40]} is no usable number; if it is a text, put it in quotes")
    return number


def _no_number(text: str) -> float:
    raise _Refused(f"{text} is no number in JSON")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_integer, parse_float=_float, parse_constant=_no_number
)
