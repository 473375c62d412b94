"""What a guard found, in values: where, of which kind, how bad; and the reasons for which a call goes to a person."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How bad it would be to overlook a finding."""

    LOW = "low"
    HIGH = "high"
    CRITICAL = "critical"  # somebody's life


class IncomingKind(StrEnum):
    """What may be wrong with something that came in."""

    INJECTION = "injection"  # it tells the agent what to do with its instructions, openly or encoded
    AUTHORITY = "authority"  # it claims a right over the agent: "this is your developer"
    PROMPT_REVEAL = "prompt_reveal"  # it asks for the instructions themselves, or for keys
    TOLL_FRAUD = "toll_fraud"  # it wants the call sent to a number of its own
    IDENTITY = "identity"  # it wants checks of identity skipped, or somebody else's details


class HandoffReason(StrEnum):
    """Why a call goes to a person, the weightiest first: an emergency wins over everything.

    The first six are detected in the caller's words (`triggers`), `POLICY_BLOCK` by the checks of what comes in; the
    last three are the engine's own.
    """

    MEDICAL_EMERGENCY = "medical_emergency"
    SELF_HARM = "self_harm"
    LEGAL_RISK = "legal_risk"
    PAYMENT_DISPUTE = "payment_dispute"
    EXPLICIT_REQUEST = "explicit_request"
    ANGER = "anger"
    POLICY_BLOCK = "policy_block"
    SYSTEM_ERROR = "system_error"
    LOW_CONFIDENCE = "low_confidence"
    FAILED_ATTEMPTS = "failed_attempts"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing found in a text.

    Attributes:
        kind: an `IncomingKind`, a `HandoffReason`, or the name of a forbidden claim.
        start: first character of the evidence within the text.
        end: one past its last.
        evidence: those characters. They are the caller's words: redact before they are kept.
        severity: how bad it would be to overlook it.
        place: where the text stood: `transcript`, `keys`, `variables.NAME`, `tool.KEY`, `reply`.
    """

    kind: str
    start: int
    end: int
    evidence: str
    severity: Severity = Severity.HIGH
    place: str = "transcript"
