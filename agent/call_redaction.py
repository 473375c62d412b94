"""What a log of turns may keep of a call: one redactor for all calls of an agent, each with what was said before.

A card that is said in pieces is found because the call's earlier lines are remembered; a name is taken out wherever it
is said once it is known, from a variable of the call or from what the caller told.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Mapping

from agent.cognitive.guard.redaction.context import Asked
from agent.cognitive.guard.redaction.redaction import RedactionState, Speaker
from agent.cognitive.guard.redaction.redactor import redact

CALLS_REMEMBERED = 10_000
"""As many as the log of turns itself remembers."""
_NAME = "[name]"


class CallRedactor:
    """The texts of calls as they may be kept.

    Args:
        names: the variables that hold names of people, as the flow's guard says.
        known: names that are known of every call.
    """

    def __init__(self, names: Collection[str] = (), known: Mapping[str, str] | None = None) -> None:
        self._names = frozenset(names)
        held = [value for name, value in (known or {}).items() if name in self._names and value]
        self._fresh = RedactionState().knowing(held)
        self._calls: OrderedDict[str, RedactionState] = OrderedDict()

    def text(self, call_sid: str, place: tuple[str, ...], text: str) -> str:
        """The text at a place of a line of the log, fit to be kept."""
        state = self._calls.get(call_sid, self._fresh)
        if place and place[-1] in self._names:
            self._keep(call_sid, state.knowing([text]))
            return _NAME if text else text
        if place[:2] == ("turn", "transcript"):
            done = redact(text, state, Speaker.CALLER)
        elif place[:2] == ("output", "actions") and place[-1:] == ("text",):
            done = redact(text, state, Speaker.AGENT)
        else:
            # What tools and variables hold was said by nobody: it is read by what is known, and changes nothing.
            return redact(text, state, Speaker.DATA).text
        self._keep(call_sid, done.state)
        return done.text

    def bare(self, text: str) -> str:
        """A text of no call that is known, such as a row of the event log."""
        return redact(text, self._fresh, Speaker.CALLER, means=Asked.NOTHING).text

    def _keep(self, call_sid: str, state: RedactionState) -> None:
        self._calls[call_sid] = state
        self._calls.move_to_end(call_sid)
        if len(self._calls) > CALLS_REMEMBERED:
            self._calls.popitem(last=False)
