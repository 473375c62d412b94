"""`milliwatt calibrate`: how far the harness itself may be trusted."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from evals.cli.common import app, err, out


@app.command(epilog="Example: milliwatt calibrate --quick")
def calibrate(
    seed: Annotated[int, typer.Option(help="Of every delay, slip and line.", min=0)] = 1,
    pairs: Annotated[
        int, typer.Option(help="Paired cases of a comparison with a planted fault.", min=1, max=10_000)
    ] = 300,
    aa: Annotated[
        int, typer.Option("--aa", help="Comparisons of equal agents; 0 for none.", min=0, max=100_000)
    ] = 500,
    aa_pairs: Annotated[
        int, typer.Option("--aa-pairs", help="Paired cases of each of these.", min=1, max=10_000)
    ] = 60,
    repeats: Annotated[
        int,
        typer.Option(
            help="Calls of each voice and line whose times are measured; 0 for none.", min=0, max=1_000
        ),
    ] = 4,
    kinds: Annotated[
        list[str] | None,
        typer.Option("--kinds", help="Plant only these faults (repeat it); `none` plants none."),
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="A look at each part in half a minute; proves little.")
    ] = False,
    workers: Annotated[int, typer.Option(help="Processes; they change no result.", min=1, max=256)] = 2,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    plots: Annotated[
        Path | None, typer.Option(help="Draw errors and recall into this folder, as SVG.")
    ] = None,
) -> None:
    """Plays agents of known delays and planted faults, and prints how well the harness measures and judges them.

    Exit status: 0 every line of docs/calibration.md is kept, 1 one is not, 2 bad input.
    """
    from evals.commands.calibrate import QUICK_KINDS, CalibrateOptions, calibrate_harness

    options = CalibrateOptions(
        seed=seed,
        pairs=100 if quick else pairs,
        alarms=min(aa, 8) if quick else aa,
        alarm_pairs=40 if quick else aa_pairs,
        repeats=min(repeats, 1) if quick else repeats,
        kinds=tuple(kinds or (QUICK_KINDS if quick else ())),
        strengths=1 if quick else None,
        voices=1 if quick else None,
        workers=workers,
        as_json=as_json,
        plots=plots,
    )
    raise typer.Exit(calibrate_harness(options, out=out, err=err))
