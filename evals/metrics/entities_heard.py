"""Whether what had to come through exactly did: the entities that a scenario declares on a line of the caller.

Each is looked for in what the agent's recogniser made of that line. Counts travel: `entity_phone_said` and
`entity_phone_heard`, and so on for each kind, make the accuracy of a kind and of all kinds when calls are pooled.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from agent.turn import Json
from evals.metrics.definition import MetricDefinition
from evals.metrics.entities.context import EntityContext
from evals.metrics.entities.digits import DIGIT_KINDS, DigitErrors, digit_errors
from evals.metrics.entities.find import matches
from evals.metrics.measurement import Measurement
from evals.metrics.timeline import WORD_KINDS, scenario_step
from evals.metrics.words_heard import heard_text, no_texts
from evals.record import CallRecord
from evals.scenario.model import EntityKind

SAID = {
    kind: MetricDefinition(name=f"entity_{kind}_said", version=1, unit="entities", better="")
    for kind in EntityKind
}
HEARD = {
    kind: MetricDefinition(name=f"entity_{kind}_heard", version=1, unit="entities", better="higher")
    for kind in EntityKind
}
DIGITS_SAID = MetricDefinition(name="digits_said", version=1, unit="digits", better="")
DIGIT_ERRORS = MetricDefinition(name="digit_errors", version=1, unit="digits")

METRICS = (*SAID.values(), *HEARD.values(), DIGITS_SAID, DIGIT_ERRORS)

_COUNTRY_OF_ZONE = {
    "Europe/London": "GB",
    "Europe/Belfast": "GB",
    "Europe/Dublin": "IE",
    "Pacific/Honolulu": "US",
}
# The zones of the United States by their cities; other zones of America belong to other countries.
_CITIES_OF_THE_STATES = frozenset(
    "New_York Chicago Denver Phoenix Los_Angeles Anchorage Detroit Boise".split()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredEntity:
    """An entity as the frozen scenario has it."""

    kind: EntityKind
    value: str


def entities_heard(record: CallRecord) -> list[Measurement]:
    """For every line of the caller and every kind of entity on it: how many were said, and how many heard right."""
    measurements: list[Measurement] = []
    context = context_of(record)
    for turn, utterance in enumerate(record.utterances):
        if utterance.kind not in WORD_KINDS:
            continue
        declared = declared_entities(scenario_step(record, utterance).get("entities"))
        for kind in dict.fromkeys(entity.kind for entity in declared):
            values = [entity.value for entity in declared if entity.kind is kind]
            excuse = _excuse(record, turn, kind, values, context)
            measurements += (
                [metric.unscored(excuse, turn=turn) for metric in _metrics_of(kind)]
                if excuse
                else _counts(kind, values, utterance.text, heard_text(record, turn), context, turn)
            )
    return measurements


def declared_entities(entities: Json) -> list[DeclaredEntity]:
    """The entities of a scenario's line that are of a known kind; a plain text is declared for people only."""
    found = []
    for entity in entities if isinstance(entities, list | tuple) else ():
        if isinstance(entity, Mapping) and entity.get("type") in set(EntityKind):
            value = entity.get("value")
            found.append(DeclaredEntity(kind=EntityKind(str(entity["type"])), value=str(value)))
    return found


def context_of(record: CallRecord) -> EntityContext:
    """The day of the call and the country of the caller's time zone."""
    zone = str(record.scenario.get("time_zone") or "")
    area, _, city = zone.partition("/")
    in_states = area == "America" and city in _CITIES_OF_THE_STATES
    country = "US" if in_states else _COUNTRY_OF_ZONE.get(zone, "")
    try:
        today = datetime.fromisoformat(str(record.scenario.get("now_iso") or "")).date()
    except ValueError:
        today = None
    return EntityContext(today=today, country=country, day_first=country != "US")


def _excuse(
    record: CallRecord, turn: int, kind: EntityKind, values: Iterable[str], context: EntityContext
) -> str:
    """Why the entities of a kind on a line cannot be measured; empty when they can."""
    utterance = record.utterances[turn]
    excuse = no_texts(record)
    if excuse:
        return excuse
    if utterance.hung_up:
        return "the caller hung up while speaking"
    # Nothing can be heard right that the caller did not say so that it can be read; the scenario is at fault then.
    if not all(matches(kind, value, utterance.text, context) for value in values):
        return f"the {kind} declared is not in what the caller says"
    return ""


def _metrics_of(kind: EntityKind) -> tuple[MetricDefinition, ...]:
    digits = (DIGITS_SAID, DIGIT_ERRORS) if kind in DIGIT_KINDS else ()
    return (SAID[kind], HEARD[kind], *digits)


def _counts(
    kind: EntityKind, values: list[str], said_text: str, heard: str, context: EntityContext, turn: int
) -> list[Measurement]:
    right = sum(matches(kind, value, heard, context) for value in values)
    counts = [SAID[kind].of(len(values), turn=turn), HEARD[kind].of(right, turn=turn)]
    if kind in DIGIT_KINDS:
        digits = sum(
            (digit_errors(kind, value, said_text, heard, context) for value in values), DigitErrors()
        )
        counts += [DIGITS_SAID.of(digits.digits, turn=turn), DIGIT_ERRORS.of(digits.errors, turn=turn)]
    return counts
