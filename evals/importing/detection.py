"""Which format a file of transcripts has, by its content."""

from __future__ import annotations

import json
import re
from enum import StrEnum

from evals.importing.columns import Columns
from evals.importing.csv_rows import NEEDED, separator_of
from evals.importing.source import MAX_LINE_CHARACTERS

_RASA_KEY = re.compile(r"^(stories|nlu|responses)\s*:", re.MULTILINE)
_HEAD = 64 * 1024


class Format(StrEnum):
    """What transcripts are written as."""

    JSONL = "jsonl"
    CSV = "csv"
    RASA = "rasa"
    TURNS = "turns"
    TASKMASTER = "taskmaster"


def detect(text: str, columns: Columns) -> Format | None:
    """The format of a file's text; None when it is none of them."""
    begin = text[:_HEAD].lstrip()
    if begin.startswith("["):
        return Format.TASKMASTER
    if begin.startswith("{"):
        return _of_objects(text)
    if _RASA_KEY.search(text):
        return Format.RASA
    header = begin.partition("\n")[0]
    cells = [cell.strip().strip('"') for cell in header.split(separator_of(header))]
    # Two of the three are a table that lacks one, which its reader says better than we do.
    if sum(columns.find(kind, cells) is not None for kind in NEEDED) >= 2:
        return Format.CSV
    return None


def _of_objects(text: str) -> Format:
    first = text.lstrip().partition("\n")[0][:MAX_LINE_CHARACTERS]
    try:
        row = json.loads(first)
    except (ValueError, RecursionError):
        # One object over several lines, unless a line of many is broken, which the reader of lines will say.
        return Format.TASKMASTER if first.strip() == "{" else Format.JSONL
    if isinstance(row, dict) and any(isinstance(row.get(key), dict) for key in ("record", "turn", "output")):
        return Format.TURNS
    return Format.JSONL
