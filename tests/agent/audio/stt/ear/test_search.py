from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.audio.stt.ear.search import BLANK, BeamSearch
from agent.audio.stt.ear.search_alphabet import IN_LETTERS, Alphabet
from agent.audio.stt.ear.search_config import SearchConfig
from agent.audio.stt.ear.search_hints import Hints
from agent.audio.stt.ear.search_hypothesis import Hypothesis
from agent.audio.stt.ear.word_mixture import MixedModel
from agent.audio.stt.ear.word_model import WordModel
from agent.audio.stt.ear.word_tree import LETTERS

EXACT = SearchConfig(
    beam_size=100_000,
    score_margin=math.inf,
    commit_margin=math.inf,
    token_probability=1e-30,
    quiet_probability=1.0,
    best=100_000,
)
SENTENCES = [
    "i would like to return a parcel",
    "i would like to return an item",
    "can i speak to a person please",
    "my parcel has not arrived",
    "what time do you close on sunday",
    "the order number is nine two seven",
    "yes please",
    "no thank you",
    "i have a meeting at ten",
    "when can you deliver it",
] * 3
SEEDS = st.integers(min_value=0, max_value=2**32 - 1)

SPACE = len(IN_LETTERS.symbols)
SYMBOLS = SPACE + 1


def symbols(text: str) -> list[int]:
    return [SPACE if letter == " " else LETTERS.index(letter) + 1 for letter in text]


def frames_of(peaks: Sequence[dict[str, float]]) -> np.ndarray:
    """One frame a peak: probabilities of letters, "" for the blank, which also gets what the others leave."""
    frames = np.full((len(peaks), SYMBOLS), 1e-6)
    for frame, peak in zip(frames, peaks, strict=True):
        for letter, probability in peak.items():
            frame[symbols(letter)[0] if letter else BLANK] = probability
        frame[BLANK] += max(0.0, 1 - frame.sum())
    return np.log(frames / frames.sum(axis=1, keepdims=True))


def said(text: str, clearness: float = 0.95, doubts: dict[int, dict[str, float]] | None = None) -> np.ndarray:
    """A text as a network hears it: each letter at one frame, then two of blank. Doubts replace single letters."""
    peaks: list[dict[str, float]] = []
    for at, letter in enumerate(text):
        peaks += [(doubts or {}).get(at, {letter: clearness}), {"": 0.9995}, {"": 0.9995}]
    return frames_of(peaks)


def noise(seed: int, frames: int, used: str = "aent' ", sharpness: float = 3.0) -> np.ndarray:
    """Flat mixtures of a few letters and the blank."""
    rng = np.random.default_rng(seed)
    logits = np.full((frames, SYMBOLS), -12.0)
    columns = [BLANK, *symbols(used)]
    logits[:, columns] = rng.normal(0, sharpness, (frames, len(columns)))
    logits[rng.random(frames) < 0.4, BLANK] += 15
    return logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))


def hear(
    log_probs: np.ndarray,
    model: WordModel | None = None,
    hints: Sequence[str] = (),
    config: SearchConfig | None = None,
) -> list[Hypothesis]:
    search = BeamSearch(model, config, hints)
    search.advance(log_probs)
    return search.finish()


@pytest.fixture(scope="module")
def model() -> WordModel:
    return WordModel.of_sentences(SENTENCES)


@settings(deadline=None, max_examples=40)
@given(seed=SEEDS, frames=st.integers(1, 5))
def test_scores_are_the_sums_over_all_alignments(seed: int, frames: int) -> None:
    used = [BLANK, *symbols("ab ")]
    log_probs = np.full((frames, SYMBOLS), -1e30)
    drawn = np.random.default_rng(seed).dirichlet(np.ones(len(used)), frames)
    log_probs[:, used] = np.log(drawn)
    expected: dict[str, float] = {}
    for path in itertools.product(range(len(used)), repeat=frames):
        collapsed = [used[at] for at, _ in itertools.groupby(path)]
        letters = "".join("" if s == BLANK else " " if s == SPACE else LETTERS[s - 1] for s in collapsed)
        text = " ".join(letters.split())
        expected[text] = expected.get(text, 0.0) + math.prod(drawn[range(frames), path])
    heard = hear(log_probs, config=EXACT)
    assert {hypothesis.text: math.exp(hypothesis.score) for hypothesis in heard} == pytest.approx(expected)


