"""Reads the text of one PDF, page by page; run as a script by `pdf.py`, in a process that may be lost.

Args on the command line: bytes of memory, seconds of processor time, pages, characters. The file comes on standard
input; JSON goes to standard output: {"pages": [...]} or {"mistake": "..."}. It imports nothing of the agent's, so that
it can start quickly and in isolated mode.
"""

from __future__ import annotations

import contextlib
import io
import json
import logging
import resource
import sys
import warnings


def main() -> None:
    """Reads, within the bounds of the command line."""
    memory_bytes, cpu_s, max_pages, max_characters = map(int, sys.argv[1:5])
    for kind, bound in ((resource.RLIMIT_AS, memory_bytes), (resource.RLIMIT_CPU, cpu_s)):
        # macOS knows no bound on address space; the deadline of the parent holds everywhere.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (bound, bound))
    warnings.simplefilter("ignore")
    logging.disable()
    sys.stdout.write(json.dumps(_read(sys.stdin.buffer.read(), max_pages, max_characters)))


def _read(data: bytes, max_pages: int, max_characters: int) -> dict[str, object]:
    try:
        import pypdf
    except ImportError:
        return {"mistake": "reading PDF needs the extra `pdf`: pip install 'milliwatt[pdf]'"}
    try:
        reader = pypdf.PdfReader(io.BytesIO(data), strict=False)
        if reader.is_encrypted:
            return {"mistake": "is encrypted; save it without a password"}
        count = len(reader.pages)
        if count > max_pages:
            return {"mistake": f"has {count} pages, more than {max_pages}; split it"}
        pages, characters = [], 0
        for page in reader.pages:
            pages.append(page.extract_text())
            characters += len(pages[-1])
            if characters > max_characters:
                return {"mistake": f"has more than {max_characters} characters of text; split it"}
    except MemoryError:
        return {"mistake": "needs more memory than a document may have"}
    except RecursionError:
        return {"mistake": "is nested more deeply than a document may be"}
    except Exception as error:  # whatever a hostile file makes the library raise is a mistake of the file
        return {"mistake": f"is no PDF that can be read: {type(error).__name__}: {str(error)[:120]}"}
    return {"pages": pages}


if __name__ == "__main__":
    main()
