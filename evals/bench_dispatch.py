"""`milliwatt bench dispatch`: how well the embedded dispatchers tell intents apart, on CLINC150's test part.

Two are measured. The classifier is fitted to every example and to a few an intent; the flow's own dispatcher is fitted
to as few, as flows have. The classifier's threshold is chosen on the validation part, the flow's is that of calls; the
test part is read last and changes nothing.
In-scope accuracy counts a phrase that is turned away as wrong, out-of-scope recall counts it as right.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rich.table import Table

from agent.clock import stopwatch_ns
from agent.cognitive.classifier import Classifier
from agent.cognitive.classifier_file import load_classifier, save_classifier
from agent.cognitive.classifier_fitting import GIVEN_UP, Examples, fit_classifier, threshold_for
from agent.cognitive.committee_fitting import Fitting
from agent.cognitive.dispatch import EmbeddedDispatcher
from agent.cognitive.flow import Branch, Flow, State
from agent.cognitive.precedence import CONFIDENT
from agent.turn import IntentScore
from agent.units import NS_PER_S
from evals.intent_data import IntentData, Phrases, Words
from evals.rng import rng_for

FEW = 10
"""Examples an intent in a real flow."""
IN_SCOPE_WANTED = 0.925
FLOW_INTENTS, FLOW_EXAMPLES = 30, 40
_TIMED_TURNS, _TIMED_BATCHES = 50, 20

Best = Callable[[Words], IntentScore]


@dataclass(frozen=True, slots=True, kw_only=True)
class DispatchRow:
    """One dispatcher on the test part; counts, so that rates can be derived and added up."""

    name: str
    intents: int
    examples: int
    threshold: float
    in_scope: int
    sorted_right: int
    answered_right: int
    outside: int
    turned_away: int
    fit_s: float
    load_s: float | None
    turn_ms: float

    @property
    def accuracy(self) -> float:
        """Of the phrases with an intent, those given it; turned away counts as wrong."""
        return self.answered_right / self.in_scope

    @property
    def recall(self) -> float:
        """Of the phrases outside all intents, those turned away."""
        return self.turned_away / self.outside


@dataclass(frozen=True, slots=True, kw_only=True)
class DispatchBench:
    """All rows, and how long a flow of the usual size takes to fit and to answer."""

    seed: int
    rows: tuple[DispatchRow, ...]
    flow_fit_s: float
    flow_turn_ms: float


def bench_dispatch(
    data: IntentData, seed: int, fitting: Fitting, on_epoch: Callable[[], None], keep: Path | None = None
) -> DispatchBench:
    """Fits on `train`, chooses thresholds on `validation`, measures on `test`; `keep` gets the full classifier."""
    few = data.train.first(FEW)
    flow_fit_s, flow_turn_ms = _flow_of_usual_size(data)
    return DispatchBench(
        seed=seed,
        rows=(
            _classifier("classifier, every example", data, data.train, (seed, fitting), on_epoch, keep),
            _classifier(f"classifier, {FEW} an intent", data, few, (seed, fitting), on_epoch, None),
            _flow(f"flow dispatcher, {FEW} an intent, as in calls", data, few),
        ),
        flow_fit_s=flow_fit_s,
        flow_turn_ms=flow_turn_ms,
    )


def render(result: DispatchBench) -> Table:
    """The table of rows, with the flow's figures under it."""
    table = Table(
        caption=f"A flow of {FLOW_INTENTS} intents with {FLOW_EXAMPLES} examples each: "
        f"fitted in {result.flow_fit_s:.2f} s, {result.flow_turn_ms:.2f} ms a turn. Seed {result.seed}."
    )
    for heading in (
        "dispatcher",
        "threshold",
        "in-scope",
        "out-of-scope",
        "no threshold",
        "fit",
        "load",
        "turn",
    ):
        table.add_column(heading, justify="left" if heading == "dispatcher" else "right")
    for row in result.rows:
        table.add_row(
            row.name,
            f"{row.threshold:.4f}",
            f"{row.accuracy:.3f}",
            f"{row.recall:.3f}",
            f"{row.sorted_right / row.in_scope:.3f}",
            f"{row.fit_s:.1f} s",
            "-" if row.load_s is None else f"{row.load_s:.2f} s",
            f"{row.turn_ms:.2f} ms",
        )
    return table


def as_json(result: DispatchBench) -> dict[str, Any]:
    """The result with its rates, for machines."""
    rows = [
        asdict(row) | {"in_scope_accuracy": row.accuracy, "out_of_scope_recall": row.recall}
        for row in result.rows
    ]
    return asdict(result) | {"rows": rows}


def epochs(fitting: Fitting) -> int:
    """How often `bench_dispatch` will tell of an epoch."""
    return 2 * fitting.members * fitting.epochs


