"""`pytest --milliwatt SUITE`: every case of a suite is a test.

pytest loads this module in every session of an environment that milliwatt is installed in. So it imports nothing but
pytest itself; what plays calls is imported once a suite was asked for (`evals/pytest_cases.py`).
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from evals.pytest_cases import SuiteFile

LEVELS = ("text", "audio")
SUITES = pytest.StashKey[tuple[Path, ...]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options and the ini settings."""
    group = parser.getgroup("milliwatt", "calls against a voice agent (milliwatt)")
    group.addoption(
        "--milliwatt",
        action="append",
        default=[],
        metavar="SUITE",
        help="Collect every case of this suite as a test; may be given again. SUITE.yaml::SCENARIO takes one scenario.",
    )
    group.addoption("--milliwatt-level", choices=LEVELS, help="As `milliwatt run --level`; audio by default.")
    group.addoption("--milliwatt-seed", type=_seed, default=1, metavar="N", help="As `milliwatt run --seed`.")
    group.addoption(
        "--milliwatt-repeat",
        type=_repeat,
        metavar="N",
        help="Play each case so often, as `milliwatt run --repeat`.",
    )
    group.addoption(
        "--milliwatt-target", default="reference", metavar="TARGET", help="What answers the calls."
    )
    group.addoption(
        "--milliwatt-set",
        action="append",
        default=[],
        metavar="agent.KEY=VALUE",
        help="Change a setting, as `milliwatt run --set`.",
    )
    parser.addini(
        "milliwatt_suites", type="paths", default=[], help="Suites to collect when pytest is given no paths."
    )
    parser.addini(
        "milliwatt_level", default="audio", help="text or audio, where --milliwatt-level is not given."
    )


def pytest_configure(config: pytest.Config) -> None:
    """Puts the suites among what is collected: those asked for, or else, where no path is given, the ini file's."""
    asked: Sequence[str] = config.getoption("milliwatt")
    listed: list[Path] = config.getini("milliwatt_suites")
    folder = config.invocation_params.dir
    paths = [folder / suite.partition("::")[0] for suite in asked]
    # Those of the ini file count as suites whenever pytest meets them, such as under a folder that it was given.
    config.stash[SUITES] = tuple({path.resolve(): None for path in (*paths, *listed)})
    if not config.stash[SUITES]:
        return
    if (level := config.getini("milliwatt_level")) not in LEVELS:
        raise pytest.UsageError(f"milliwatt_level = {level}: there is {' and '.join(LEVELS)}")
    nowhere = config.args_source is not pytest.Config.ArgsSource.ARGS
    if asked:
        _put(config, asked, "--milliwatt", alone=nowhere)
    elif nowhere:
        _put(config, [str(path) for path in listed], "milliwatt_suites", alone=False)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> SuiteFile | None:
    """A suite, where the file is one of those asked for."""
    if file_path.resolve() not in parent.config.stash.get(SUITES, ()):
        return None
    from evals.pytest_cases import SuiteFile

    return SuiteFile.from_parent(parent, path=file_path)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Ends what played the calls."""
    if config.stash.get(SUITES, ()):
        from evals.pytest_cases import close_players

        close_players(config)


def _put(config: pytest.Config, suites: Sequence[str], named_by: str, *, alone: bool) -> None:
    missing = [
        suite for suite in suites if not (config.invocation_params.dir / suite.partition("::")[0]).is_file()
    ]
    if missing:
        raise pytest.UsageError(*(f"{named_by} {suite}: no such file" for suite in missing))
    # A worker of pytest-xdist is given what its controller has put there.
    more = [suite for suite in suites if suite not in config.args]
    config.args[:] = more if alone else [*config.args, *more]


def _seed(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 0")
    return int(text)


def _repeat(text: str) -> int:
    if not (text.isdecimal() and 1 <= int(text) <= 1000):
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 1 to 1000")
    return int(text)
