"""Numbers as English words: counts and ranks."""

from __future__ import annotations

from functools import lru_cache

SMALL = tuple(
    (
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen"
    ).split()
)
TENS = ("", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_SCALES = ((10**9, "billion"), (10**6, "million"), (1000, "thousand"), (100, "hundred"))
_RANKS = {
    "one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth",
    "twelve": "twelfth",
}  # fmt: skip


@lru_cache(maxsize=4096)
def cardinal(number: int, *, british: bool = True) -> str:
    """A count: 206 is "two hundred and six", or "two hundred six" as Americans say; -5 is "minus five"."""
    if number < 0:
        return f"minus {cardinal(-number, british=british)}"
    if number < 20:
        return SMALL[number]
    if number < 100:
        tens, unit = divmod(number, 10)
        return TENS[tens] + (f" {SMALL[unit]}" if unit else "")
    size, name = next(scale for scale in _SCALES if number >= scale[0])
    count, rest = divmod(number, size)
    words = f"{cardinal(count, british=british)} {name}"
    link = " and" if british and rest < 100 else ""
    return words + (f"{link} {cardinal(rest, british=british)}" if rest else "")


@lru_cache(maxsize=1024)
def ordinal(number: int) -> str:
    """A rank: 22 is "twenty second"."""
    *front, last = cardinal(number).split()
    rank = _RANKS.get(last) or (last[:-1] + "ieth" if last.endswith("y") else last + "th")
    return " ".join([*front, rank])
