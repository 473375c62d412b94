"""Phrases with their intents as CLINC150 publishes them: in `data_full.json`, for fitting, validation and test.

Larson et al., "An evaluation dataset for intent classification and out-of-scope prediction" (EMNLP 2019). The parts are
kept apart from the start, so that what is fitted or chosen can be handed the parts it may see and no others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from agent.cognitive.spoken_words import spoken_words
from evals.errors import BadInput

FOLDER, FILE = "clinc150", "data_full.json"
MOST_BYTES = 50_000_000
OUTSIDE = "oos"

Words = tuple[str, ...]
_Row = tuple[Annotated[str, Field(max_length=2_000)], Annotated[str, Field(max_length=200, min_length=1)]]
_Rows = Annotated[list[_Row], Field(min_length=1, max_length=200_000)]


class _File(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)
    train: _Rows
    val: _Rows
    test: _Rows
    oos_train: _Rows
    oos_val: _Rows
    oos_test: _Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrases:
    """One part: spoken words by intent, and phrases of no intent."""

    by_intent: Mapping[str, tuple[Words, ...]]
    outside: tuple[Words, ...]

    @property
    def count(self) -> int:
        """How many phrases have an intent."""
        return sum(len(phrases) for phrases in self.by_intent.values())

    def first(self, examples: int, intents: int | None = None) -> Phrases:
        """The first so many examples of each of the first so many intents; what is outside stays."""
        names = list(self.by_intent)[:intents]
        return Phrases(
            by_intent={name: self.by_intent[name][:examples] for name in names}, outside=self.outside
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentData:
    """The three parts."""

    train: Phrases
    validation: Phrases
    test: Phrases


def read_intent_data(folder: Path) -> IntentData:
    """The data in `data_full.json`, which lies in the folder or in its `clinc150`.

    Raises:
        BadInput: there is no such file, or it is not as published; lists the mistakes.
    """
    path = next((p for p in (folder / FILE, folder / FOLDER / FILE) if p.is_file()), None)
    if path is None:
        raise BadInput(str(folder), [f"holds no {FILE} and no {FOLDER}/{FILE}: give the folder of CLINC150"])
    try:
        if path.stat().st_size > MOST_BYTES:
            raise BadInput(str(path), [f"{path.stat().st_size} bytes; {MOST_BYTES} at most"])
        file = _File.model_validate_json(path.read_bytes())
    except OSError as error:
        raise BadInput(str(path), [f"cannot be read: {error.strerror}"]) from error
    except ValidationError as error:
        wrong = error.errors(include_url=False, include_input=False)
        mistakes = [f"{'.'.join(map(str, each['loc'])) or 'JSON'}: {each['msg']}" for each in wrong]
        raise BadInput(str(path), mistakes[:20]) from error
    train = _phrases(file.train, file.oos_train)
    parts = {"val": _phrases(file.val, file.oos_val), "test": _phrases(file.test, file.oos_test)}
    strange = [
        f"{name}: intent {intent!r} has no example in train"
        for name, part in parts.items()
        for intent in part.by_intent
        if intent not in train.by_intent
    ]
    if len(train.by_intent) < 2:
        strange.append(f"train: {len(train.by_intent)} intent(s); two at least")
    if strange:
        raise BadInput(str(path), strange[:20])
    return IntentData(train=train, validation=parts["val"], test=parts["test"])


def _phrases(rows: Sequence[_Row], outside: Sequence[_Row]) -> Phrases:
    by_intent: dict[str, list[Words]] = {}
    for text, intent in sorted(rows, key=lambda row: row[1]):  # a stable sort: examples keep their order
        by_intent.setdefault(intent, []).append(tuple(spoken_words(text)))
    return Phrases(
        by_intent={intent: tuple(phrases) for intent, phrases in by_intent.items()},
        outside=tuple(tuple(spoken_words(text)) for text, _ in outside),
    )
