"""What in the caller's words sends a call to a person: emergencies, dispute, law, anger, the plain wish for one.

Emergencies are searched for widely: a false alarm costs a transfer, a miss may cost a life. What is past, denied or a
figure of speech is told apart where it can be done safely ("I had a heart attack ten years ago", "dying to see it").
"""

from __future__ import annotations

from agent.cognitive.guard.finding import Finding, HandoffReason, Severity
from agent.cognitive.guard.located_words import locate
from agent.cognitive.guard.patterns import PhraseSet
from agent.cognitive.guard.trigger_phrases import NOT_NOW, PHRASES

_SEVERITY = {HandoffReason.MEDICAL_EMERGENCY: Severity.CRITICAL, HandoffReason.SELF_HARM: Severity.CRITICAL}
_WEIGHT = {str(reason): place for place, reason in enumerate(HandoffReason)}
_SET = PhraseSet({str(reason): phrases for reason, phrases in PHRASES.items()})
_EXCUSES = PhraseSet({str(reason): phrases for reason, phrases in NOT_NOW.items()})
# Said alone it is a wish; among other words it is mostly somebody's job.
_ALONE = frozenset("operator representative agent human person manager receptionist".split())


def trigger_findings(text: str) -> list[Finding]:
    """Why this turn should go to a person, the weightiest reason first; each kind is a `HandoffReason`."""
    located = locate(text)
    found = [
        Finding(
            kind=match.name,
            start=match.start,
            end=match.end,
            evidence=text[match.start : match.end],
            severity=_SEVERITY.get(HandoffReason(match.name), Severity.HIGH),
        )
        for match in _SET.search(located)
    ]
    if len(located.words) == 1 and located.words[0].text in _ALONE:
        word = located.words[0]
        found.append(
            Finding(
                kind=HandoffReason.EXPLICIT_REQUEST, start=word.start, end=word.end,
                evidence=text[word.start : word.end],
            )
        )  # fmt: skip
    if found:
        excused = {match.name for match in _EXCUSES.search(located)}
        found = [finding for finding in found if finding.kind not in excused]
    return sorted(found, key=lambda finding: _WEIGHT[finding.kind])


def weightiest(reasons: list[str]) -> str:
    """The reason that wins over the others; empty for none."""
    return min(reasons, key=lambda reason: _WEIGHT.get(reason, len(_WEIGHT)), default="")
