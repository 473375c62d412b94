"""The `milliwatt` command: each command parses, calls one use case, prints, and sets the exit status.

Exit status: 0 all holds, 1 something does not, 2 bad input and nothing was run, 3 could not measure or store,
130 interrupted. Where several apply: 130 before 2 before 3 before 1 before 0. A gate with too little data is a 3 where
nothing fails, and hides no failure that was seen: that is a 1.
"""

from __future__ import annotations

import sys
from importlib import import_module

import typer

from agent.errors import AgentError
from evals.cli.common import app, err
from evals.errors import BadInput, HarnessError

# Commands register with the app as their module is imported; `--help` lists them in this order.
_NAMES = "playing judging calibrating providers corpus knowledge agent store serving sandbox looking"
for _name in _NAMES.split():
    import_module(f"evals.cli.{_name}")


def main() -> None:
    """The command's entry: errors become one clear message and the right exit status."""
    try:
        status = app(standalone_mode=False)
    except HarnessError as error:
        status = _failed(str(error), error.exit_status)
    except AgentError as error:
        status = _failed(str(error), BadInput.exit_status)
    except typer.Abort:
        status = _failed("interrupted", 130)
    except KeyboardInterrupt:
        status = _failed("interrupted", 130)
    except Exception as error:
        status = _usage_error(error)
    sys.exit(status if isinstance(status, int) else 0)


def _failed(message: str, status: int) -> int:
    err.print(f"milliwatt: {message}", style="red", highlight=False, markup=False, soft_wrap=True)
    return status


def _usage_error(error: Exception) -> int:
    """Wrong usage is told in click's words; anything else is our bug and keeps its traceback."""
    show = getattr(error, "show", None)
    if show is None:
        raise error
    show()
    return 2