@settings(deadline=None, max_examples=30)
@given(text=st.text(alphabet="abet' ", min_size=1, max_size=20))
def test_clear_letters_are_heard_as_they_are(text: str) -> None:
    words = text.split()
    best = hear(said(text, clearness=0.999))[0]
    assert [word.text for word in best.words] == words
    starts = [at for at in range(len(text)) if text[at] != " " and (at == 0 or text[at - 1] == " ")]
    assert [word.first_frame for word in best.words] == [3 * at for at in starts]


def test_double_letter_without_a_blank_between_is_one_letter() -> None:
    assert hear(frames_of([{"l": 0.99}, {"l": 0.99}]))[0].text == "l"
    assert hear(frames_of([{"l": 0.99}, {"": 0.99}, {"l": 0.99}]))[0].text == "ll"


def test_letter_stands_where_it_was_clearest() -> None:
    (word,) = hear(frames_of([{"i": 0.6}, {"i": 0.9}, {"i": 0.4}, {"": 0.9}, {"t": 0.8}]))[0].words
    assert (word.text, word.first_frame, word.last_frame) == ("it", 1, 4)
    assert word.least_log_posterior == pytest.approx(math.log(0.8), abs=1e-3)
    assert word.mean_log_posterior == pytest.approx((math.log(0.8) + math.log(0.9)) / 2, abs=1e-3)


def test_language_decides_between_words_that_sound_alike(model: WordModel) -> None:
    log_probs = said("no thank yew", doubts={10: {"e": 0.55, "o": 0.4}, 11: {"w": 0.55, "u": 0.4}})
    assert hear(log_probs)[0].text == "no thank yew"
    assert hear(log_probs, model)[0].text == "no thank you"


def test_likely_word_stays_in_a_narrow_search_while_an_unlikely_one_leads(model: WordModel) -> None:
    narrow = SearchConfig(beam_size=3)
    log_probs = said("no thank you", doubts={3: {"d": 0.9, "t": 0.09}, 5: {"e": 0.9, "a": 0.09}})
    assert hear(log_probs, model, config=narrow)[0].text == "no thank you"


# Most words are strangers to a model of thirty sentences: nothing may speak against them but their letters.
STRANGERS = SearchConfig(unknown_penalty=0.0)


@pytest.mark.parametrize("name", ["kowalczyk", "bjork", "o'shea", "zx"])
def test_unknown_word_is_heard_when_its_letters_are_clear(model: WordModel, name: str) -> None:
    heard = hear(said(f"my parcel {name} please", clearness=0.99), model, config=STRANGERS)
    assert heard[0].text == f"my parcel {name} please"


def test_hint_that_was_said_is_found(model: WordModel) -> None:
    log_probs = said("yes zavica munroe please", doubts={8: {"c": 0.75, "k": 0.2}, 16: {"e": 0.6, "": 0.4}})
    assert "zavika" not in hear(log_probs, model)[0].text
    assert hear(log_probs, model, ["zavika munro"])[0].text == "yes zavika munro please"


FIFTY = [
    f"{first} {last}"
    for first in ("ann", "ned", "ted", "itta", "wendy")
    for last in (
        "reed",
        "lake",
        "parcell",
        "perrson",
        "sunder",
        "meeking",
        "iten",
        "orderly",
        "thanks",
        "yess",
    )
]


