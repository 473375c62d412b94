from pathlib import Path

import pytest

from evals.errors import BadInput
from evals.scenario.file import load_suite
from tests.evals.scenario.suite_files import write_suite


def clock(folder: Path, now: str, zone: str, own: str = "") -> tuple[str, str]:
    text = (
        f"schema: 1\nsuite: shop\nflow: shop.json\nnow: {now}\ntime_zone: {zone}\n"
        f"scenarios:\n  - id: a\n    caller: [{{sound: silence}}]\n{own}"
    )
    [scenario] = load_suite(write_suite(folder, text)).scenarios
    return scenario.now_iso, scenario.time_zone


def test_seconds_may_be_left_out(tmp_path: Path) -> None:
    assert clock(tmp_path, "2026-05-18T09:00", "Europe/London") == ("2026-05-18T09:00:00", "Europe/London")


def test_hour_that_comes_twice_is_one_that_clocks_show(tmp_path: Path) -> None:
    assert clock(tmp_path, "2026-10-25T01:30:00", "Europe/London")[0] == "2026-10-25T01:30:00"


@pytest.mark.parametrize(
    ("now", "zone", "mistake"),
    [
        (
            "2026-05-18",
            "Europe/London",
            'line 4: `now` must be a wall clock such as "2026-05-18T09:00:00", not',
        ),
        ("2026-05-18T09:00:00Z", "Europe/London", "line 4: `now` must be a wall clock"),
        ("2026-05-18T09:00:00+01:00", "Europe/London", "line 4: `now` must be a wall clock"),
        ("2026-02-30T09:00:00", "Europe/London", "line 4: `now` must be a wall clock"),
        ("tomorrow", "Europe/London", "line 4: `now` must be a wall clock"),
        (
            "9999-12-31T23:59:59",
            "America/New_York",
            "line 4: `now` is a time that clocks in America/New_York never",
        ),
        (
            "2026-03-29T01:30:00",
            "Europe/London",
            "line 4: `now` is a time that clocks in Europe/London never show",
        ),
        ("2026-05-18T09:00:00", "Europe", "line 5: there is no time zone `Europe`"),
        ("2026-05-18T09:00:00", "../zone", "line 5: there is no time zone `../zone`, such as Europe/London"),
        ("2026-05-18T09:00:00", "Europe/Londn", "line 5: there is no time zone `Europe/Londn`; did you mean"),
    ],
)
def test_clock_that_cannot_be(tmp_path: Path, now: str, zone: str, mistake: str) -> None:
    with pytest.raises(BadInput) as caught:
        clock(tmp_path, now, zone)
    assert len(caught.value.mistakes) == 1
    assert caught.value.mistakes[0].startswith(mistake)


def test_clock_of_the_suite_is_looked_at_again_in_a_zone_of_the_scenario(tmp_path: Path) -> None:
    with pytest.raises(
        BadInput, match="scenario `a`: `now` is a time that clocks in Europe/London never show"
    ):
        clock(tmp_path, "2026-03-29T01:30:00", "America/New_York", "    time_zone: Europe/London\n")
