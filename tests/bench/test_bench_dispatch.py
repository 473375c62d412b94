"""How well the embedded dispatchers tell intents apart, and what they cost (docs/dispatch.md)."""

import os
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import pytest
from rich.console import Console

from agent.cognitive.classifier_file import load_classifier
from agent.cognitive.committee_fitting import Fitting
from agent.cognitive.dispatch import EmbeddedDispatcher
from evals.bench_dispatch import (
    FLOW_EXAMPLES,
    FLOW_INTENTS,
    IN_SCOPE_WANTED,
    DispatchBench,
    bench_dispatch,
    one_question,
    render,
)
from evals.errors import BadInput
from evals.intent_data import IntentData, Words, read_intent_data

pytestmark = pytest.mark.bench

T = TypeVar("T")

SEED = 1
BATCH = 50
OUT_OF_SCOPE_WANTED = 0.60
MOST_LOAD_S, MOST_FIT_S, MOST_TURN_MS = 1.0, 1.0, 0.3


@pytest.fixture(scope="module")
def data() -> IntentData:
    folder = os.environ.get("MILLIWATT_DATA")
    if not folder:
        pytest.skip("MILLIWATT_DATA names no folder of data sets")
    try:
        return read_intent_data(Path(folder))
    except BadInput as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def measured(data: IntentData, tmp_path_factory: pytest.TempPathFactory) -> tuple[DispatchBench, Path]:
    path = tmp_path_factory.mktemp("dispatch") / "clinc150.npz"
    return bench_dispatch(data, SEED, Fitting(), lambda: None, path), path


def test_intents_told_apart_on_clinc150(measured: tuple[DispatchBench, Path]) -> None:
    result, path = measured
    print()
    Console(width=120).print(render(result))
    print(f"the classifier's file: {path.stat().st_size / 1e6:.0f} MB")
    full = result.rows[0]
    assert (full.intents, full.examples, full.in_scope, full.outside) == (150, 15_000, 4_500, 1_000)
    assert full.accuracy >= IN_SCOPE_WANTED
    assert full.recall >= OUT_OF_SCOPE_WANTED


def test_a_fitted_classifier_loads_and_answers_quickly(
    data: IntentData, measured: tuple[DispatchBench, Path]
) -> None:
    classifier, load_s = _cpu_s(lambda: load_classifier(measured[1]))
    turn_ms = _turn_ms(classifier.intent, _validation(data, list(data.validation.by_intent)))
    print(f"\nclassifier, processor time: loaded in {load_s:.2f} s, {turn_ms:.3f} ms a turn")
    assert load_s < MOST_LOAD_S
    assert turn_ms <= MOST_TURN_MS


def test_a_flow_of_thirty_intents_fits_and_answers_quickly(data: IntentData) -> None:
    few = data.train.first(FLOW_EXAMPLES, FLOW_INTENTS).by_intent
    flow = one_question(few)
    dispatcher, fit_s = _cpu_s(lambda: EmbeddedDispatcher(flow))
    turn_ms = _turn_ms(
        lambda words: dispatcher.scores(flow.states["question"], words, {}), _validation(data, list(few))
    )
    print(
        f"\nflow of {FLOW_INTENTS} intents with {FLOW_EXAMPLES} examples each, processor time: "
        f"fitted in {fit_s:.2f} s, {turn_ms:.3f} ms a turn"
    )
    assert fit_s < MOST_FIT_S
    assert turn_ms <= MOST_TURN_MS


def _turn_ms(answer: Callable[[Words], object], phrases: Sequence[Words]) -> float:
    """The median over batches; every phrase is new, most of its words have been said before."""
    batches = [phrases[start : start + BATCH] for start in range(0, len(phrases), BATCH)]
    spent = [
        _cpu_s(lambda batch=batch: [answer(words) for words in batch])[1] / len(batch) for batch in batches
    ]
    return 1000 * statistics.median(spent)


def _validation(data: IntentData, intents: Sequence[str]) -> list[Words]:
    return [words for intent in intents for words in data.validation.by_intent[intent]]


def _cpu_s(work: Callable[[], T]) -> tuple[T, float]:
    """What it gives, and the processor time it takes: others may be using the machine."""
    begun_s = time.process_time()
    given = work()
    return given, time.process_time() - begun_s
