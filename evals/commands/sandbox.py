"""`milliwatt sandbox`: the vendors' APIs on loopback until somebody stops them."""

from __future__ import annotations

import shlex
import threading
from collections.abc import Sequence

from rich.console import Console

from evals.errors import BadInput
from evals.sandbox.faults import parse_faults


def serve_sandbox(
    *,
    port: int,
    seed: int,
    faults: Sequence[str],
    limited: bool,
    for_s: float | None,
    out: Console,
    err: Console,
) -> None:
    """Serves until `for_s` seconds are over, or Ctrl-C.

    Raises:
        BadInput: a fault that is none, a port that cannot be had, or the extra is not installed.
    """
    parsed = parse_faults(faults)
    try:
        from evals.sandbox.server import sandbox
    except ModuleNotFoundError as error:
        said = f"needs {error.name}, which comes with the extra `serve`: pip install 'milliwatt[serve]'"
        raise BadInput("sandbox", [said]) from error
    with sandbox(port=port, seed=seed, faults=parsed, limited=limited) as running:
        lines = [f"export {name}={shlex.quote(value)}" for name, value in running.environment().items()]
        lines.append(f"# what was done: curl {running.url}/sandbox/effects")
        out.print("\n".join(lines), highlight=False, markup=False, soft_wrap=True)
        out.file.flush()
        until = f"for {for_s:g} s" if for_s is not None else "until Ctrl-C"
        err.print(f"The sandbox answers at {running.url} {until}.", highlight=False, soft_wrap=True)
        try:
            threading.Event().wait(for_s)
        except KeyboardInterrupt:
            err.print("Stopped.")