@pytest.mark.parametrize("sentence", sorted({*SENTENCES, "a stranger sent an ordinary letter"}))
@pytest.mark.parametrize("hints", [FIFTY, ["at an", "parcels", "two many", "no thanks", "orders"]], ids=len)
def test_hints_that_were_not_said_do_not_appear(model: WordModel, sentence: str, hints: list[str]) -> None:
    # More must speak for a boundary than in the shipped models, too.
    config = replace(STRANGERS, word_bonus=2.5)
    assert hear(said(sentence, clearness=0.98), model, hints, config)[0].text == sentence


def test_unfinished_phrase_gains_nothing(model: WordModel) -> None:
    spoken = said("no thank you")
    plain, hinted = (hear(spoken, model, hints)[0] for hints in ([], ["thank you very much"]))
    assert hinted.text == "no thank you"
    assert hinted.score == pytest.approx(plain.score)


def worth(hints: Hints, words: str) -> float:
    run, score = (), 0.0
    for word in words.split():
        run, change = hints.after(run, word)
        score += change
    return score + hints.left(run)


def test_hinted_phrase_pays_once_it_is_complete_and_not_before() -> None:
    hints = Hints(
        ["new york", "New York City hall", "york road", "new york york road on foot"],
        SearchConfig(hint_bonus=1.0, hint_word_cap=3.0, hint_phrase_cap=8.0),
    )
    assert worth(hints, "to new york please") == 6
    assert worth(hints, "new") == worth(hints, "york") == worth(hints, "in new order") == 0
    assert worth(hints, "new york city") == 6
    assert worth(hints, "new york city hall") == 8
    assert worth(hints, "new york road") == 6
    assert worth(hints, "old york road new york") == worth(hints, "new york york road on") == 12


def test_bonus_of_an_unfinished_phrase_is_lent() -> None:
    hints = Hints(["anna lee"], SearchConfig(hint_bonus=0.5, hint_word_cap=9, hint_phrase_cap=9))
    run, lent = hints.after((), "anna")
    assert (run, lent) == (("anna",), 2.0)
    assert hints.after(run, "is") == ((), -2.0)
    assert hints.left(run) == -2.0


def test_hint_that_cannot_be_spelled_is_left_out() -> None:
    hints = Hints(["24/7", "zürich", " ", "lee"], SearchConfig())
    assert list(hints.tree.next) == ["l"]


@settings(deadline=None, max_examples=40)
@given(seed=SEEDS, cuts=st.lists(st.integers(0, 60), max_size=8))
def test_chunks_do_not_matter(model: WordModel, seed: int, cuts: list[int]) -> None:
    check_chunks(lambda: BeamSearch(model, hints=["tea"]), noise(seed, 60), cuts)


def check_chunks(begin: Callable[[], BeamSearch], frames: np.ndarray, cuts: list[int]) -> None:
    """What is heard does not depend on where the frames are cut, nor on being asked in between."""
    whole, parts = begin(), begin()
    whole.advance(frames)
    for chunk in np.split(frames, sorted(cuts)):
        parts.advance(chunk)
        parts.partial()
        parts.finish()
    assert parts.finish() == whole.finish()
    assert (parts.partial(), parts.stable_words) == (whole.partial(), whole.stable_words)


@settings(deadline=None, max_examples=40)
@given(seed=SEEDS, sharpness=st.sampled_from([2.0, 4.0, 8.0]))
def test_stable_words_never_change(model: WordModel, seed: int, sharpness: float) -> None:
    config = SearchConfig(commit_margin=1.0, commit_age_frames=2)
    check_stable_words(BeamSearch(model, config), noise(seed, 120, sharpness=sharpness))


