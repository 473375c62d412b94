"""A suite's cases as pytest's tests: collected by the product's own reading of suites, played by its own player.

    corpora/booking/smoke.yaml::books_first_slot::en-gb/clean/0
    suite's file                scenario          voice, line, repeat: the rest of the case's id

A test is one call. It fails when an expectation does not hold; gates are about runs, and are not asked here. Nothing is
stored but what was computed, for the next time, in pytest's own cache.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

import pytest

from agent.errors import AgentError
from evals.errors import HarnessError
from evals.player import Player, PlaySpec
from evals.record import Level
from evals.report import call_text
from evals.scenario.model import Case
from evals.store.finished import FinishedCall
from evals.suite import RunRequest, chosen
from evals.targets.registry import TargetSpec, changed_settings

_PLAYER = pytest.StashKey[Player]()


class CaseFailed(Exception):
    """A call did not meet its expectations, or could not be played."""

    def __init__(self, call: FinishedCall) -> None:
        self.call = call
        super().__init__(call.record.case_id)


class SuiteFile(pytest.File):
    """A suite's file; its children are its scenarios."""

    def collect(self) -> Iterator[ScenarioNode]:
        """The scenarios, in the file's order.

        Raises:
            CollectError: the file cannot be used; lists every mistake.
        """
        try:
            _, _, cases = chosen(_request(self.config, self.path))
        except (HarnessError, AgentError) as error:
            raise self.CollectError(str(error)) from error
        for scenario, group in groupby(cases, key=lambda case: case.scenario.id):
            yield ScenarioNode.of(self, scenario, group)


class ScenarioNode(pytest.Collector):
    """A scenario; its children are its cases."""

    cases: tuple[Case, ...]

    @classmethod
    def of(cls, parent: SuiteFile, name: str, cases: Iterable[Case]) -> ScenarioNode:
        """The node of a scenario with its cases."""
        node: ScenarioNode = cls.from_parent(parent, name=name)
        node.cases = tuple(cases)
        return node

    def collect(self) -> Iterator[CaseItem]:
        """The cases, in the order in which a run plays them."""
        for case in self.cases:
            yield CaseItem.of(self, case)


class CaseItem(pytest.Item):
    """One call."""

    case: Case

    @classmethod
    def of(cls, parent: ScenarioNode, case: Case) -> CaseItem:
        """The test of a case; its scenario's tags and its suite's name are keywords for -k."""
        _, _, variant = case.id.split("/", 2)
        item: CaseItem = cls.from_parent(parent, name=variant)
        item.case = case
        item.extra_keyword_matches.update((case.suite, *case.scenario.tags))
        return item

    def runtest(self) -> None:
        """Plays the call.

        Raises:
            CaseFailed: an expectation does not hold.
            HarnessError: it could not be played.
        """
        call = _player(self.config).finish(self.case)
        if not call.passed:
            raise CaseFailed(call)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException]) -> str:  # type: ignore[override]
        """What did not hold, the conversation, and the command that plays the call again and keeps its audio."""
        error = excinfo.value
        if isinstance(error, CaseFailed):
            return f"{call_text.render(error.call)}\n\nto play it again: {_again(self)}"
        if isinstance(error, HarnessError | AgentError):
            return str(error)
        return str(super().repr_failure(excinfo))

    def reportinfo(self) -> tuple[Path, None, str]:
        """Where the test comes from, and the case's id."""
        return self.path, None, self.case.id


def close_players(config: pytest.Config) -> None:
    """Ends the session's player, where there is one."""
    player = config.stash.get(_PLAYER, None)
    if player is not None:
        del config.stash[_PLAYER]
        player.close()


def _player(config: pytest.Config) -> Player:
    """This process's player, made when the first call is about to be played."""
    if _PLAYER not in config.stash:
        cache = getattr(config, "cache", None)  # absent where pytest's cache is switched off
        request = _request(config, Path())
        spec = PlaySpec(
            target=request.target,
            level=request.level,
            run_folder=None,
            cache_folder=Path(cache.mkdir("milliwatt")) if cache is not None else None,
            scorecards={},
        )
        config.stash[_PLAYER] = Player(spec, worker=0)
    return config.stash[_PLAYER]


def _request(config: pytest.Config, suite: Path) -> RunRequest:
    return RunRequest(
        suites=(suite,),
        level=_level(config),
        target=TargetSpec(
            name=config.getoption("milliwatt_target"),
            settings=changed_settings(config.getoption("milliwatt_set")),
        ),
        seed=config.getoption("milliwatt_seed"),
        repeat=config.getoption("milliwatt_repeat"),
    )


def _level(config: pytest.Config) -> Level:
    return Level(config.getoption("milliwatt_level") or config.getini("milliwatt_level"))


def _again(item: CaseItem) -> str:
    path = (
        item.path.relative_to(item.config.rootpath)
        if item.path.is_relative_to(item.config.rootpath)
        else item.path
    )
    options = [
        f"--level {_level(item.config)}",
        f"--seed {item.case.seed}",
        f"--only {item.case.scenario.id}",
    ]
    if (target := item.config.getoption("milliwatt_target")) != "reference":
        options.append(f"--target {target}")
    options += [f"--set {change}" for change in item.config.getoption("milliwatt_set")]
    if (repeat := item.config.getoption("milliwatt_repeat")) is not None:
        options.append(f"--repeat {repeat}")
    return f"milliwatt run {path} {' '.join(options)}"
