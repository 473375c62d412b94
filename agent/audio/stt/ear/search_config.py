"""What the search is told: how wide it looks, and how much words weigh against sounds."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

_MAY_BE_NEGATIVE = {"word_bonus"}


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchConfig:
    """Widths and weights of the search. Scores are natural logs; an acoustic one counts as it is.

    Attributes:
        beam_size: hypotheses kept from one frame to the next.
        score_margin: how far behind the best one a hypothesis may lie.
        token_probability: symbols less likely than that in a frame begin nothing there.
        quiet_probability: in a frame with a blank likelier than that, nothing is said.
        language_weight: of a word's log probability.
        word_bonus: for each word, against the language model's liking for few.
        unknown_penalty: for each word that the language model does not know, beyond what it gives such words.
        letters_weight: of the letters heard, where words sound alike; a model of words knows better.
        alike: of words that sound alike, at most so many are told apart by what comes after.
        alike_margin: and they may lie that far behind the likeliest.
        hint_bonus: for each letter of a hinted word, when the word is complete.
        hint_word_cap: the most that one hinted word gets.
        hint_phrase_cap: the most that one hinted phrase gets.
        hint_probability: a hinted word is at least that likely, whatever the language model says.
        commit_margin: words are stable when every other hypothesis lies that far behind.
        commit_age_frames: and when they were first heard that long ago.
        best: the hypotheses that `finish` returns.
    """

    beam_size: int = 32
    score_margin: float = 8.0
    token_probability: float = 3e-3
    quiet_probability: float = 0.998
    language_weight: float = 0.7
    word_bonus: float = 1.0
    unknown_penalty: float = 1.0
    letters_weight: float = 0.0
    alike: int = 4
    alike_margin: float = 6.0
    hint_bonus: float = 0.5
    hint_word_cap: float = 3.0
    hint_phrase_cap: float = 6.0
    hint_probability: float = 1e-4
    commit_margin: float = 6.0
    commit_age_frames: int = 10
    best: int = 5

    def __post_init__(self) -> None:
        wrong = [
            f"{field.name}={value}"
            for field in fields(self)
            if math.isnan(value := getattr(self, field.name))
            or (value < 0 and field.name not in _MAY_BE_NEGATIVE)
        ]
        wrong += [
            f"{name}={getattr(self, name)}"
            for name in ("beam_size", "best", "alike")
            if getattr(self, name) < 1
        ]
        wrong += [
            f"{name}={getattr(self, name)}"
            for name in ("token_probability", "quiet_probability", "hint_probability")
            if getattr(self, name) > 1
        ]
        if wrong:
            raise ValueError(f"no search can be told {', '.join(wrong)}")
