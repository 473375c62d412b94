"""Who is who: the names that files give to the two sides of a call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from evals.importing.conversation import Speaker
from evals.importing.source import Source, shown

KNOWN: Mapping[str, Speaker] = MappingProxyType(
    dict.fromkeys(("caller", "client", "customer", "human", "user"), Speaker.CALLER)
    | dict.fromkeys(("agent", "ai", "assistant", "bot", "operator", "representative"), Speaker.AGENT)
)
"""Names that need no explaining. `system` is not among them: it is an agent in one corpus and a prompt in another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What the options say: names of either side beside the known ones, and names of who is left out."""

    caller: tuple[str, ...] = ()
    agent: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()


class Speakers:
    """Tells the sides of one file apart; a name nobody has explained is noted once."""

    def __init__(self, names: Names, source: Source) -> None:
        self._source = source
        self._sides: dict[str, Speaker | None] = {
            **KNOWN,
            **{_plain(name): Speaker.CALLER for name in names.caller},
            **{_plain(name): Speaker.AGENT for name in names.agent},
            **{_plain(name): None for name in names.ignore},
        }
        self._unknown: set[str] = set()

    def of(self, name: str, line: int) -> Speaker | None:
        """Whose name it is; None when what they said is left out."""
        plain = _plain(name)
        if plain in self._sides:
            return self._sides[plain]
        if plain not in self._unknown:
            self._unknown.add(plain)
            self._source.mistakes.add(
                line,
                f"who is `{shown(name)}`? Say it with --caller, --agent or --ignore"
                if plain
                else "the speaker's name is empty",
            )
        return None


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()
