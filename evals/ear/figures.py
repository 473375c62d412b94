"""The ear's figures on the fixed sentences, as the bench prints them and the model card quotes them."""

from __future__ import annotations

import statistics
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from agent.assembly import domain_texts
from agent.audio.stt.domain_model import sentences_of
from agent.audio.stt.ear.recogniser import EarSpeechToText, Knowledge
from agent.cache import ContentCache
from agent.clock import cpu_ns
from agent.cognitive.flow_file import built_in_flow
from agent.units import NS_PER_S
from evals.ear.held_out import held_out_sentences
from evals.ear.held_out_audio import HeldOutUtterance, held_out_voices, measured_lines, spoken
from evals.ear.language import runs
from evals.ear.measuring import Hearing, calibration_error, seconds
from evals.scenario.model import Line
from evals.sim.virtual_time import run_inline, run_virtual
from evals.streaming import streamed

_START = """
import numpy as np
from agent.clock import stopwatch_ns
from agent.audio.stt.ear.recogniser import EarSpeechToText
before = stopwatch_ns()
EarSpeechToText(["an agent's own text"]).transcribe([np.zeros(8000, np.int16)])
# getrusage would tell the peak of the process that started this one.
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print((stopwatch_ns() - before) / 1e9, int(peak.split()[1]) / 1024)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """How the ear is set up: what tables call it, what it knows, and hints."""

    name: str
    knowledge: Knowledge = Knowledge.LANGUAGE
    hints: tuple[str, ...] = ()


def the_ear(knowledge: Knowledge = Knowledge.LANGUAGE) -> EarSpeechToText:
    """The ear as the booking agent has it, less what that agent's texts share with the fixed sentences."""
    known = runs(sentence.text for sentence in held_out_sentences())
    texts = [line for text in domain_texts(built_in_flow("booking"), None) for line in sentences_of(text)]
    unshared = [line for line in texts if known.isdisjoint(runs([line]))]
    return EarSpeechToText(unshared, run_inline, knowledge=knowledge)


def settings() -> tuple[Setting, ...]:
    """With models of words, with hints besides, with a list of words and no model, and by letters alone.

    The hints are what a user would give: the words of the test list that the shipped model does not know, all of them
    for every sentence.
    """
    return (
        Setting(name="words"),
        Setting(name="words, hints", hints=unknown_words()),
        Setting(name="list of words", knowledge=Knowledge.WORDS),
        Setting(name="letters alone", knowledge=Knowledge.LETTERS),
    )


def unknown_words() -> tuple[str, ...]:
    """Words of the fixed sentences that neither the shipped model nor the booking flow knows."""
    ear = the_ear()
    return tuple(
        sorted(
            {
                word
                for sentence in held_out_sentences()
                for word in sentence.text.split()
                if not ear.knows(word)
            }
        )
    )


def utterances(line: Line, cache: ContentCache) -> list[HeldOutUtterance]:
    """All fixed sentences on a line."""
    return list(spoken(held_out_sentences(), held_out_voices(), line, cache))


def batched(ear: EarSpeechToText, heard: Sequence[HeldOutUtterance], hints: Sequence[str] = ()) -> Hearing:
    """What the ear makes of utterances, many at a time."""
    hearing = Hearing()
    begun = cpu_ns()
    found = ear.recognise([each.samples for each in heard], hints)
    hearing.work_s = (cpu_ns() - begun) / NS_PER_S
    for utterance, (transcript, confidences) in zip(heard, found, strict=True):
        hearing.audio_s += seconds(utterance.samples)
        hearing.take(utterance, transcript, confidences)
    return hearing


def one_by_one(ear: EarSpeechToText, heard: Sequence[HeldOutUtterance]) -> Hearing:
    """The same, streamed in frames of 20 ms, one utterance after another."""
    hearing = Hearing()
    for utterance in heard:
        transcript, work_s, finish_s = run_virtual(streamed(ear, utterance.samples))
        hearing.work_s += work_s
        hearing.finish_s.append(finish_s)
        hearing.audio_s += seconds(utterance.samples)
        hearing.take(utterance, transcript)
    return hearing


def measured(cache: ContentCache) -> Iterator[tuple[Setting, Line, Hearing]]:
    """Every setting on every line, as it comes."""
    ears = {knowledge: the_ear(knowledge) for knowledge in Knowledge}
    chosen = settings()
    for line in measured_lines():
        heard = utterances(line, cache)
        for setting in chosen:
            yield setting, line, batched(ears[setting.knowledge], heard, setting.hints)


def at_snr(hearings: Mapping[str, Hearing], snr: str) -> Hearing:
    """All noises of one ratio together; `snr` as in the lines' names, such as `10 dB`, or `clean`."""
    total = Hearing()
    for name, hearing in hearings.items():
        if name.endswith(snr) and (snr == "clean" or name.split()[-2] == snr.split()[0]):
            total += hearing
    return total


def summary(hearing: Hearing) -> str:
    """Entities, word times and confidence in a line."""
    entities = ", ".join(f"{kind} {right}/{of}" for kind, (right, of) in sorted(hearing.entities.items()))
    ends = statistics.median(abs(each) for each in hearing.end_errors_ms) if hearing.end_errors_ms else 0.0
    return (
        f"entities {entities}; word ends within {ends:.0f} ms (median); calibration error "
        f"{calibration_error(hearing.certainty):.3f}"
    )


def load_seconds_and_mib() -> tuple[float, float]:
    """How long the ear takes to be ready in a fresh process, imports apart, and the peak memory of that process."""
    out = subprocess.run(
        [sys.executable, "-c", _START], check=True, capture_output=True, text=True, timeout=120
    ).stdout.split()
    return float(out[0]), float(out[1])
