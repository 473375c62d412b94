"""The parse events of a YAML file, from ruamel, or where both read alike from libyaml, which is much quicker.

ruamel reads YAML 1.2 and says exactly what is wrong with a file; it decides. libyaml, through PyYAML, is of YAML 1.1.
The two differ on which scalars are numbers, which nobody here asks them; on block scalars, on what marks a document's
start and end, and on tabs and line breaks other than the plain one, so files with such signs are not for libyaml; and
on what they call a mistake, so its mistakes are never shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml import events as ruamel_events

try:
    import yaml as pyyaml
    from yaml.cyaml import CParser
except ImportError:  # PyYAML can be built without libyaml
    pyyaml = CParser = None


class NotQuick(Exception):
    """libyaml is not here, must not read this file, or cannot."""


class EventKind(Enum):
    """What the tree makes of an event; `END` ends a mapping or a list."""

    SCALAR = "scalar"
    MAPPING = "mapping"
    SEQUENCE = "sequence"
    END = "end"
    ALIAS = "alias"
    DOCUMENT = "document"
    OTHER = "other"


def events(text: str) -> Iterator[Any]:
    """ruamel's events.

    Raises:
        ruamel.yaml.error.YAMLError, ValueError: it is not YAML.
    """
    yield from YAML(typ="safe", pure=True).parse(text)


def quick_events(text: str) -> Iterator[Any]:
    """libyaml's events, of a text that it reads as ruamel does.

    Raises:
        NotQuick: ask `events`.
    """
    if CParser is None or _NOT_ALIKE.search(text):
        raise NotQuick
    try:
        parser = CParser(text)
        while parser.check_event():
            yield parser.get_event()
    except (pyyaml.YAMLError, ValueError) as error:
        raise NotQuick from error


def kind_of_event(event: Any) -> EventKind:
    """What an event of either parser is."""
    return _KINDS.get(type(event), EventKind.OTHER)


_NOT_ALIKE = re.compile(r"[\t\r\x85\u2028\u2029\ufeff|>]|^(?:---|\.\.\.|%)", re.MULTILINE)

_NAMES = {
    "ScalarEvent": EventKind.SCALAR,
    "MappingStartEvent": EventKind.MAPPING,
    "SequenceStartEvent": EventKind.SEQUENCE,
    "MappingEndEvent": EventKind.END,
    "SequenceEndEvent": EventKind.END,
    "AliasEvent": EventKind.ALIAS,
    "DocumentStartEvent": EventKind.DOCUMENT,
}
_KINDS: dict[type, EventKind] = {
    getattr(library, name): kind
    for library in (ruamel_events, *([pyyaml.events] if pyyaml is not None else []))
    for name, kind in _NAMES.items()
}