def check_stable_words(search: BeamSearch, frames: np.ndarray) -> None:
    """Words that are stable once stay so, in partials and in what comes at the end."""
    stable: tuple[str, ...] = ()
    for frame in frames:
        search.advance(frame[None])
        now = search.stable_words
        assert now[: len(stable)] == stable
        stable = now
        partial = search.partial()
        assert tuple(word.text for word in partial.words)[: len(stable)] == stable
        assert search.text == partial.text
    for hypothesis in search.finish():
        assert tuple(word.text for word in hypothesis.words)[: len(stable)] == stable


def test_clear_words_become_stable_while_more_is_said(model: WordModel) -> None:
    search = BeamSearch(model)
    search.advance(said("i would like to return a parcel"))
    assert search.stable_words == ("i", "would", "like", "to", "return")
    assert search.partial().text == "i would like to return a parcel"
    assert [word.complete for word in search.partial().words] == [True] * 6 + [False]
    patient = BeamSearch(model, SearchConfig(commit_age_frames=50))
    patient.advance(said("i would like to return a parcel"))
    assert patient.stable_words == ("i", "would", "like")


@settings(deadline=None, max_examples=40)
@given(seed=SEEDS)
def test_words_come_one_after_another_and_hypotheses_differ(model: WordModel, seed: int) -> None:
    heard = hear(noise(seed, 80), model)
    for hypothesis in heard:
        times = [frame for word in hypothesis.words for frame in (word.first_frame, word.last_frame)]
        assert times == sorted(times)
        ends = [word.last_frame for word in hypothesis.words]
        assert all(end < word.first_frame for end, word in zip(ends, hypothesis.words[1:], strict=False))
        assert all(word.least_log_posterior <= word.mean_log_posterior <= 0 for word in hypothesis.words)
    scores = [hypothesis.score for hypothesis in heard]
    assert scores == sorted(scores, reverse=True)
    assert len({hypothesis.text for hypothesis in heard}) == len(heard)


def test_word_in_doubt_has_the_smaller_margin() -> None:
    best, second = hear(said("ten men", doubts={4: {"m": 0.6, "h": 0.4}}), config=SearchConfig(best=2))
    assert (best.text, second.text) == ("ten men", "ten hen")
    assert best.words[1].margin == pytest.approx(math.log(0.6 / 0.4))
    assert second.words[1].margin == pytest.approx(math.log(0.4 / 0.6))
    assert best.words[0].margin is not None and best.words[0].margin > 2


def test_margin_of_a_stable_word_is_that_of_the_moment_when_it_became_stable() -> None:
    log_probs = said("ten men", doubts={0: {"t": 0.9, "d": 0.1}})
    loose = SearchConfig(commit_margin=1.0, commit_age_frames=1)
    search = BeamSearch(config=loose)
    search.advance(log_probs)
    assert search.stable_words == ("ten",)
    assert search.finish()[0].words[0].margin == pytest.approx(math.log(9), abs=0.2)


def test_silence_is_no_words(model: WordModel) -> None:
    heard = hear(frames_of([{"": 0.9999}] * 20), model)
    assert [hypothesis.text for hypothesis in heard] == [""]


def test_texts_that_are_equally_likely_come_by_the_alphabet() -> None:
    heard = hear(frames_of([{"b": 0.45, "a": 0.45}]), config=SearchConfig(best=2))
    assert [hypothesis.text for hypothesis in heard] == ["a", "b"]
    search = BeamSearch()
    search.advance(frames_of([{"b": 0.45, "a": 0.45}]))
    assert search.partial().text == "a"
    narrow = hear(frames_of([{"c": 0.5, "b": 0.2, "a": 0.2}]), config=SearchConfig(beam_size=2))
    assert [hypothesis.text for hypothesis in narrow] == ["c", "a"]


