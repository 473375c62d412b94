"""CSV: a row a turn, with a header that names the columns `conversation`, `speaker` and `text`.

The header's separator counts: comma, semicolon, tab or `|`. Quoted cells may hold separators and line breaks.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from evals.importing.columns import Columns
from evals.importing.conversation import Conversation, Utterance
from evals.importing.json_lines import Grouped
from evals.importing.source import MAX_ROWS, Source
from evals.importing.speakers import Speakers

SEPARATORS = ",;\t|"
NEEDED = ("conversation", "speaker", "text")


def separator_of(header: str) -> str:
    """What parts the cells of a header: the separator that stands in it most often, the comma when none does."""
    return max(SEPARATORS, key=header.count)


def read_csv(source: Source, columns: Columns, speakers: Speakers) -> Iterator[Conversation]:
    """The conversations of the file, in the order they begin."""
    rows = Grouped(source)
    header = source.text.partition("\n")[0]
    reader = csv.reader(io.StringIO(source.text, newline=""), delimiter=separator_of(header), strict=True)
    places: dict[str, int] | None = None
    begins = 1
    try:
        for cells in reader:
            line, begins = begins, reader.line_num + 1
            source.progress(sum(len(cell.encode("utf-8", "surrogatepass")) + 1 for cell in cells))
            if line > MAX_ROWS:
                source.mistakes.add(line, f"more than {MAX_ROWS} lines; split the file")
                break
            if not any(cell.strip() for cell in cells):
                continue
            if places is None:
                places = _places(cells, line, columns, source)
                if places is None:
                    return
                continue
            _add_row(rows, cells, line, places, speakers, source)
            if source.mistakes.full:
                break
    except csv.Error as error:
        source.mistakes.add(begins, f"this is not CSV: {error}")
        return
    if places is None:
        source.mistakes.add(1, "the file is empty; a header with the columns' names is needed")
    yield from rows.conversations()


def _places(cells: list[str], line: int, columns: Columns, source: Source) -> dict[str, int] | None:
    """Which cell holds what; None, and a mistake for each column that is missing."""
    places = {}
    for kind in NEEDED:
        name = columns.find(kind, cells)
        if name is None:
            source.mistakes.add(line, f"there is no column {columns.wanted(kind)}")
        else:
            places[kind] = cells.index(name)
    return places if len(places) == len(NEEDED) else None


def _add_row(
    rows: Grouped,
    cells: list[str],
    line: int,
    places: dict[str, int],
    speakers: Speakers,
    source: Source,
) -> None:
    last = max(places.values())
    if len(cells) <= last:
        source.mistakes.add(line, f"has {len(cells)} cell(s); the columns need {last + 1}")
        return
    identity = cells[places["conversation"]].strip()
    if not identity:
        source.mistakes.add(line, "the conversation's id is empty")
        return
    speaker = speakers.of(cells[places["speaker"]], line)
    text = cells[places["text"]]
    rows.add(identity, line, Utterance(speaker=speaker, text=text) if speaker else None)
