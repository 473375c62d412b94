"""A trigram language model of sentences, in ARPA form: interpolated Kneser-Ney.

Kneser & Ney, "Improved backing-off for m-gram language modeling", ICASSP 1995, in the interpolated form of Chen &
Goodman 1998: shorter contexts count in how many places a word was seen, not how often. That matters here, where a
phrase list repeats "nine", "ten", "eleven" a thousand times and says "invitation" once.

pocketsphinx brings a builder of its own (`pocketsphinx.lm`), which lets the decoder hear a new sentence begin in the
middle of one; measured on the ear bench, that alone costs more than any setting of the decoder gains.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

START, END = "<s>", "</s>"

_NEVER = -99.0  # how ARPA writes a probability of zero

Gram = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Probabilities of n-grams of one length, and for each context the mass left for what it was not seen with."""

    probability: Mapping[Gram, float]
    left: Mapping[Gram, float]


def arpa_trigram(sentences: Iterable[str]) -> str:
    """The model of these sentences: words with spaces between them. One that comes twice weighs twice."""
    first, second, third = kneser_ney(sentences)
    blocks = [
        [f"{_NEVER} {START} {_log(second.left.get((START,), 1.0))}", *_lines(first, second.left)],
        _lines(second, third.left),
        _lines(third, {}),
    ]
    text = ["\\data\\", *(f"ngram {order}={len(block)}" for order, block in enumerate(blocks, 1))]
    for order, block in enumerate(blocks, 1):
        text += ["", f"\\{order}-grams:", *block]
    return "\n".join([*text, "", "\\end\\", ""])


def kneser_ney(
    sentences: Iterable[str], *, least_pairs: int = 1, least_triples: int = 1
) -> tuple[Order, Order, Order]:
    """The model's words, pairs and triples; what is not listed has the mass left times the shorter one's.

    Args:
        sentences: words with spaces between them.
        least_pairs: pairs counted less often (in fewer places) are not listed, unless a listed triple begins so.
        least_triples: triples seen less often are not listed. What is not listed leaves its mass to its context.
    """
    seen: list[Counter[Gram]] = [Counter(), Counter()]
    for sentence in sentences:
        words = [START, *sentence.split(), END]
        for order, grams in zip((2, 3), seen, strict=True):
            grams.update(tuple(words[at : at + order]) for at in range(len(words) - order + 1))
    pairs, triples = seen
    # Nothing comes before a sentence's first word, so only there does a pair count as often as it was seen.
    pairs = Counter({gram: n for gram, n in pairs.items() if gram[0] == START}) + _places(triples)
    singles = _places(pairs)
    begun = {gram[:-1] for gram, n in triples.items() if n >= least_triples} if least_pairs > 1 else set()

    def pair(gram: Gram) -> float:
        listed = second.probability.get(gram)
        return second.left[gram[:1]] * first.probability[gram[1:]] if listed is None else listed

    first = _order(singles, lambda _: 1 / len(singles))
    second = _order(
        pairs,
        lambda gram: first.probability[gram],
        lambda gram, n: n >= least_pairs or gram in begun,
    )
    third = _order(triples, pair, lambda _, n: n >= least_triples)
    return first, second, third


def _places(longer: Mapping[Gram, int]) -> Counter[Gram]:
    """In how many different contexts each n-gram was seen, one word of context before it."""
    return Counter(gram[1:] for gram in longer)


def _order(
    counts: Mapping[Gram, int],
    shorter: Callable[[Gram], float],
    listed: Callable[[Gram, int], bool] = lambda _gram, _n: True,
) -> Order:
    once = sum(n == 1 for n in counts.values())
    twice = sum(n == 2 for n in counts.values())
    discount = once / (once + 2 * twice) if once else 0.5
    total: Counter[Gram] = Counter()
    kinds: Counter[Gram] = Counter()
    unlisted: Counter[Gram] = Counter()
    kept: dict[Gram, int] = {}
    for gram, n in counts.items():
        total[gram[:-1]] += n
        if listed(gram, n):
            kept[gram] = n
            kinds[gram[:-1]] += 1
        else:
            unlisted[gram[:-1]] += n
    left = {context: (discount * kinds[context] + unlisted[context]) / total[context] for context in total}
    return Order(
        probability={
            gram: (n - discount) / total[gram[:-1]] + left[gram[:-1]] * shorter(gram[1:])
            for gram, n in kept.items()
        },
        left=left,
    )


def _lines(order: Order, left: Mapping[Gram, float]) -> list[str]:
    lines = []
    for gram, probability in sorted(order.probability.items()):
        weight = f" {_log(left[gram])}" if gram in left else ""
        lines.append(f"{_log(probability)} {' '.join(gram)}{weight}")
    return lines


def _log(value: float) -> str:
    return f"{math.log10(value):.4f}"
