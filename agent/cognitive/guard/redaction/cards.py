"""Payment cards among digits that came piece by piece. Pure.

A card number is 12 to 19 digits (ISO/IEC 7812-1) of which the last is a check digit (Luhn); the first digits name the
network, and each network has its own lengths.
"""

from __future__ import annotations

from collections.abc import Sequence

MIN_DIGITS, MAX_DIGITS = 12, 19
_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


def luhn_valid(digits: str) -> bool:
    """Whether the last digit is the check digit of those before it (ISO/IEC 7812-1 annex B)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        total += _DOUBLED[int(digit)] if place % 2 else int(digit)
    return total % 10 == 0


def is_card_number(digits: str) -> bool:
    """Whether the digits are a number that a payment network may have given out."""
    return len(digits) in _lengths(digits) and luhn_valid(digits)


def _lengths(digits: str) -> Sequence[int]:
    """The lengths of the network that the first digits name (ISO/IEC 7812 ranges as the networks publish them)."""
    two, four = digits[:2], int(digits[:4] or 0)
    if digits[:1] == "4":
        return (13, 16, 19)  # Visa
    if "51" <= two <= "55" or 2221 <= four <= 2720:
        return (16,)  # Mastercard
    if two in ("34", "37"):
        return (15,)  # American Express
    if two in ("36", "38", "39") or 3000 <= four <= 3059 or four == 3095:
        return (14, 16, 19)  # Diners Club
    if two == "35":
        return (16, 17, 18, 19)  # JCB
    if two in ("50", "56", "57", "58") or digits[:1] == "6":
        return range(MIN_DIGITS, MAX_DIGITS + 1)  # Maestro, Discover, UnionPay, RuPay
    return ()


def card_windows(pieces: Sequence[str]) -> list[tuple[int, int]]:
    """Half-open ranges of pieces whose digits together are a card number, disjoint, the earliest first.

    A card begins and ends with a piece. Every reading counts: a piece more before or after it hides nothing.
    """
    found: list[tuple[int, int]] = []
    first = 0
    while first < len(pieces):
        last = _window_end(pieces, first)
        if last is None:
            first += 1
        else:
            found.append((first, last))
            first = last
    return found


def _window_end(pieces: Sequence[str], first: int) -> int | None:
    digits, longest = "", None
    for place in range(first, len(pieces)):
        digits += pieces[place]
        if len(digits) > MAX_DIGITS:
            break
        if len(digits) >= MIN_DIGITS and is_card_number(digits):
            longest = place + 1
    return longest
