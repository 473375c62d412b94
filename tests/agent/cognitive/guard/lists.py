"""The committed lists of sentences that guards were tuned and measured on, and their scores."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from agent.cognitive.guard.finding import Finding

FOLDER = Path(__file__).parents[4] / "corpora" / "guard"
SPLITS = ("tune", "test", "fresh")


@dataclass(frozen=True)
class Listed:
    split: str
    kind: str
    sentence: str


def listed(name: str) -> list[Listed]:
    lines = (FOLDER / f"{name}.tsv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "split\tkind\tsentence"
    return [Listed(*line.split("\t")) for line in lines[1:]]


@dataclass(frozen=True)
class Score:
    hits: int
    bad: int
    alarms: int
    good: int

    @property
    def precision(self) -> float:
        return self.hits / (self.hits + self.alarms)

    @property
    def recall(self) -> float:
        return self.hits / self.bad

    def __str__(self) -> str:
        return (
            f"precision {self.precision:.3f}  recall {self.recall:.3f}  "
            f"({self.hits} of {self.bad} found, {self.alarms} false alarms in {self.good})"
        )


def score(bad: str, good: str, split: str, find: Callable[[str], list[Finding]]) -> Score:
    wrong = [row for row in listed(bad) if row.split == split]
    right = [row for row in listed(good) if row.split == split]
    return Score(
        hits=sum(bool(find(row.sentence)) for row in wrong),
        bad=len(wrong),
        alarms=sum(bool(find(row.sentence)) for row in right),
        good=len(right),
    )
