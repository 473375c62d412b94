"""The forty held-out sentences share no four words in a row with what pocketsphinx's language model is made of."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from agent.assembly import domain_texts
from agent.audio.stt.domain_model import general_sentences, sentences_of
from agent.cognitive.flow_file import built_in_flow

HELD_OUT = Path(__file__).parent.parent.parent / "corpora" / "ear" / "held_out.txt"
RUN = 4


def held_out() -> list[str]:
    lines = (line.strip() for line in HELD_OUT.read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def _runs(sentences: Iterable[str]) -> set[tuple[str, ...]]:
    return {
        tuple(words[at : at + RUN])
        for words in (sentence.split() for sentence in sentences)
        for at in range(len(words) - RUN + 1)
    }


def test_there_are_forty_sentences() -> None:
    assert len(held_out()) == 40


def test_no_four_words_in_a_row_stand_in_the_language_models_source() -> None:
    flow = built_in_flow("booking")
    source = [
        *general_sentences(),
        *(line for text in domain_texts(flow, None) for line in sentences_of(text)),
    ]
    known = _runs(source)
    assert known
    shared = {
        " ".join(run) for sentence in held_out() for run in _runs(sentences_of(sentence)) if run in known
    }
    assert shared == set()