def one_question(phrases: Mapping[str, Sequence[Words]]) -> Flow:
    """A flow that asks one question, whose branches are these intents."""
    question = State(name="question", ask="?", on={intent: Branch(to=f"to_{intent}") for intent in phrases})
    return Flow(
        name="clinc150",
        start="question",
        states={"question": question},
        intents={intent: tuple(" ".join(words) for words in rows) for intent, rows in phrases.items()},
        turn_limit=1,
        too_long="question",
    )


def _classifier(
    name: str,
    data: IntentData,
    train: Phrases,
    settings: tuple[int, Fitting],
    on_epoch: Callable[[], None],
    keep: Path | None,
) -> DispatchRow:
    seed, fitting = settings
    begun_ns = stopwatch_ns()
    fitted = fit_classifier(
        Examples(by_intent=train.by_intent, outside=train.outside),
        rng=rng_for(seed, "dispatch", "classifier"),
        fitting=fitting,
        on_epoch=on_epoch,
    )
    fit_s = (stopwatch_ns() - begun_ns) / NS_PER_S
    fitted = fitted.with_threshold(_threshold(fitted, data.validation))
    loaded, load_s = _kept(fitted, keep)
    return _measured(name, data, train, (loaded.best, loaded.threshold), (fit_s, load_s))


def _threshold(classifier: Classifier, validation: Phrases) -> float:
    """As high as the accuracy wanted allows on the validation part; where that is out of reach, the usual price."""
    rows = validation.by_intent.items()
    right = sum(classifier.best(words).intent == intent for intent, phrases in rows for words in phrases)
    spare = right / validation.count - IN_SCOPE_WANTED
    return threshold_for(classifier, validation.by_intent, max(spare, GIVEN_UP))


def _kept(classifier: Classifier, keep: Path | None) -> tuple[Classifier, float]:
    """The classifier as it comes back from its file, and how long that takes."""
    with TemporaryDirectory() as folder:
        path = keep or Path(folder) / "classifier.npz"
        save_classifier(classifier, path)
        begun_ns = stopwatch_ns()
        loaded = load_classifier(path)
        return loaded, (stopwatch_ns() - begun_ns) / NS_PER_S


def _flow(name: str, data: IntentData, train: Phrases) -> DispatchRow:
    """The flow's dispatcher at the threshold that flows have."""
    flow = one_question(train.by_intent)
    begun_ns = stopwatch_ns()
    dispatcher = EmbeddedDispatcher(flow)
    fit_s = (stopwatch_ns() - begun_ns) / NS_PER_S

    def best(words: Words) -> IntentScore:
        return dispatcher.scores(flow.states["question"], words, {})[0]

    return _measured(name, data, train, (best, CONFIDENT), (fit_s, None))


def _flow_of_usual_size(data: IntentData) -> tuple[float, float]:
    few = data.train.first(FLOW_EXAMPLES, FLOW_INTENTS)
    flow = one_question(few.by_intent)
    begun_ns = stopwatch_ns()
    dispatcher = EmbeddedDispatcher(flow)
    fit_s = (stopwatch_ns() - begun_ns) / NS_PER_S
    phrases = [words for intent in few.by_intent for words in data.validation.by_intent.get(intent, ())]
    return fit_s, _turn_ms(lambda words: dispatcher.scores(flow.states["question"], words, {})[0], phrases)


def _measured(
    name: str,
    data: IntentData,
    train: Phrases,
    chosen: tuple[Best, float],
    seconds: tuple[float, float | None],
) -> DispatchRow:
    best, threshold = chosen
    # Timed on the validation part: what a dispatcher remembers of the test part's words must not make it look quick.
    turn_ms = _turn_ms(best, [words for rows in data.validation.by_intent.values() for words in rows])
    scored = [(best(words), intent) for intent, rows in data.test.by_intent.items() for words in rows]
    outside = [best(words).score for words in data.test.outside]
    return DispatchRow(
        name=name,
        intents=len(train.by_intent),
        examples=train.count,
        threshold=threshold,
        in_scope=len(scored),
        sorted_right=sum(score.intent == intent for score, intent in scored),
        answered_right=sum(score.intent == intent and score.score >= threshold for score, intent in scored),
        outside=len(outside),
        turned_away=sum(score < threshold for score in outside),
        fit_s=seconds[0],
        load_s=seconds[1],
        turn_ms=turn_ms,
    )


def _turn_ms(best: Best, phrases: Sequence[Words]) -> float:
    """The median over batches, spread over the phrases, of the mean time of a turn in a batch."""
    step = max(1, len(phrases) // _TIMED_BATCHES)
    batches: list[float] = []
    for start in range(0, len(phrases), step):
        batch = phrases[start : start + min(step, _TIMED_TURNS)]
        begun_ns = stopwatch_ns()
        for words in batch:
            best(words)
        batches.append((stopwatch_ns() - begun_ns) / 1e6 / len(batch))
    return statistics.median(batches)
