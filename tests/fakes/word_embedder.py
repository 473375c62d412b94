"""An embedding model that knows a few words: texts are near each other when they share its meanings."""

from __future__ import annotations

from collections.abc import Sequence

from agent.errors import ProviderError

MEANINGS = (
    ("dog", "dogs", "animal", "animals", "pet", "pets"),
    ("car", "cars", "vehicle", "automobile", "park", "parking"),
    ("pay", "cost", "costs", "price", "money", "cheque"),
)


class WordEmbedder:
    """A number for each meaning: how many of its words the text has; and a small one that all texts share.

    `failing` makes it raise; `asked` keeps what it was given.
    """

    name = "words-of-three-meanings"

    def __init__(self) -> None:
        self.failing = False
        self.asked: list[str] = []

    async def embed(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        self.asked += texts
        if self.failing:
            raise ProviderError(f"{self.name}: out of order")
        return [_vector(text) for text in texts]


def _vector(text: str) -> list[float]:
    words = [word.strip(".,?!").lower() for word in text.split()]
    return [*(float(sum(word in meaning for word in words)) for meaning in MEANINGS), 0.1]
