"""A record as JSON and back. The stored text is the record's canonical form, so its hash can be checked as it lies.

The tracks stand in it as their SHA-256; their bytes live in the call's WAV.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from sys import intern
from typing import Any

from evals.errors import StoreError
from evals.metrics.measurement import Measurement
from evals.record import (
    RECORD_SCHEMA,
    CallerUtterance,
    CallRecord,
    CallStatus,
    Divergence,
    HeardWord,
    Level,
    Span,
    ToolCall,
    WireMessage,
)
from evals.scoring.verdict import Check, ItemGrade, ScorecardItem


def record_of_json(fields: Mapping[str, Any], *, caller_track: bytes, agent_track: bytes) -> CallRecord:
    """The record whose canonical JSON was parsed into `fields`, with its tracks given.

    Raises:
        StoreError: another version of the record's schema wrote it.
        KeyError, TypeError, ValueError: it is not a record.
    """
    if fields["schema"] != RECORD_SCHEMA:
        raise StoreError(f"record of schema {fields['schema']}; this version reads {RECORD_SCHEMA}")
    plain = {
        **fields,
        "level": Level(fields["level"]),
        "status": CallStatus(fields["status"]),
        "caller_track": caller_track,
        "agent_track": agent_track,
        "utterances": tuple(_utterance(item) for item in fields["utterances"]),
        "agent_words": tuple(HeardWord(**item) for item in fields["agent_words"]),
        "wire": tuple(WireMessage(**item) for item in fields["wire"]),
        "events": tuple(fields["events"]),
        "tools": tuple(ToolCall(**item) for item in fields["tools"]),
        "path": tuple(fields["path"]),
        "divergences": tuple(Divergence(**item) for item in fields.get("divergences", ())),
    }
    return CallRecord(**plain)


def track_matches(track: bytes, sha256: str) -> bool:
    """Whether a track's bytes are those that the record's JSON names."""
    return hashlib.sha256(track).hexdigest() == sha256


def measurement_of_json(fields: Mapping[str, Any]) -> Measurement:
    """The measurement that was stored."""
    # A run has these few texts hundreds of thousands of times.
    texts = {name: intern(fields[name]) for name in ("metric", "unit", "unscored_reason")}
    return Measurement(**{**fields, **texts})


def check_of_json(fields: Mapping[str, Any]) -> Check:
    """The check that was stored."""
    return Check(**fields)


def scorecard_item_of_json(fields: Mapping[str, Any]) -> ScorecardItem:
    """The scorecard item that was stored."""
    return ScorecardItem(**{**fields, "grade": ItemGrade(fields["grade"])})


def _utterance(fields: Mapping[str, Any]) -> CallerUtterance:
    return CallerUtterance(**{**fields, "speech": tuple(Span(**span) for span in fields["speech"])})
