from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.audio.stt.trigram import END, START, arpa_trigram

Gram = tuple[str, ...]
SENTENCES = st.lists(
    st.lists(st.sampled_from(["yes", "no", "please", "nine", "ten"]), max_size=5).map(" ".join),
    min_size=1,
    max_size=12,
)


class Arpa:
    """A model as a decoder reads it: what is not listed is looked up with a shorter context."""

    def __init__(self, text: str) -> None:
        self.log: dict[Gram, float] = {}
        self.backoff: dict[Gram, float] = {}
        order = 0
        for line in text.splitlines():
            if line.endswith("-grams:"):
                order = int(line[1])
            elif order and line and not line.startswith("\\"):
                fields = line.split()
                gram = tuple(fields[1 : 1 + order])
                self.log[gram] = float(fields[0])
                if len(fields) > 1 + order:
                    self.backoff[gram] = float(fields[1 + order])

    def probability(self, gram: Gram) -> float:
        if gram in self.log:
            return float(10 ** self.log[gram])
        return float(10 ** self.backoff.get(gram[:-1], 0.0)) * self.probability(gram[1:])

    def words(self) -> list[str]:
        return [gram[0] for gram in self.log if len(gram) == 1 and gram[0] != START]


@settings(deadline=None, max_examples=60)
@given(sentences=SENTENCES)
def test_probabilities_after_any_words_sum_to_one(sentences: list[str]) -> None:
    arpa = Arpa(arpa_trigram(sentences))
    words = arpa.words()
    contexts: list[Gram] = [(), (START,), *((word,) for word in words if word != END)]
    contexts += [(before, word) for before in [START, *words] for word in words if END not in (before, word)]
    for context in contexts:
        assert sum(arpa.probability((*context, word)) for word in words) == pytest.approx(1, abs=2e-3)


@settings(deadline=None, max_examples=40)
@given(sentences=SENTENCES)
def test_header_counts_what_is_listed_and_order_of_sentences_does_not_matter(sentences: list[str]) -> None:
    text = arpa_trigram(sentences)
    listed = [sum(len(gram) == order for gram in Arpa(text).log) for order in (1, 2, 3)]
    counted = [int(line.partition("=")[2]) for line in text.splitlines() if line.startswith("ngram ")]
    assert counted == listed
    assert arpa_trigram(sentences[::-1]) == text
    assert text.endswith("\\end\\\n")


def test_sentence_that_was_seen_is_likelier_than_its_words_in_another_order() -> None:
    arpa = Arpa(arpa_trigram(["ten past nine", "nine please", "no thank you", "ten please"]))

    def likelihood(sentence: str) -> float:
        words = [START, *sentence.split(), END]
        product = arpa.probability((words[0], words[1]))
        for at in range(len(words) - 2):
            product *= arpa.probability(tuple(words[at : at + 3]))
        return product

    assert likelihood("ten past nine") > 3 * likelihood("nine past ten")
    assert likelihood("nine past ten") > 0


def test_sentence_that_comes_twice_weighs_twice() -> None:
    once = Arpa(arpa_trigram(["yes", "no"]))
    often = Arpa(arpa_trigram(["yes", "yes", "yes", "no"]))
    assert often.probability((START, "yes")) > once.probability((START, "yes"))
    assert once.probability((START, "yes")) == pytest.approx(once.probability((START, "no")))


def test_nothing_but_the_beginning_of_a_sentence_is_never_said() -> None:
    arpa = Arpa(arpa_trigram(["yes please"]))
    assert arpa.log[(START,)] == -99
