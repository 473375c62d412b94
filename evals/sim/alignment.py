"""Does the agent's reply still fit the transcript that the caller's lines come from, and what does the caller do?

A line of a transcript answers what the agent said before it. Another agent, or the same one after a change, words its
replies differently, so replies are compared by the content words they share, wherever these stand. Dice's coefficient
of the two sets is taken twice, over the whole texts and over the last question in each, since a long reply often ends
in the short question that the caller answers; the better of the two counts. It knows no synonyms: "Am I through to
Sam?" and "Is that Sam?" share a name and nothing else.

Pure: words in, a decision out. What is decided goes into the call's record with its reason.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from evals.record import CallerUtterance, Divergence, HeardWord
from evals.scenario.model import CallerStep, StepKind, WhenDiverged

ALIKE = 0.5
"""From this coefficient on two replies count as the same. What a state of the booking flow asks lies above it when
asked again in other words (`reask`), and what two states say lies below, with few exceptions; a test counts them."""

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_SENTENCE_END = re.compile(r"(?<=[.?!])\s+")
_APOSTROPHES = str.maketrans({"\u2019": "'", "\u02bc": "'"})
# Words that stand in any reply and say nothing of what it is about.
_FUNCTION_WORDS = frozenset(
    """a about am an and any are as at be been but by bye can could d did do does for from get go got goodbye had
    has have he her here him his hi hello how i i'd i'll i'm i've if in is it it's its just let let's ll m may
    me might my no not now of oh ok okay on or our out please re s shall she should so some sorry t than thank
    thanks that that's the their them then there these they this those to too up us ve very was we we'd we'll
    we're we've well were what when where which who will with would yes you you'd you'll you're you've your""".split()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """How many content words two texts share, of how many each has."""

    shared: int
    recorded: int
    replied: int

    @property
    def ratio(self) -> float | None:
        """Dice's coefficient, 0 to 1; None when neither text has a content word."""
        words = self.recorded + self.replied
        return 2 * self.shared / words if words else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The step the caller takes next, None for none of those left, and what was noticed on the way to it."""

    step: int | None
    divergences: tuple[Divergence, ...] = ()


def content_words(text: str) -> frozenset[str]:
    """The words of a text that say what it is about, in lower case."""
    plain = unicodedata.normalize("NFKC", text).translate(_APOSTROPHES).casefold()
    return frozenset(_WORD.findall(plain)) - _FUNCTION_WORDS


def likeness(recorded: str, replied: str) -> Likeness:
    """How alike the transcript's words and the agent's are: as whole texts or in their last questions."""
    whole = _compared(recorded, replied)
    ends = _compared(_last_question(recorded), _last_question(replied))
    return max(whole, ends, key=lambda found: (found.ratio or 0.0, found.recorded))


def next_step(
    steps: Sequence[CallerStep], at: int, reply: str, policy: WhenDiverged, *, seq: int = -1
) -> Choice:
    """What the caller does after `reply`, with the steps from `at` on left.

    A step that says nothing of what it answers is always taken. Under `SKIP`, steps that say nothing of it and come
    after one passed over belong to that one; hanging up is never passed over.

    Args:
        steps: the caller's script.
        at: the first step that is left.
        reply: the agent's last words.
        policy: what to do when they are not the transcript's.
        seq: the agent's turn they were said in, for the note.
    """
    step = steps[at]
    reason = divergence_reason(step.replies_to, reply)
    if not reason:
        return Choice(step=at)
    if policy is WhenDiverged.CONTINUE:
        return Choice(step=at, divergences=(_noted(step, at, reply, seq, "said", reason),))
    if policy is WhenDiverged.STOP:
        return Choice(step=None, divergences=(_noted(step, at, reply, seq, "stopped", reason),))
    skipped = [_noted(step, at, reply, seq, "skipped", reason)]
    for later in range(at + 1, len(steps)):
        step = steps[later]
        if step.kind is StepKind.HANGS_UP:
            return Choice(step=later, divergences=tuple(skipped))
        if not step.replies_to:
            skipped.append(_noted(step, later, reply, seq, "skipped", "it goes with the line before it"))
            continue
        reason = divergence_reason(step.replies_to, reply)
        if not reason:
            return Choice(step=later, divergences=tuple(skipped))
        skipped.append(_noted(step, later, reply, seq, "skipped", reason))
    return Choice(step=None, divergences=tuple(skipped))


def divergences_heard(
    steps: Sequence[CallerStep], utterances: Sequence[CallerUtterance], words: Sequence[HeardWord]
) -> list[Divergence]:
    """What was not the transcript's in a call whose caller said line after line, from the words that were heard."""
    found = []
    since_ns = 0
    for said in utterances:
        step = steps[said.step]
        heard = [word for word in words if since_ns <= word.start_ns < said.start_ns and word.complete]
        reply = " ".join(word.text for word in heard)
        reason = divergence_reason(step.replies_to, reply)
        if reason:
            found.append(_noted(step, said.step, reply, heard[-1].seq if heard else -1, "said", reason))
        if said.expects_reply:
            since_ns = said.end_ns
    return found


def divergence_reason(recorded: str, replied: str) -> str:
    """Why the reply is not the transcript's, in one sentence; empty when it is, or when nothing can be compared."""
    if not content_words(recorded):
        return ""
    if not replied.strip():
        return "is nothing that was said"
    found = likeness(recorded, replied)
    if found.ratio is not None and found.ratio >= ALIKE:
        return ""
    return (
        f"shares {found.shared} of the transcript's {found.recorded} and the reply's {found.replied} content words: "
        f"{found.ratio or 0.0:.2f}, and {ALIKE:.2f} is alike"
    )


def _compared(recorded: str, replied: str) -> Likeness:
    before, now = content_words(recorded), content_words(replied)
    return Likeness(shared=len(before & now), recorded=len(before), replied=len(now))


def _last_question(text: str) -> str:
    """The last question that has a content word; the whole text where there is none."""
    asked = [part for part in _SENTENCE_END.split(text.strip()) if part.endswith("?") and content_words(part)]
    return asked[-1] if asked else text


def _noted(step: CallerStep, at: int, reply: str, seq: int, did: str, reason: str) -> Divergence:
    return Divergence(step=at, seq=seq, did=did, recorded=step.replies_to, replied=reply, reason=reason)
