"""How words sound, and the shipped list of it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from agent.audio.stt.ear.acoustic import COLUMNS
from agent.audio.stt.ear.lexicon import IN_SOUNDS, lexicon, lexicon_bytes, ways
from agent.audio.stt.ear.possessives import CLITIC
from agent.audio.stt.ear.recogniser import TALK, WORDS
from agent.audio.stt.ear.search_alphabet import IN_LETTERS
from agent.audio.stt.ear.sounds import SOUNDS, sounds_of, ways_to_say
from agent.audio.stt.ear.word_model import WordModel


@pytest.mark.parametrize(
    "words", [("two", "to", "too"), ("hear", "here"), ("kaminski", "kaminsky"), ("b", "be", "bee")]
)
def test_words_that_sound_alike_are_said_alike(words: tuple[str, ...]) -> None:
    assert len({ways_to_say(word) for word in words}) == 1


@pytest.mark.parametrize(
    ("one", "other"), [("thirteen", "thirty"), ("ship", "sheep"), ("khan", "can't"), ("bat", "bad")]
)
def test_words_that_sound_otherwise_are_said_otherwise(one: str, other: str) -> None:
    assert ways_to_say(one) != ways_to_say(other)


def test_an_article_and_a_spelled_a_are_two_sounds() -> None:
    article, letter = sounds_of("a dog"), sounds_of("k a y")
    assert article.split()[0] != letter.split()[1]
    assert set(ways_to_say("a")) == {article.split()[0], letter.split()[1]}


def test_every_word_of_the_shipped_models_is_listed_as_it_is_said() -> None:
    words = {word for path in (TALK, WORDS) for word in WordModel.from_bytes(path.read_bytes()).words}
    listed = lexicon()
    assert set(listed) == words - {CLITIC}
    assert set("".join(listed.values())) <= {*SOUNDS, " "}
    for word in sorted(listed)[::200]:
        assert ways(word) == tuple(listed[word].split()) == ways_to_say(word), word


def test_the_same_words_make_the_same_file(tmp_path: Path) -> None:
    one, same = lexicon_bytes(["khan", "a", "b"]), lexicon_bytes(["b", "khan", "a", "a"])
    assert one == same
    path = tmp_path / "sounds.txt.gz"
    path.write_bytes(one)
    assert dict(lexicon(path)) == {word: " ".join(ways_to_say(word)) for word in ("a", "b", "khan")}


def test_the_columns_of_the_network_are_those_of_letters_and_sounds() -> None:
    assert IN_LETTERS.columns.stop == IN_SOUNDS.columns.start
    assert IN_SOUNDS.columns.stop == COLUMNS


ASKS_FROM_MANY_THREADS = """
import threading
from agent.audio.stt.ear.sounds import ways_to_say
barrier = threading.Barrier(8)
said = [None] * 8
def ask(at):
    barrier.wait()
    said[at] = [ways_to_say(f"{word}{'ing' * (at % 3)}") for word in ("walk", "zaphkiel", "ottoline")]
threads = [threading.Thread(target=ask, args=(at,)) for at in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
assert said[0] == said[3] == said[6] and said[1] == said[4] == said[7] and said[2] == said[5]
"""


def test_many_threads_may_ask_first() -> None:
    for _ in range(3):
        done = subprocess.run(
            [sys.executable, "-c", ASKS_FROM_MANY_THREADS], capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, done.stderr


def test_a_missing_voice_library_is_told_and_ends_nothing(tmp_path: Path) -> None:
    program = f"""
import espeakng_loader
espeakng_loader.get_data_path = lambda: {str(tmp_path)!r}
from agent.audio.stt.ear.sounds import ways_to_say
from agent.errors import ProviderError
try:
    ways_to_say("walk")
except ProviderError as error:
    print("told:", error)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and done.stdout.startswith("told: espeak-ng does not start"), done


def test_very_long_words_are_nobodys() -> None:
    assert ways_to_say("a" * 2000) == ()
