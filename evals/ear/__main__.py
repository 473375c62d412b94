"""The recipe of the embedded ear: `python -m evals.ear --help`, or `just train-ear`."""

from __future__ import annotations

import asyncio
import csv
import ctypes
import multiprocessing
import os
from pathlib import Path
from typing import Annotated

import typer

from agent.audio.stt.ear.acoustic import NETWORK
from agent.audio.stt.ear.lexicon import LEXICON, lexicon_bytes
from agent.audio.stt.ear.recogniser import TALK, WORDS
from agent.media import Samples
from evals.ear.bank import Spoken, make_this_shard, speech
from evals.ear.language import generated_model, talk_model
from evals.ear.spoiling import NoiseBank, cache_in, noise_bank, spoiled
from evals.report import curves as charts
from evals.report.curves import Curve, Panel, Point
from evals.rng import rng_for
from evals.store.disk import write_atomically

FOLDER = Path("reports/ear")
CHECK_SHARD = 9_999  # never trained on
_CHECKED = 160  # utterances

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__)
Folder = Annotated[Path, typer.Option(help="Where the bank, the checkpoint and the log lie.")]


@app.command()
def bank(
    folder: Folder = FOLDER,
    hours: Annotated[float, typer.Option(help="Hours of speech.")] = 60.0,
    shard_hours: Annotated[float, typer.Option(help="Hours in one file.")] = 1.0,
    seed: int = 3,
    workers: Annotated[int, typer.Option(help="Processes.")] = 2,
) -> None:
    """Make the bank of clean speech, some hundred times faster than real time; what is there is kept.

    Example: python -m evals.ear bank --hours 2
    """
    numbers = range(max(1, round(hours / shard_hours)))
    with multiprocessing.get_context("spawn").Pool(workers) as pool:
        jobs = [(folder / "bank", seed, number, shard_hours) for number in numbers]
        for done, path in enumerate(pool.imap_unordered(make_this_shard, jobs), 1):
            print(f"{done} of {len(jobs)}: {path.name}", flush=True)


@app.command()
def train(
    folder: Folder = FOLDER,
    minutes: Annotated[float, typer.Option(help="Of training in all, earlier sittings included.")] = 240.0,
    seed: int = 3,
    threads: Annotated[int, typer.Option(help="Processor cores to use.")] = 2,
    loaders: Annotated[int, typer.Option(help="Processes that spoil speech; more for a graphics card.")] = 1,
    device: Annotated[str, typer.Option(help="Where torch computes: cpu, cuda, mps.")] = "cpu",
) -> None:
    """Train the network, or go on from the last checkpoint; stop it at any time with Ctrl-C.

    The bank should be there (`bank`), or be in the making: shards are used as they come.
    Example: python -m evals.ear train --minutes 60
    """
    _keep_memory()
    from evals.ear.training import Trainer, TrainingPlan

    noises = asyncio.run(noise_bank(cache_in(folder)))
    plan = TrainingPlan(minutes=minutes, seed=seed, threads=threads, loaders=loaders, device=device)
    Trainer(folder, plan, noises).run(checks(noises, seed))


@app.command()
def finish(
    folder: Folder = FOLDER,
    seed: int = 3,
    earlier: Annotated[
        Path | None, typer.Option(help="A checkpoint that training went on from, to be mixed in.")
    ] = None,
    share: Annotated[float, typer.Option(min=0.0, max=1.0, help="Its share of the weights.")] = 0.4,
) -> None:
    """Write what the product ships, from the last checkpoint: the network, the words, the calibration.

    Example: python -m evals.ear finish --earlier reports/ear/checkpoint_184min.pt
    """
    from evals.ear.finishing import write_calibrated, write_network

    write_network(folder, NETWORK, _examples(folder, seed), earlier=earlier, share=share)
    print(f"network.onnx: {NETWORK.stat().st_size / 1e6:.2f} MB", flush=True)
    words(seed)
    write_calibrated(cache_in(folder))


