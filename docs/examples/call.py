"""One scenario of a suite played at text level, and the call printed.

PYTHONPATH=. python docs/examples/call.py SUITE.yaml SCENARIO
"""

from __future__ import annotations

import sys
from pathlib import Path

from evals.player import Player, PlaySpec
from evals.record import Level
from evals.report.call_text import render
from evals.scenario.expansion import expand
from evals.scenario.file import load_suite
from evals.sim.world import check_world
from evals.targets.registry import TargetSpec


def main() -> None:
    """Plays it and prints it."""
    suite, wanted = Path(sys.argv[1]), sys.argv[2]
    spec = PlaySpec(
        target=TargetSpec(latency="none"), level=Level.TEXT, run_folder=None, cache_folder=None, scorecards={}
    )
    cases = expand(load_suite(suite, check_world=check_world), seed=1)
    with Player(spec, worker=0) as player:
        print(render(player.finish(next(case for case in cases if case.scenario.id == wanted))).strip())


if __name__ == "__main__":
    main()
