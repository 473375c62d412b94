"""The terms of a text: its words as they are spoken, stemmed, without those that every question has.

Words go through `spoken_words`, so that "9:30" in a document and "nine thirty" from a recogniser are the same terms.
Stems are those of Porter's algorithm (Program 14(3), 1980) as SQLite's FTS5 has it: one word is put into its index and
read back from the index's vocabulary. English only, as the rest of the cognitive layer is.
"""

from __future__ import annotations

import sqlite3
from functools import lru_cache
from threading import Lock

from agent.cognitive.spoken_words import spoken_words

# Function words, and what callers put around a question; a passage that has them says nothing by that.
_STOP_WORDS = frozenset(
    """
    a about actually again all also am an and any anybody anyone anything are aren't as ask asking at be because been
    before being both but by bye call called calling can can't could couldn't did didn't do does doesn't doing don't
    each else ever find for from get getting give go going got had has hasn't have haven't having he hello help her
    here hers hey hi him his how i i'd i'll i'm i've if in into is isn't it it's its just know let let's like may me
    might mine much must my no not now of off oh okay on one's onto or our ours out please quick question quickly really
    said say shall she should so some somebody someone something sorry such tell than thank thanks that that's the their
    theirs them then there there's these they they're thing things think this those to too um up us very want wanted
    was wasn't we we're we've well were what what's when when's where where's whether which while who who's whom whose
    why will with won't wonder wondering would wouldn't yeah yes you you'd you'll you're you've your yours
    """.split()
)

_lock = Lock()


# Callers ask what a thing costs; documents say "£48", "the price", "free". All of them speak of a cost.
COST = "cost"
_OTHER_COSTS = frozenset({"price", "fee"})
_MONEY = frozenset({"free", "pound", "penc", "penni", "dollar", "cent", "euro"})


def terms(text: str) -> list[str]:
    """The text's terms in order, repeated as they are."""
    found: list[str] = []
    for word in spoken_words(text):
        if word not in _STOP_WORDS:
            stem = _stem(word)
            found.append(COST if stem in _OTHER_COSTS else stem)
            if stem in _MONEY:
                found.append(COST)
    return found


@lru_cache(maxsize=4096)
def term_set(text: str) -> frozenset[str]:
    """The different terms of a text; kept, since the same passages answer most questions."""
    return frozenset(terms(text))


@lru_cache(maxsize=100_000)
def _stem(word: str) -> str:
    plain = word.removesuffix("'s").replace("'", "")
    with _lock:
        index = _stemmer()
        index.execute("DELETE FROM word")
        index.execute("INSERT INTO word VALUES (?)", (plain,))
        row = index.execute("SELECT term FROM stem").fetchone()
    return str(row[0]) if row else plain


@lru_cache(maxsize=1)
def _stemmer() -> sqlite3.Connection:
    # Guarded by the lock; the index lives in memory and holds one word at a time.
    connection = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
    connection.execute("CREATE VIRTUAL TABLE word USING fts5(form, tokenize='porter unicode61')")
    connection.execute("CREATE VIRTUAL TABLE stem USING fts5vocab(word, row)")
    return connection
