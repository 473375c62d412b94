"""What a provider's failure is called here: one rule for every vendor, and nothing in it that the vendor wrote freely.

A vendor's own message may repeat a part of the key or of what the caller said, so only its HTTP status and its short
codes are passed on. Whoever needs the message sets `OPENAI_LOG=debug` or `ANTHROPIC_LOG=debug`, which the SDKs read.
"""

from __future__ import annotations

import re

from agent.errors import ProviderError, ProviderRefused, ProviderTimeout

# No capitals and no hyphens: vendors' codes have none, and keys do.
_CODE = re.compile(r"[a-z][a-z0-9_.\[\]]{0,63}")
_LATE = frozenset({408, 504})
# RFC 9110 §15.5, §15.6: too many requests and a conflict pass; the other 4xx would come again.
_PASSING = frozenset({409, 425, 429})
_REFUSALS = frozenset(
    {
        *("invalid_request_error", "authentication_error", "permission_error", "not_found_error"),
        *("billing_error", "request_too_large", "invalid_api_key", "model_not_found", "insufficient_quota"),
    }
)


def failure(who: str, *, status: int | None = None, codes: tuple[object, ...] = ()) -> ProviderError:
    """The error for an answer of this HTTP status, or for one that came within a stream (status 200 or None).

    Args:
        who: the provider, as messages name it.
        status: of the HTTP response.
        codes: what the vendor calls it, in any fields; anything that is not a plain word is left out.
    """
    words = [code for code in codes if isinstance(code, str) and _CODE.fullmatch(code)]
    named = f" ({', '.join(dict.fromkeys(words))})" if words else ""
    if status is not None and status >= 400:
        text = f"{who}: HTTP {status}{named}"
        if status in _LATE:
            return ProviderTimeout(text)
        if status < 500 and status not in _PASSING:
            return ProviderRefused(text)
        return ProviderRefused(text) if "insufficient_quota" in words else ProviderError(text)
    text = f"{who}: an error within the stream{named}"
    return ProviderRefused(text) if _REFUSALS.intersection(words) else ProviderError(text)
