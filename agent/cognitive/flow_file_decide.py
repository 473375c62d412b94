"""The key `decide` of a state in a flow file: rules in the order in which they are tried.

    "which_desk": {"decide": [{"if": {"tier": "gold"}, "to": "gold_desk"},
                              {"if": {"attempts": {"at_least": 2}, "order": {"known": true}}, "to": "person",
                               "say": "Let me find somebody."}],
                   "on": {"next": "standard_desk"}}

A text is the value wanted, a list several of them; `{"at_least": n}`, `{"at_most": n}` and `{"known": true}` ask
otherwise. The branch of a rule has its conditions for a name.
"""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, Field, model_validator

from agent.cognitive.decision import Condition, Rule, Test
from agent.cognitive.flow import Branch


class TestModel(BaseModel):
    """One of its keys."""

    __test__ = False

    model_config = ConfigDict(extra="forbid", strict=True)
    at_least: float | None = None
    at_most: float | None = None
    known: bool | None = None

    @model_validator(mode="after")
    def _one(self) -> TestModel:
        if len(self.model_fields_set) != 1:
            raise ValueError("one of `at_least`, `at_most` and `known` is wanted")
        return self


class RuleModel(BaseModel):
    """An entry of `decide`."""

    model_config = ConfigDict(extra="forbid", strict=True)
    conditions: dict[str, str | list[str] | TestModel] = Field(alias="if", min_length=1)
    to: str
    say: str = ""


def rules_of(models: Sequence[RuleModel]) -> tuple[tuple[Rule, ...], dict[str, Branch]]:
    """The rules, and the branches that they take."""
    rules: list[Rule] = []
    branches: dict[str, Branch] = {}
    for model in models:
        conditions = tuple(_condition(name, wanted) for name, wanted in model.conditions.items())
        branch = " and ".join(map(str, conditions))
        rules.append(Rule(conditions=conditions, branch=branch))
        # Of two rules with the same conditions the first always wins.
        branches.setdefault(branch, Branch(to=model.to, say=model.say))
    return tuple(rules), branches


def _condition(variable: str, wanted: str | list[str] | TestModel) -> Condition:
    if isinstance(wanted, str):
        return Condition(variable=variable, test=Test.IS, value=wanted)
    if isinstance(wanted, list):
        return Condition(variable=variable, test=Test.AMONG, value=tuple(wanted))
    (name,) = wanted.model_fields_set
    return Condition(variable=variable, test=Test(name), value=getattr(wanted, name))
