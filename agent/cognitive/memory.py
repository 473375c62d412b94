"""What is remembered of a call's words: the last lines as they were heard, and facts in place of older ones. Pure.

What the caller did not hear was not said: where they spoke over a reply, its line ends with the last word that reached
them. Lines are kept within a budget of tokens; what is older is there as what was captured from it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from agent.cognitive.dialogue import Dialogue, Said
from agent.turn import Action, Tts, TurnEvent, TurnInput

CALLER, AGENT = "caller", "agent"

DEFAULT_BUDGET_TOKENS = 600
"""About five minutes of talk: enough for what "that one" and "the other day" point to."""
_TOKENS_A_WORD = 4 / 3  # of English, as tokenizers of language models go
_LONGEST_LINE_WORDS = 150


@lru_cache(maxsize=4096)  # every line of a call is counted at each of its turns
def tokens_of(text: str) -> int:
    """About how many tokens a language model makes of a text; no fewer than its words."""
    return -int(-len(text.split()) * _TOKENS_A_WORD // 1)


def heard_so_far(dialogue: Dialogue, turn: TurnInput) -> Dialogue:
    """The dialogue with its last reply cut to what the caller had heard of it when the turn began."""
    if turn.heard is None or not dialogue.said or dialogue.said[-1].who != AGENT:
        return dialogue
    heard = turn.heard.strip()
    last = (Said(who=AGENT, text=heard),) if heard else ()
    return replace(dialogue, said=(*dialogue.said[:-1], *last))


def with_turn(
    dialogue: Dialogue,
    turn: TurnInput,
    actions: Sequence[Action],
    *,
    budget_tokens: int = DEFAULT_BUDGET_TOKENS,
) -> Dialogue:
    """The dialogue with the caller's words and the answer to them, and no more lines than the budget allows.

    Args:
        dialogue: after the turn; what it remembers is from before.
        turn: the turn.
        actions: the whole answer.
        budget_tokens: of all lines together; the last line stays whatever its length.
    """
    said = heard_so_far(dialogue, turn).said
    if turn.event is TurnEvent.SPEECH and turn.transcript.strip():
        said = (*said, Said(who=CALLER, text=_bounded(turn.transcript)))
    reply = " ".join(action.text for action in actions if isinstance(action, Tts))
    if reply:
        said = (*said, Said(who=AGENT, text=_bounded(reply)))
    return replace(dialogue, said=_within(said, budget_tokens))


def facts(captured: Mapping[str, str]) -> str:
    """What was captured, as one line: what stands for lines no longer remembered."""
    return "; ".join(f"{name.replace('_', ' ')}: {value}" for name, value in captured.items() if value)


def _within(said: Sequence[Said], budget_tokens: int) -> tuple[Said, ...]:
    left = budget_tokens
    first = len(said)
    while first > 0:
        left -= tokens_of(said[first - 1].text)
        if left < 0 and first < len(said):
            break
        first -= 1
    return tuple(said[first:])


def _bounded(text: str) -> str:
    words = text.split()
    return " ".join(words[:_LONGEST_LINE_WORDS]) + (" ..." if len(words) > _LONGEST_LINE_WORDS else "")
