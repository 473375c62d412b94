"""What synthesis asks of the outside besides a voice: a place to keep what it made."""

from __future__ import annotations

from typing import Protocol


class ContentCache(Protocol):
    """Bytes kept under what they were made from."""

    def get(self, kind: str, key: str) -> bytes | None:
        """The bytes put under this kind and key, or None."""
        ...

    def put(self, kind: str, key: str, value: bytes) -> None:
        """Keeps the bytes."""
        ...
