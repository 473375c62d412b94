"""A scorecard's YAML file becomes a `Scorecard`, or one error that lists every mistake in it with its line.

    schema: 1
    card: booking_qa
    version: 1
    title: Outbound booking call
    items:
      - id: disclosure
        question: Was it said that ...?
        section: compliance          # has a score of its own; any other name is just a heading
        weight: 15
        fatal: true                  # failing it zeroes the score
        rule: {kind: heard_any, any_of: ["automated assistant"]}
        applies_when: {not_outcome: [caller_hung_up]}

The kinds of rules and their keys are `RULE_KEYS`; what each asks is told in `rules.py`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from evals.metrics.registry import BY_NAME
from evals.scenario.fields import Fields, unknown
from evals.scoring.rules import (
    CallerLedInto,
    HeardAny,
    HeardBeforeState,
    HeardLast,
    HeardMatchesCaptured,
    MetricAtMost,
    OutcomeIs,
    PathOrder,
    Rule,
    ToolCalled,
)
from evals.scoring.scorecard import Applies, CardItem, Scorecard
from evals.scoring.text_file import read_file

if TYPE_CHECKING:
    from pathlib import Path

CARD_KEYS = ("card", "version", "title", "items")
ITEM_KEYS = ("id", "question", "section", "weight", "fatal", "rule", "applies_when")
APPLIES_KEYS = ("visited", "outcome", "not_outcome", "expects_outcome")

RULE_KEYS: Mapping[str, tuple[str, ...]] = {
    "heard_any": ("any_of",),
    "heard_before_state": ("any_of", "before"),
    "heard_last": ("any_of",),
    "heard_matches_captured": ("variable",),
    "caller_led_into": ("state", "any_of", "none_of", "keys"),
    "path_order": ("first", "then"),
    "outcome_is": ("any_of",),
    "tool_called": ("tool",),
    "metric_at_most": ("metric", "at_most"),
}
"""Every kind of rule with its keys; `none_of` and `keys` may be left out."""

_OPTIONAL = ("none_of", "keys")


def load_scorecard(path: Path) -> Scorecard:
    """The scorecard in the file at `path`.

    Raises:
        BadInput: it cannot be used; lists every mistake with its line.
    """
    return read_file(path, CARD_KEYS, _card)


def _card(fields: Fields) -> Scorecard:
    fields.require("card", "version", "items")
    items = [
        _item(Fields(node, f"item {number}", ITEM_KEYS, fields.mistakes))
        for number, node in enumerate(fields.sequence("items"), start=1)
    ]
    if "items" in fields and not items:
        fields.wrong(fields.line_of("items"), "`items` is empty")
    names = [item.id for item in items if item.id]
    for name in sorted({name for name in names if names.count(name) > 1}):
        fields.wrong(fields.line_of("items"), f"two items are called `{name}`")
    return Scorecard(
        name=fields.name("card"),
        version=fields.integer("version", 1, 1_000_000) or 1,
        title=fields.text("title"),
        items=tuple(items),
    )


def _item(fields: Fields) -> CardItem:
    fields.require("id", "question", "section", "weight", "rule")
    when = fields.mapping("applies_when", APPLIES_KEYS)
    weight = fields.number("weight", 0, 1_000_000)
    if weight == 0:
        fields.wrong(fields.line_of("weight"), "`weight` must be above 0")
    return CardItem(
        id=fields.name("id"),
        question=fields.text("question"),
        section=fields.name("section"),
        weight=weight or 1.0,
        rule=_rule(fields),
        fatal=_truth(fields, "fatal"),
        applies=Applies(
            visited=when.texts("visited"),
            outcome=when.texts("outcome"),
            not_outcome=when.texts("not_outcome"),
            expects_outcome=when.texts("expects_outcome"),
        ),
    )


def _truth(fields: Fields, key: str) -> bool:
    node = fields.node(key)
    if node is None or isinstance(node.value, bool):
        return node is not None and node.value is True
    fields.wrong(node.line, f"`{key}` must be true or false")
    return False


def _rule(item: Fields) -> Rule:
    kind = item.mapping("rule", None).text("kind")
    if kind not in RULE_KEYS:
        if kind:
            item.wrong(item.line_of("rule"), unknown("kind of rule", kind, RULE_KEYS))
        elif "rule" in item:
            item.mapping("rule", None).require("kind")
        return OutcomeIs(any_of=())  # stands in for a rule that is refused
    fields = item.mapping("rule", ("kind", *RULE_KEYS[kind]), f"rule {kind}")
    fields.require(*(key for key in RULE_KEYS[kind] if key not in _OPTIONAL))
    if "any_of" in fields and not fields.texts("any_of"):
        fields.wrong(fields.line_of("any_of"), "`any_of` names nothing")
    return _RULES[kind](fields)


def _metric_at_most(fields: Fields) -> Rule:
    metric = fields.text("metric")
    if metric and metric not in BY_NAME:
        fields.wrong(fields.line_of("metric"), unknown("metric", metric, BY_NAME))
    return MetricAtMost(metric=metric, at_most=fields.number("at_most", -math.inf, math.inf) or 0.0)


_RULES: Mapping[str, Callable[[Fields], Rule]] = {
    "heard_any": lambda fields: HeardAny(any_of=fields.texts("any_of")),
    "heard_before_state": lambda fields: HeardBeforeState(
        any_of=fields.texts("any_of"), before=fields.name("before")
    ),
    "heard_last": lambda fields: HeardLast(any_of=fields.texts("any_of")),
    "heard_matches_captured": lambda fields: HeardMatchesCaptured(variable=fields.name("variable")),
    "caller_led_into": lambda fields: CallerLedInto(
        state=fields.name("state"),
        any_of=fields.texts("any_of"),
        none_of=fields.texts("none_of"),
        keys=fields.texts("keys"),
    ),
    "path_order": lambda fields: PathOrder(first=fields.name("first"), then=fields.name("then")),
    "outcome_is": lambda fields: OutcomeIs(any_of=fields.texts("any_of")),
    "tool_called": lambda fields: ToolCalled(tool=fields.text("tool")),
    "metric_at_most": _metric_at_most,
}
