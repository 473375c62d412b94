"""What whole calls cost: speed against real time, fresh and from the cache, and the memory of a long run."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import duckdb
import pytest

from agent.cache import ContentCache
from agent.clock import stopwatch_ns
from agent.units import NS_PER_S
from evals.record import record_sha256
from evals.scenario.expansion import expand
from evals.scenario.file import load_suite
from evals.scenario.model import Case
from evals.sim.audio_call import Voices, play_audio
from evals.targets.registry import TargetSpec, make_targets
from tests.bench.processes import run
from tests.cli import ROOT, SMOKE, start

pytestmark = pytest.mark.bench

RUN_CALLS = 200
BOOKING = [
    f"corpora/booking/{suite}.yaml" for suite in ("smoke", "paths", "interruptions", "line", "recorded")
]
MEMORY_LIMIT_MIB = 1536


def cases(*lines: str) -> list[Case]:
    suites = ("smoke", "interruptions")
    found = [
        case
        for suite in suites
        for case in expand(load_suite(ROOT / "corpora" / "booking" / f"{suite}.yaml"), seed=1)
    ]
    return [case for case in found if case.line.name in lines]


def play(chosen: list[Case], cache_of_call: dict[str, ContentCache]) -> tuple[float, float, list[str]]:
    """Seconds of calls, seconds they took, hashes; each call has the cache named for it, or a new one."""
    call_s = wall_s = 0.0
    hashes = []
    for case in chosen:
        cache = cache_of_call.setdefault(case.id, ContentCache(None))
        reference, target = make_targets(TargetSpec(), cache)
        voices = Voices(tts=reference.voices(case), cache=cache)
        target.warm_up(case)  # type: ignore[union-attr]  # models load once a process, not once a call
        begun_ns = stopwatch_ns()
        record = play_audio(case, target, voices)
        wall_s += (stopwatch_ns() - begun_ns) / NS_PER_S
        call_s += record.duration_ns / NS_PER_S
        hashes.append(record_sha256(record))
        reference.close()
    return call_s, wall_s, hashes


@pytest.mark.parametrize("line", ["clean", "office_15db", "mobile_edge"])
def test_audio_level_speed_on_one_core_fresh_and_from_the_cache(line: str) -> None:
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    try:
        chosen = cases(line)
        caches: dict[str, ContentCache] = {}
        call_s, fresh_s, fresh = play(chosen, caches)
        again_s, cached_s, cached = play(chosen, caches)
    finally:
        os.sched_setaffinity(0, cores)
    assert (call_s, fresh) == (again_s, cached)
    print(
        f"\n{line}: {len(chosen)} calls of {call_s:.0f} s: computed afresh {call_s / fresh_s:.1f}x real time, "
        f"from the cache {call_s / cached_s:.0f}x"
    )


def test_speed_of_the_booking_corpus_as_one_run_on_one_core_with_no_cache(tmp_path: Path) -> None:
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    try:
        begun_ns = stopwatch_ns()
        arguments = ["run", *BOOKING, "--level", "audio", "--no-cache", "--reports", tmp_path]
        process = start(arguments, output=subprocess.DEVNULL)
        process.wait(600)
        wall_s = (stopwatch_ns() - begun_ns) / NS_PER_S
    finally:
        os.sched_setaffinity(0, cores)
    assert process.returncode in (0, 1)
    with duckdb.connect(str(tmp_path / "milliwatt.duckdb"), read_only=True) as store:
        found = store.execute("SELECT count(*), sum(duration_ns) FROM calls").fetchone()
    assert found is not None
    count, call_s = found[0], found[1] / NS_PER_S
    print(
        f"\n{count} calls of {call_s:.0f} s on every line of the corpus, one process on one core, nothing cached: "
        f"{wall_s:.0f} s from start to exit, {call_s / wall_s:.1f}x real time"
    )


def test_memory_of_a_run_of_two_hundred_calls(tmp_path: Path) -> None:
    repeat = -(-RUN_CALLS // len(expand(load_suite(ROOT / SMOKE), seed=1)))
    arguments = ["run", SMOKE, "--level", "audio", "--workers", "2", "--repeat", str(repeat)]
    ran = run([*arguments, "--reports", tmp_path], patience_s=3600)
    assert ran.status in (0, 1)
    print(
        f"\nrun of {repeat * 24} audio calls, 2 workers: peak memory {ran.peak_mib:.0f} MiB in all processes"
    )
    assert ran.peak_mib <= MEMORY_LIMIT_MIB
