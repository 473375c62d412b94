"""Makes the recorded clips of this corpus and their manifest: `.venv/bin/python corpora/booking/make_clips.py`.

They stand for recordings of a real caller, so they are what synthesized lines are not: a room with early reflections,
a level that falls while the speaker leans back, hum and hiss under it, and silence before and after the words. Where
speech begins and ends is taken before the room is added, and goes into the manifest with the words. The clips are
committed, so that their bytes are the same wherever the corpus is played; this recipe says where they came from.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from agent.audio.tts.pyttsx3 import Pyttsx3TextToSpeech
from agent.media import RATE_HZ
from evals.rng import rng_for
from evals.synth.caller_voice import CleanSpeech, clean_speech, render

FOLDER = Path(__file__).parent / "clips"
SEED = 1
VOICE = "en-gb-scotland+m3"
LICENCE = "Apache-2.0"
LINES = {
    "confirms.wav": "Yeah hello, you've got the right man.",
    "money_and_time.wav": "Aye, we'd want it sorted this quarter, [pause 350] and I've put five thousand pounds by.",
    "takes_the_second.wav": "Let's go with the second of those.",
}

LEAD_MS, TAIL_MS = 250, 300
LEAN_BACK_DB = -5.0  # by the end of the clip
# Delay and gain of the early reflections in a small furnished room.
REFLECTIONS = ((11, 0.32), (17, -0.21), (29, 0.14), (41, -0.09))
HUM_HZ, HUM_DBOV, HISS_DBOV = 50, -72.0, -70.0


def main() -> None:
    """Writes the clips and `manifest.jsonl`."""
    FOLDER.mkdir(exist_ok=True)
    tts = Pyttsx3TextToSpeech(words_per_minute=180)
    rows = []
    for name, text in LINES.items():
        speech = clean_speech(asyncio.run(render(tts, text, VOICE)))
        path = FOLDER / name
        soundfile.write(path, in_a_room(speech.samples, name), RATE_HZ, subtype="ULAW")
        rows.append(
            {
                "audio": name,
                "text": text.replace(" [pause 350]", ""),
                "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
                "licence": LICENCE,
                "speech_ms": speech_ms(speech),
                "made_by": f"make_clips.py, espeak-ng voice {VOICE}",
            }
        )
    tts.close()
    (FOLDER / "manifest.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")


def speech_ms(speech: CleanSpeech) -> list[list[int]]:
    """The voiced intervals in milliseconds of the clip."""
    return [
        [LEAD_MS + span.start_ns // 1_000_000, LEAD_MS + span.end_ns // 1_000_000] for span in speech.speech
    ]


def in_a_room(samples: NDArray[np.int16], name: str) -> NDArray[np.float64]:
    """The speech with the room around it, full scale 1."""
    per_ms = RATE_HZ // 1000
    dry = np.pad(samples / 32768.0, (LEAD_MS * per_ms, TAIL_MS * per_ms))
    wet = dry.copy()
    for delay_ms, gain in REFLECTIONS:
        wet[delay_ms * per_ms :] += gain * dry[: -delay_ms * per_ms]
    wet *= 10 ** (np.linspace(0.0, LEAN_BACK_DB, wet.size) / 20)
    wet += np.sqrt(2) * 10 ** (HUM_DBOV / 20) * np.sin(2 * np.pi * HUM_HZ * np.arange(wet.size) / RATE_HZ)
    wet += 10 ** (HISS_DBOV / 20) * rng_for(SEED, "clips", name).standard_normal(wet.size)
    return wet * min(1.0, 0.5 / float(np.max(np.abs(wet))))


if __name__ == "__main__":
    main()