@app.command()
def narrow(
    values: Annotated[int, typer.Option(min=1, help="Values that a layer splices from then on.")] = 80,
    folder: Folder = FOLDER,
    seed: int = 3,
    earlier: Annotated[
        Path | None, typer.Option(help="A checkpoint that training went on from, to be mixed in.")
    ] = None,
    share: Annotated[float, typer.Option(min=0.0, max=1.0, help="Its share of the weights.")] = 0.4,
) -> None:
    """Make the network smaller and faster where it loses least; then `train` on, towards what it heard before.

    Example: python -m evals.ear narrow --values 80
    """
    from evals.ear.finishing import narrow_checkpoint

    lost = narrow_checkpoint(folder, values, _examples(folder, seed), earlier=earlier, share=share)
    print("left out of the layers' power: " + ", ".join(f"{share:.2%}" for share in lost))


@app.command()
def words(seed: int = 3) -> None:
    """Write the models of words and how they sound, alone.

    Example: python -m evals.ear words
    """
    known: list[str] = []
    for path, model in ((TALK, talk_model()), (WORDS, generated_model(seed))):
        content = model.to_bytes()
        write_atomically(path, content)
        known += model.words
        print(f"{path.name}: {len(content) / 1e6:.2f} MB, {model.sizes} words, pairs, triples", flush=True)
    content = lexicon_bytes(known)
    write_atomically(LEXICON, content)
    print(f"{LEXICON.name}: {len(content) / 1e6:.2f} MB, {len(set(known))} words", flush=True)


@app.command()
def curves(
    folder: Folder = FOLDER,
    picture: Annotated[Path, typer.Option(help="The file to write.")] = Path("docs/ear-training.svg"),
) -> None:
    """Draw how training went, from its log.

    Example: python -m evals.ear curves
    """
    with open(folder / "training.csv", newline="", encoding="utf-8") as file:
        picture.write_text(training_picture(list(csv.DictReader(file))), encoding="utf-8")
    print(picture)


def training_picture(rows: list[dict[str, str]]) -> str:
    """Words written and words sounded wrong, without any knowledge of words, and the loss, over the minutes, as SVG."""
    minutes = tuple(f"{float(row['minutes']):.0f}" for row in rows)

    def curve(name: str, column: str, factor: float = 1.0) -> Curve:
        values = [row.get(column) for row in rows]
        return Curve(
            name=name, points=tuple(Point(y=float(each) * factor) if each else None for each in values)
        )

    errors = Panel(
        title="Words wrong, by symbols alone",
        x_label="minutes of training",
        y_label="words wrong (%)",
        places=minutes,
        curves=(
            curve("letters, clean", "clean", 100),
            curve("letters, 10 dB", "snr10", 100),
            curve("sounds, clean", "clean_sounds", 100),
        ),
    )
    loss = Panel(
        title="Loss in training",
        x_label="minutes of training",
        y_label="nats a symbol, both outputs",
        places=minutes,
        curves=(curve("loss", "loss"),),
    )
    return charts.curves((errors, loss), title="Training of the embedded ear")


def _examples(folder: Path, seed: int) -> list[Samples]:
    noises = asyncio.run(noise_bank(cache_in(folder)))
    return [samples for pairs in checks(noises, seed).values() for samples, _ in pairs[:40]]


def checks(noises: NoiseBank, seed: int) -> dict[str, list[tuple[Samples, str]]]:
    """The utterances that are listened to now and then in training: the same every time."""
    found: list[Spoken] = []
    for spoken in speech(seed, CHECK_SHARD):
        found.append(spoken)
        if len(found) == _CHECKED:
            break
    made: dict[str, list[tuple[Samples, str]]] = {}
    for name, snr in (("clean", None), ("snr10", 10.0)):
        made[name] = [
            (
                spoiled(
                    spoken.samples,
                    noises,
                    [],
                    rng_for(seed, "ear.check", at, name),
                    plain_snr=snr,
                    plain=True,
                ),
                spoken.text,
            )
            for at, spoken in enumerate(found)
        ]
    return made


def _keep_memory() -> None:
    """Tells glibc to keep freed memory: returning it and faulting it in again takes a third of training's time."""
    try:
        libc = ctypes.CDLL("libc.so.6")
        libc.mallopt(-4, 0)  # M_MMAP_MAX
        libc.mallopt(-1, 1 << 30)  # M_TRIM_THRESHOLD
    except OSError:
        pass  # another libc: it is only slower


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "2")
    app()