@pytest.mark.parametrize(
    ("log_probs", "complaint"),
    [
        (np.zeros((3, 28)), "shape"),
        (np.zeros(29), "shape"),
        (np.full((1, 29), np.nan), "natural logs"),
        (np.ones((1, 29)), "natural logs"),
    ],
)
def test_what_is_no_log_probabilities_is_refused(log_probs: np.ndarray, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        BeamSearch().advance(log_probs)


def test_config_names_all_that_is_wrong_with_it() -> None:
    with pytest.raises(ValueError, match=r"score_margin=-1.*beam_size=0.*quiet_probability=2"):
        SearchConfig(score_margin=-1, beam_size=0, quiet_probability=2)


WAYS = {
    "i": ("Y",), "want": ("wont",), "to": ("tu",), "two": ("tu",), "tickets": ("tIkIts",), "go": ("gO",),
    "can": ("kan",), "please": ("pliz",), "nadia": ("nadi@",),
}  # fmt: skip
SOUNDED = "@AEINOTYadfgijklmnoprstuwz"
IN_TOY_SOUNDS = Alphabet(symbols=SOUNDED + " ", first=SYMBOLS, ways=lambda word: WAYS.get(word, ()))
ALIKE = ["i want two tickets", "i want to go please", "can i go", "i can go to"] * 5


def sounded(words: Sequence[tuple[str, str]]) -> np.ndarray:
    """Words, each with its letters and its sounds, clearly heard by both outputs of a network, a boundary behind."""
    rows = []
    for letters, sounds in words:
        size = max(len(letters), len(sounds)) + 1
        for at in range(size):
            row = np.full(SYMBOLS + len(SOUNDED) + 2, 1e-6)
            row[symbols(letters[at])[0] if at < len(letters) else SPACE if at == size - 1 else BLANK] = 0.9
            sound = SOUNDED.index(sounds[at]) + 1 if at < len(sounds) else len(SOUNDED) + 1
            row[SYMBOLS + (sound if at < len(sounds) or at == size - 1 else BLANK)] = 0.9
            quiet = np.full(row.size, 1e-6)
            quiet[[BLANK, SYMBOLS]] = 1
            rows += [row, quiet]
    return np.log(np.array(rows))


@pytest.fixture(scope="module")
def alike() -> MixedModel:
    return MixedModel([WordModel.of_sentences(ALIKE)], [1.0], IN_TOY_SOUNDS.ways, SOUNDED)


def hear_sounds(model: MixedModel, log_probs: np.ndarray, hints: Sequence[str] = ()) -> str:
    search = BeamSearch(model, hints=hints, alphabet=IN_TOY_SOUNDS)
    search.advance(log_probs)
    return search.finish()[0].text


def test_words_that_sound_alike_are_told_apart_by_what_comes_after(alike: MixedModel) -> None:
    begun = [("i", "Y"), ("want", "wont"), ("tu", "tu")]
    assert hear_sounds(alike, sounded([*begun, ("tickets", "tIkIts")])) == "i want two tickets"
    assert hear_sounds(alike, sounded([*begun, ("go", "gO")])) == "i want to go"


def test_a_word_whose_sounds_nobody_knows_is_written_as_its_letters_were_heard(alike: MixedModel) -> None:
    log_probs = sounded([("i", "Y"), ("want", "wont"), ("nadia", "nadi@")])
    assert hear_sounds(alike, log_probs) == "i want nadia"


def test_a_hint_is_listened_for_by_its_sounds(alike: MixedModel) -> None:
    log_probs = sounded([("i", "Y"), ("want", "wont"), ("nardya", "nadi@")])
    assert hear_sounds(alike, log_probs) == "i want nardya"
    assert hear_sounds(alike, log_probs, ["nadia"]) == "i want nadia"
    assert hear_sounds(alike, sounded([("can", "kan"), ("i", "Y")]), ["nadia"]) == "can i"


def test_partials_show_the_likeliest_of_words_that_sound_alike(alike: MixedModel) -> None:
    search = BeamSearch(alike, alphabet=IN_TOY_SOUNDS)
    search.advance(sounded([("i", "Y"), ("want", "wont"), ("tu", "tu")])[:-1])
    assert search.partial().text == "i want to"  # which comes twice as often as "two"


def sound_noise(seed: int, frames: int, sharpness: float = 3.0) -> np.ndarray:
    """Flat mixtures of a few letters and of the sounds of the toy words, each with its blank."""
    rng = np.random.default_rng(seed)
    spoken = [
        SYMBOLS,
        *(SYMBOLS + 1 + SOUNDED.index(sound) for sound in "Ywontukag@"),
        SYMBOLS + 1 + len(SOUNDED),
    ]
    logits = np.full((frames, SYMBOLS + len(SOUNDED) + 2), -12.0)
    logits[:, spoken] = rng.normal(0, sharpness, (frames, len(spoken)))
    logits[rng.random(frames) < 0.4, SYMBOLS] += 15
    sounds = logits[:, SYMBOLS:] - np.log(np.exp(logits[:, SYMBOLS:]).sum(axis=1, keepdims=True))
    return np.concatenate((noise(seed, frames, sharpness=sharpness), sounds), axis=1)


@settings(deadline=None, max_examples=40)
@given(seed=SEEDS, cuts=st.lists(st.integers(0, 60), max_size=6), weight=st.sampled_from([0.0, 1.0]))
def test_chunks_do_not_matter_for_sounds(
    alike: MixedModel, seed: int, cuts: list[int], weight: float
) -> None:
    config = SearchConfig(letters_weight=weight)
    check_chunks(lambda: BeamSearch(alike, config, ["nadia"], IN_TOY_SOUNDS), sound_noise(seed, 60), cuts)


@settings(deadline=None, max_examples=40)
@given(seed=SEEDS, sharpness=st.sampled_from([2.0, 4.0, 8.0]))
def test_stable_words_never_change_for_sounds(alike: MixedModel, seed: int, sharpness: float) -> None:
    config = SearchConfig(commit_margin=1.0, commit_age_frames=2)
    search = BeamSearch(alike, config, alphabet=IN_TOY_SOUNDS)
    check_stable_words(search, sound_noise(seed, 120, sharpness=sharpness))


def test_sounds_that_nobody_can_write_do_not_take_the_words_before_with_them(alike: MixedModel) -> None:
    clear, odd = sounded([("i", "Y"), ("want", "wont")]), sounded([("x", "rjrj")])
    odd[:, :SYMBOLS] = math.log(1e-6)
    odd[:, BLANK] = math.log(0.999)
    log_probs = np.concatenate((clear, clear[1::2], odd[:-2]))
    search = BeamSearch(alike, SearchConfig(commit_margin=1.0, commit_age_frames=2), alphabet=IN_TOY_SOUNDS)
    search.advance(log_probs)
    stable = search.stable_words
    assert stable
    assert search.finish()[0].text.split()[: len(stable)] == list(stable)


def test_a_word_wins_by_all_that_speaks_for_it_also_where_letters_write_it_too() -> None:
    ways = {"at": ("at",), "it": ("It",)}
    alphabet = Alphabet(symbols=SOUNDED + " ", first=SYMBOLS, ways=lambda word: ways.get(word, ()))
    model = MixedModel([WordModel.of_sentences(["at", "it"] * 20)], [1.0], alphabet.ways, SOUNDED)
    rows = np.full((4, SYMBOLS + len(SOUNDED) + 2), 1e-9)
    rows[:, BLANK] = rows[1::2, SYMBOLS] = 1.0
    for at, letter, sounds in ((0, "a", {"E": 0.45, "a": 0.40, "I": 0.13}), (2, "t", {"t": 0.98})):
        rows[at, symbols(letter)[0]], rows[at, BLANK] = 1.0, 1e-9
        for sound, chance in sounds.items():
            rows[at, SYMBOLS + 1 + SOUNDED.index(sound)] = chance
    search = BeamSearch(model, alphabet=alphabet)
    search.advance(np.log(rows))
    assert search.finish()[0].text == search.partial().text == "at"
