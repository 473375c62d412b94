"""How soon the agent falls silent for a caller who interrupts, and whether a hum or a cough ever stops it."""

import pytest

from agent.cache import ContentCache
from evals.metrics.registry import measure
from evals.scenario.expansion import expand
from evals.scenario.file import load_suite
from evals.sim.audio_call import Voices, play_audio
from evals.targets.registry import TargetSpec, make_targets
from tests.cli import ROOT

pytestmark = pytest.mark.bench

SEEDS = range(1, 9)
SUITES = ("smoke", "interruptions", "recorded")
YIELD_WITHIN_MS = 200


def test_interruptions_and_backchannels_of_the_booking_corpus_on_the_clean_line() -> None:
    cache = ContentCache(None)
    reference, target = make_targets(TargetSpec(), cache)
    yields: list[float] = []
    false_stops: list[float] = []
    silent = not_offered = 0
    for suite in SUITES:
        path = ROOT / "corpora" / "booking" / f"{suite}.yaml"
        for seed in SEEDS:
            for case in expand(load_suite(path), seed=seed):
                if case.line.name != "clean" or not any(step.during_reply for step in case.scenario.caller):
                    continue
                record = play_audio(case, target, Voices(tts=reference.voices(case), cache=cache))
                for found in measure(record):
                    if found.metric == "false_stop" and found.value is not None:
                        false_stops.append(found.value)
                    elif found.metric == "yield_latency_net" and found.value is not None:
                        yields.append(found.value)
                    elif found.metric == "yield_latency_net":
                        silent += "no reply was under way" in found.unscored_reason
                        not_offered += "not offered" in found.unscored_reason
    reference.close()
    within = sum(value <= YIELD_WITHIN_MS for value in yields)
    print(
        f"\n{len(yields)} interruptions of a speaking agent: silent at the ear within {YIELD_WITHIN_MS} ms plus the "
        f"line's delay in {within} ({within / len(yields):.1%}), median {sorted(yields)[len(yields) // 2]:.0f} ms, "
        f"longest {max(yields):.0f} ms; {silent} found the reply over, {not_offered} came after its end"
    )
    print(f"{len(false_stops)} hums and coughs over a speaking agent: {sum(false_stops):.0f} stopped it")
    assert within / len(yields) >= 0.95
    assert sum(false_stops) == 0
