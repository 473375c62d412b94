"""The service's own log: one JSON object a line, a fixed event name and fields, nothing that a caller said."""

from __future__ import annotations

import json
import logging
import sys
import traceback
from datetime import UTC, datetime

_LOGGER = logging.getLogger("agent.serving")


def log_event(event: str, **fields: str | float | bool | None) -> None:
    """Writes that `event` happened."""
    _LOGGER.info(event, extra={"fields": fields})


def log_failure(event: str, error: BaseException, **fields: str | float | bool | None) -> None:
    """Writes that `event` happened, with the error's kind and where it was raised; its words may be a caller's."""
    frames = traceback.extract_tb(error.__traceback__)[-5:]
    at = " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames))
    _LOGGER.error(event, extra={"fields": {**fields, "error": type(error).__name__, "at": at}})


def log_to_stderr() -> None:
    """Has this process write its log, uvicorn's included, to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    _LOGGER.setLevel(logging.INFO)
    # httpx tells the address of every request, which for a webhook may hold a key.
    logging.getLogger("httpx").setLevel(logging.WARNING)


class JsonLines(logging.Formatter):
    """Log records as lines of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """The record's line; of one that is not ours, the message and the error's kind."""
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
        }
        fields = getattr(record, "fields", None)
        if isinstance(fields, dict):
            line |= {"event": record.msg, **fields}
        else:
            line |= {"event": "log", "logger": record.name, "message": record.getMessage()[:500]}
            if record.exc_info and record.exc_info[0]:
                line["error"] = record.exc_info[0].__name__
        return json.dumps(line, ensure_ascii=True, default=str)
