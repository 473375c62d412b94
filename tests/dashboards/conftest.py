"""What running the app in this process leaves behind, and is put right after each test."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def _main_module() -> Iterator[None]:
    """Streamlit makes the app the process's main module, which a process spawned later would then run."""
    before = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = before
