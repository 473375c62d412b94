"""Everything that goes wrong in the harness, as one tree; each knows the exit status it asks for.

HarnessError            3  could not measure or store
├── BadInput            2  a file or an option that cannot be used; lists every mistake
└── StoreError          3  results could not be written or read
"""

from __future__ import annotations

from collections.abc import Sequence


class HarnessError(Exception):
    """The root: anything the harness raises on purpose."""

    exit_status = 3


class BadInput(HarnessError):
    """A file or option that cannot be used; `mistakes` names every one found, one line each."""

    exit_status = 2

    def __init__(self, where: str, mistakes: Sequence[str]) -> None:
        self.where = where
        self.mistakes = tuple(mistakes)
        if len(self.mistakes) == 1:
            super().__init__(f"{where}: {self.mistakes[0]}")
        else:
            lines = "\n".join(f"  - {mistake}" for mistake in self.mistakes)
            super().__init__(f"{where}: {len(self.mistakes)} mistakes:\n{lines}")

    def __reduce__(self) -> tuple[type[BadInput], tuple[str, tuple[str, ...]]]:
        """Workers send their errors to the parent: made again from what it was made of, not from its message."""
        return type(self), (self.where, self.mistakes)


class StoreError(HarnessError):
    """Results could not be written or read."""
