"""Reading a scorecard or gate file: its bytes, its YAML, its schema; the one place in `scoring` that touches a disk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from evals.errors import BadInput
from evals.scenario.fields import Fields
from evals.scenario.yaml_lines import BROKEN, Mistakes, read_yaml

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA = 1
MAX_BYTES = 256 * 1024

T = TypeVar("T")


def read_file(path: Path, keys: Sequence[str], read: Callable[[Fields], T]) -> T:
    """What `read` makes of the YAML file at `path`.

    Args:
        path: the file.
        keys: its keys, besides `schema`.
        read: turns the file's mapping into a value; what is wrong goes to the mapping's `mistakes`, and the value is
            then thrown away.

    Raises:
        BadInput: the file cannot be used; lists every mistake with its line.
    """
    mistakes = Mistakes()
    root = read_yaml(_text(path), mistakes)
    if root.value is BROKEN:
        raise BadInput(str(path), mistakes.sentences())
    fields = Fields(root, "", ("schema", *keys), mistakes)
    fields.require("schema")
    schema = fields.node("schema")
    if schema is not None and schema.value is not BROKEN and (schema.value is True or schema.value != SCHEMA):
        fields.wrong(schema.line, f"`schema` must be {SCHEMA}, the only one this version reads")
    value = read(fields)
    if mistakes.found:
        raise BadInput(str(path), mistakes.sentences())
    return value


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise BadInput(str(path), [f"cannot be read: {error.strerror or error}"]) from error
    if len(data) > MAX_BYTES:
        raise BadInput(str(path), [f"larger than {MAX_BYTES // 1024} KiB"])
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BadInput(str(path), [f"line {line}: not UTF-8"]) from error
