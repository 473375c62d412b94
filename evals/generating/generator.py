"""Thousands of distinct conversations from a few scenarios: the same seed gives the same, and more only add to them.

Scenarios take turns, so the first conversations of a larger request are those of a smaller one. Each conversation has
a random stream of its own, named by its scenario and number; one whose caller says just what another said is drawn
again, and a scenario that has nothing new to say any more leaves the round.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from agent.cognitive.flow import Flow
from agent.cognitive.spoken_words import spoken_form
from evals.ear.text_grammar import Dice
from evals.generating.confusions import ConfusionModel, Recogniser
from evals.generating.conversation import Conversation, caller_words, converse
from evals.generating.plan import Plan
from evals.generating.variations import Rates, Variation
from evals.generating.wording import Wording
from evals.rng import rng_for
from evals.scenario.lines import BUILT_IN
from evals.scenario.model import Line, Scenario

MOST_DRAWS = 40  # for one conversation, before its scenario is taken to have said everything
LONG_EXAMPLE_WORDS = 3  # from here on, a line that stands among the flow's examples tells nothing of an agent

FROM = "from:"
LINE = "line:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What to generate.

    Attributes:
        plans: the scenarios, in order.
        count: how many conversations.
        seed: of everything that is drawn.
        rates: how often each variation is made.
        confusions: a recogniser's errors; None for callers who are heard as they speak.
        lines: the names of the line conditions that calls are on in turn; empty for the scenarios' own.
    """

    plans: Sequence[Plan]
    count: int
    seed: int
    rates: Rates
    confusions: ConfusionModel | None = None
    lines: tuple[str, ...] = ()


@dataclass(slots=True)
class Tally:
    """What came of it, told while it goes on.

    Attributes:
        made: conversations so far.
        by: how many conversations each variation was made to.
        exhausted: scenarios that had nothing new to say any more, with what they gave.
        redrawn: conversations that had been made before, or said what the flow's examples say.
        words, wrong: words said that went through the confusion model, and errors that it made of them.
    """

    made: int = 0
    by: dict[Variation, int] = field(default_factory=dict)
    exhausted: dict[str, int] = field(default_factory=dict)
    redrawn: int = 0
    words: int = 0
    wrong: int = 0


def conversations(request: Request, flow: Flow, wording: Wording, tally: Tally) -> Iterator[Scenario]:
    """The conversations, as scenarios; fewer than asked for where the scenarios run out of things to say."""
    maker = _Maker(request, flow, wording, tally)
    left = list(range(len(request.plans)))
    numbers = [0] * len(request.plans)
    while left:
        for place in list(left):
            if tally.made == request.count:
                return
            made = maker.next_of(request.plans[place], numbers[place], place)
            if made is None:
                left.remove(place)
                tally.exhausted[_name(request.plans[place])] = numbers[place]
                continue
            numbers[place] += 1
            tally.made += 1
            yield made


class _Maker:
    def __init__(self, request: Request, flow: Flow, wording: Wording, tally: Tally) -> None:
        self._request = request
        self._flow = flow
        self._wording = wording
        self._tally = tally
        self._seen: set[tuple[str, ...]] = set()
        self._examples = _examples(flow)
        self._several_suites = len({plan.suite for plan in request.plans}) > 1
        self._own: dict[str, frozenset[str]] = {}
        self._recognisers: dict[str, Recogniser] = {}

    def next_of(self, plan: Plan, number: int, place: int) -> Scenario | None:
        """The plan's next conversation; None when it has none that is new. `place` is the plan's in the round."""
        for draw in range(MOST_DRAWS):
            dice = Dice(
                rng_for(self._request.seed, "corpus.generate", plan.suite, plan.scenario.id, number, draw)
            )
            made = converse(plan, self._flow, self._wording, self._request.rates, dice)
            words = caller_words(made.scenario)
            if words in self._seen or self._cribs(made, words):
                self._tally.redrawn += 1
                continue
            self._seen.add(words)
            return self._finished(made, number, self._line(number + place))
        return None

    def _cribs(self, made: Conversation, words: tuple[str, ...]) -> bool:
        """Whether a line that was drawn stands among the flow's examples, which the agent has learned from."""
        name = made.scenario.variables.get("first_name", "").lower()
        own = self._own_words(made.source)
        return any(
            len(form.split()) > LONG_EXAMPLE_WORDS and _without_name(form, name) in self._examples
            for form in words
            if form not in own
        )

    def _own_words(self, plan: Plan) -> frozenset[str]:
        name = _name(plan)
        if name not in self._own:
            self._own[name] = frozenset(caller_words(plan.scenario))
        return self._own[name]

    def _finished(self, made: Conversation, number: int, line: Line | None) -> Scenario:
        plan, scenario, done = made.source, made.scenario, set(made.done)
        front = f"{plan.suite}-{plan.scenario.id}" if self._several_suites else plan.scenario.id
        heard = scenario.caller
        if self._request.confusions is not None:
            stream = rng_for(self._request.seed, "corpus.recogniser", plan.suite, plan.scenario.id, number)
            dice = Dice(stream)
            if dice.chance(self._request.rates[Variation.RECOGNISER]):
                recogniser = self._recogniser(line or scenario.line)
                heard = tuple(recogniser.heard(step, dice, self._tally) for step in heard)
                done.add(Variation.RECOGNISER)
        for variation in done:
            self._tally.by[variation] = self._tally.by.get(variation, 0) + 1
        tags = [*plan.scenario.tags, f"{FROM}{_name(plan)}", *(v for v in Variation if v in done)]
        if line is not None:
            tags.append(f"{LINE}{line.name}")
        return replace(
            scenario,
            id=f"{front}-{number + 1:05}",
            tags=tuple(str(tag) for tag in tags),
            caller=heard,
            line=line if line is not None else scenario.line,
        )

    def _line(self, turn: int) -> Line | None:
        lines = self._request.lines
        return BUILT_IN[lines[turn % len(lines)]] if lines else None

    def _recogniser(self, line: Line | None) -> Recogniser:
        assert self._request.confusions is not None
        name = line.name if line is not None else self._request.confusions.usual
        if name not in self._recognisers:
            self._recognisers[name] = Recogniser(self._request.confusions, name)
        return self._recognisers[name]


_NAME = "firstname"


def _examples(flow: Flow) -> Mapping[str, None]:
    phrases = flow.example_phrases({"first_name": _NAME})
    return dict.fromkeys(spoken_form(phrase) for phrase in phrases)


def _without_name(form: str, name: str) -> str:
    return " ".join(_NAME if word == name else word for word in form.split())


def _name(plan: Plan) -> str:
    return f"{plan.suite}/{plan.scenario.id}"
