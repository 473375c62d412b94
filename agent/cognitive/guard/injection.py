"""Attacks in what comes in: orders to the agent, claims of authority, theft of its prompt, toll fraud, false identity.

The caller's words are one way in. Others are the caller's name, fields of a CRM and answers of tools (indirect
injection): there nobody has a reason to speak to "the assistant" at all, so those are searched for more.

The phrases were written for attack classes (OWASP LLM01, 02, 07; voice red-teaming), and tuned on
`corpora/guard`; false alarms count for more than misses: a caller who is turned away is a booking lost, and this is one
lock of several: tools check their arguments, transfers have a list, and the flow says what can happen at all.
"""

from __future__ import annotations

from agent.cognitive.guard.encoded import decoded_keys, decoded_words
from agent.cognitive.guard.finding import Finding, IncomingKind, Severity
from agent.cognitive.guard.injection_phrases import DATA_PHRASES, PHRASES
from agent.cognitive.guard.located_words import Located, locate
from agent.cognitive.guard.patterns import PhraseSet
from agent.cognitive.guard.redaction.digits import digit_pieces

# Markup of prompts has no place in a name or an answer, nor in anything that was spoken.
_MARKUP = PhraseSet({"markup": ("inst", "im start", "im end", "endoftext", "begin of text")})
_MARKUP_SIGNS = (
    "<system", "</system", "<|im_", "<|system", "[inst]", "[/inst]", "<<sys", "### instruction", "###instruction",
    "### system", "<assistant", "<|endoftext", "<tool_call", "<function",
)  # fmt: skip
_ROLE_STARTS = ("system:", "assistant:", "developer:", "[system]", "[assistant]")

_OF_CALLER = PhraseSet({str(kind): phrases for kind, phrases in PHRASES.items()})
_OF_TOOLS = PhraseSet(
    {str(kind): (*phrases, *DATA_PHRASES.get(kind, ())) for kind, phrases in PHRASES.items()}
)
_TRANSFER = PhraseSet(
    {
        "transfer": (
            "(transfer|connect|patch|bridge|forward|divert|redirect|route|reroute|conference|relay|hook) "
            "(me|this|the|it|my|him|us|in|you)? ... (to|through to|with|in|on)",
            "(pass|switch|push|hand) (me|this call|the call|my call|us|this) (on|over|through|across)? to",
            "put (me|this|us|the call) ... (through|on) (to)?",
            "send (this|the|my) call to",
            "please? dial",
        )
    }
)
_TOLD = frozenset(
    "call ring reach text phone email mail invite details form letter link invitation invoice payment "
    "money".split()
)
_SHORTEST_TARGET = 5
"""An internal extension has up to four digits; a number to be transferred to by the caller's wish has more."""


def transcript_findings(text: str) -> list[Finding]:
    """Attacks in what the caller said."""
    return _findings(text, _OF_CALLER, "transcript")


def data_findings(text: str, place: str) -> list[Finding]:
    """Attacks in a variable's value or a tool's answer; `place` says which."""
    return _findings(text, _OF_TOOLS, place)


def key_findings(keys: str) -> list[Finding]:
    """Attacks in keys pressed: words by multi-tap or character codes."""
    for words in decoded_keys(keys):
        if any(True for _ in _OF_TOOLS.search(locate(words))) or _TELLING.intersection(words.split()):
            return [_finding(IncomingKind.INJECTION, 0, len(keys), keys, "keys")]
    return []


_TELLING = frozenset(
    "ignore override system prompt admin sudo instructions root transfer jailbreak developer".split()
)


def _findings(text: str, phrases: PhraseSet, place: str) -> list[Finding]:
    located = locate(text)
    found = [_finding(match.name, match.start, match.end, text, place) for match in phrases.search(located)]
    kinds = {finding.kind for finding in found}
    if IncomingKind.INJECTION not in kinds:
        found += _markup(text, place) or _in_code(located, text, phrases, place)
    if IncomingKind.TOLL_FRAUD not in kinds:
        found += _transfers(located, text, place)
    return sorted(found, key=lambda finding: (finding.start, finding.end, finding.kind))


def _markup(text: str, place: str) -> list[Finding]:
    lower = text.lower()
    for sign in _MARKUP_SIGNS:
        if (at := lower.find(sign)) >= 0:
            return [_finding(IncomingKind.INJECTION, at, min(len(text), at + len(sign)), text, place)]
    stripped = lower.lstrip()
    for start in _ROLE_STARTS:
        if stripped.startswith(start) or f"\n{start}" in lower:
            at = min(max(lower.find(start), 0), len(text))
            return [_finding(IncomingKind.INJECTION, at, min(len(text), at + len(start)), text, place)]
    return []


def _in_code(located: Located, text: str, phrases: PhraseSet, place: str) -> list[Finding]:
    """The same attacks spelled letter by letter or in the telephone alphabet."""
    decoded = decoded_words(located)
    if decoded is None:
        return []
    found = [
        _finding(match.name, match.start, match.end, text, place)
        for match in phrases.search(decoded)
        if match.name in (IncomingKind.INJECTION, IncomingKind.PROMPT_REVEAL)
    ]
    spelled = [
        word for word in decoded.words if word.text in _TELLING and word.end - word.start > len(word.text)
    ]
    return found or [
        _finding(IncomingKind.INJECTION, word.start, word.end, text, place) for word in spelled[:1]
    ]


def _transfers(located: Located, text: str, place: str) -> list[Finding]:
    """A wish to be transferred to a number that the caller says."""
    pieces = digit_pieces(located.words)
    if sum(len(piece.digits) for piece in pieces) < _SHORTEST_TARGET:
        return []
    for match in _TRANSFER.search(located):
        first = next((place for place, word in enumerate(located.words) if word.start >= match.start), 0)
        before = {word.text for word in located.words[first : first + 8] if word.start < pieces[-1].start}
        after = [piece for piece in pieces if piece.start >= match.start and piece.word - first <= 14]
        if before.isdisjoint(_TOLD) or ("call" in before and before.isdisjoint(_TOLD - {"call"})):
            run = after[0].word if after else 0
            target = [piece for piece in after if piece.word - run <= 16]
            if sum(len(piece.digits) for piece in target) >= _SHORTEST_TARGET:
                return [_finding(IncomingKind.TOLL_FRAUD, match.start, target[-1].end, text, place)]
    return []


def _finding(kind: str, start: int, end: int, text: str, place: str) -> Finding:
    return Finding(
        kind=str(kind), start=start, end=end, evidence=text[start:end], severity=Severity.HIGH, place=place
    )
