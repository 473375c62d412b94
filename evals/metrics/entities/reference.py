"""Reference numbers: the letters and digits of a booking, an account or a policy, in upper case and nothing else."""

from __future__ import annotations

from evals.metrics.entities.characters import character_runs, whole_stretches

FEWEST_CHARACTERS = 3


def references(text: str) -> tuple[str, ...]:
    """What may be a reference in a text: every whole stretch of characters with a digit or spelled letters in it."""
    found: dict[str, None] = {}
    for run in character_runs(text):
        for stretch in whole_stretches(run):
            characters = "".join(piece.text for piece in stretch).replace("+", "")
            # Without a digit it must be spelled: "wait a" is no reference.
            spelled = sum(piece.certain for piece in stretch) >= FEWEST_CHARACTERS
            if len(characters) >= FEWEST_CHARACTERS and (spelled or not characters.isalpha()):
                found.setdefault(characters.upper())
    return tuple(found)


def sounds_like(reference: str) -> str:
    """The reference as it sounds: the letter O and a zero are both said "oh"."""
    return reference.replace("O", "0")
