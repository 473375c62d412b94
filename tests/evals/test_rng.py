import os
import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st

from evals.rng import rng_for

NAMES = st.lists(st.one_of(st.text(max_size=8), st.integers()), max_size=4)


def draws(seed, *names):
    return rng_for(seed, *names).integers(0, 2**63, size=4).tolist()


@given(st.integers(), NAMES)
def test_the_same_arguments_give_the_same_draws(seed, names) -> None:
    assert draws(seed, *names) == draws(seed, *names)


def test_other_names_and_other_seeds_give_other_draws() -> None:
    streams = [
        (1, "a"),
        (2, "a"),
        (1, "b"),
        (1, "a", 0),
        (1, "a", 1),
        (1, "a", "b"),
        (1, "ab"),
        (11, "a"),
        (1, "1a"),
    ]
    assert len({tuple(draws(*stream)) for stream in streams}) == len(streams)


def test_a_draw_in_one_stream_shifts_nothing_in_another() -> None:
    first, second = rng_for(1, "a"), rng_for(1, "b")
    first.random(100)
    assert second.integers(0, 2**63, size=4).tolist() == draws(1, "b")


def test_draws_do_not_depend_on_the_hash_seed() -> None:
    program = "from evals.rng import rng_for; print(rng_for(1, 'line.loss', 'a', 3).integers(0, 2**63))"
    shown = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            capture_output=True,
            check=True,
        ).stdout
        for hash_seed in ("1", "2")
    }
    assert len(shown) == 1


def test_the_draws_are_those_of_the_first_release() -> None:
    # A change here changes every simulated call.
    assert rng_for(1, "stt.final", "books_first_slot", 3).integers(0, 1000, size=5).tolist() == [
        645,
        587,
        347,
        356,
        735,
    ]
