"""A model of a recogniser's errors as a JSON file: read with every mistake told, written to be committed."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from evals.errors import BadInput
from evals.generating.confusions import Condition, ConfusionModel, WordCount

SCHEMA = 1
MAX_BYTES = 4 * 1024 * 1024
BUILT_IN = Path(__file__).with_name("fitted")

_Count = Annotated[int, Field(ge=0, le=10**9)]
_Name = Annotated[str, Field(min_length=1, max_length=200)]


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _ConditionRow(_Row):
    utterances: _Count
    nothing: _Count
    hits: _Count
    substitutions: _Count
    deletions: _Count
    insertions: _Count
    spread: Annotated[float, Field(ge=0, le=1000, allow_inf_nan=False)]


class _WordRow(_Row):
    said: _Count
    lost: _Count = 0
    taken_for: dict[_Name, _Count] = {}


class _ModelFile(_Row):
    model_schema: Annotated[int, Field(alias="schema", ge=SCHEMA, le=SCHEMA)]
    recogniser: dict[_Name, Annotated[str, Field(max_length=2000)]]
    sources: dict[_Name, _Count]
    usual: _Name
    conditions: dict[_Name, _ConditionRow]
    words: dict[_Name, _WordRow]
    made_up: dict[_Name, _Count]


def built_in_models() -> list[str]:
    """The models that come with the product."""
    return sorted(path.stem for path in BUILT_IN.glob("*.json"))


def confusions_path(name: str) -> Path:
    """The file of a model: a name of one that comes with the product, or a path."""
    return BUILT_IN / f"{name}.json" if name in built_in_models() else Path(name)


def load_confusions(path: Path) -> ConfusionModel:
    """The model in the file at `path`.

    Raises:
        BadInput: it cannot be used; lists every mistake.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        known = ", ".join(built_in_models())
        wrong = f"cannot be read: {error.strerror or error} (those that come with milliwatt: {known})"
        raise BadInput(str(path), [wrong]) from error
    if len(data) > MAX_BYTES:
        raise BadInput(str(path), [f"larger than {MAX_BYTES // 1024} KiB"])
    try:
        read = _ModelFile.model_validate_json(data)
    except ValidationError as error:
        raise BadInput(
            str(path),
            [
                f"{'.'.join(str(part) for part in item['loc']) or 'file'}: {item['msg']}"
                for item in error.errors()
            ],
        ) from error
    mistakes = _mistakes(read)
    if mistakes:
        raise BadInput(str(path), mistakes)
    return ConfusionModel(
        recogniser=read.recogniser,
        sources=read.sources,
        usual=read.usual,
        conditions={name: Condition(name=name, **row.model_dump()) for name, row in read.conditions.items()},
        words={word: WordCount(**row.model_dump()) for word, row in read.words.items()},
        made_up=read.made_up,
    )


def _mistakes(read: _ModelFile) -> list[str]:
    mistakes = []
    if read.usual not in read.conditions:
        mistakes.append(f"usual: there is no condition `{read.usual}`")
    mistakes += [
        f"conditions.{name}: {row.nothing} of {row.utterances} utterances without a word"
        for name, row in read.conditions.items()
        if row.nothing > row.utterances
    ]
    mistakes += [
        f"words.{word}: {wrong} times wrong, but said {row.said} times"
        for word, row in read.words.items()
        if (wrong := row.lost + sum(row.taken_for.values())) > row.said
    ]
    words = {*read.words, *read.made_up, *(heard for row in read.words.values() for heard in row.taken_for)}
    mistakes += [
        f"the word `{word[:40]}` is none" for word in sorted(words) if word.split() != [word] or "[" in word
    ]
    return mistakes


def confusions_text(model: ConfusionModel) -> str:
    """The model's file: keys in order, a word a line, so that a new fit shows what changed."""
    conditions = {}
    for name, condition in model.conditions.items():
        row = asdict(condition)
        del row["name"]
        conditions[name] = row
    head = {
        "schema": SCHEMA,
        "recogniser": dict(model.recogniser),
        "sources": dict(model.sources),
        "usual": model.usual,
    }
    parts = [f"{_json(name)}: {_json(value)}" for name, value in head.items()]
    parts.append(_listed("conditions", conditions))
    parts.append(_listed("words", {word: _word(count) for word, count in sorted(model.words.items())}))
    parts.append(_listed("made_up", dict(sorted(model.made_up.items()))))
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _word(count: WordCount) -> dict[str, object]:
    row: dict[str, object] = {"said": count.said}
    if count.lost:
        row["lost"] = count.lost
    if count.taken_for:
        row["taken_for"] = dict(sorted(count.taken_for.items()))
    return row


def _listed(name: str, rows: dict[str, object] | dict[str, int] | dict[str, dict[str, object]]) -> str:
    lines = ",\n".join(f"{_json(key)}: {_json(row)}" for key, row in rows.items())
    return f"{_json(name)}: {{\n{lines}\n}}"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
