import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evals.errors import BadInput
from evals.scenario.caller_file import ALL_STEP_KEYS, ENTITY_KEYS
from evals.scenario.expect_file import EXPECT_KEYS, TOOL_KEYS
from evals.scenario.file import DEFAULTS_KEYS, MAX_BYTES, SCENARIO_KEYS, SUITE_KEYS, load_suite
from evals.scenario.lines import LINE_KEYS
from evals.scenario.model import (
    CallerStep,
    Expectation,
    ExpectedTool,
    Line,
    Scenario,
    StepKind,
    Suite,
    WhenDiverged,
)
from evals.sim.world import check_world
from tests.evals.scenario.clip_files import write_clip
from tests.evals.scenario.suite_files import HEAD, SCENARIO, write_suite


def mistakes_of(folder: Path, text: str) -> tuple[str, ...]:
    with pytest.raises(BadInput) as caught:
        load_suite(write_suite(folder, text))
    return caught.value.mistakes


def test_smallest_suite_becomes_values_with_the_defaults_filled_in(tmp_path: Path) -> None:
    assert load_suite(write_suite(tmp_path, HEAD + SCENARIO)) == Suite(
        name="shop",
        folder=str(tmp_path),
        scenarios=(
            Scenario(
                id="orders",
                title="orders",
                flow="shop.json",
                now_iso="2026-05-18T09:00:00",
                time_zone="Europe/London",
                caller=(CallerStep(kind=StepKind.SAYS, text="I'd like two of those."),),
                expect=Expectation(),
            ),
        ),
        voices=("en-gb",),
        lines=(Line(name="clean"),),
        repeat=1,
    )


def test_scenario_overrides_what_its_suite_gives(tmp_path: Path) -> None:
    text = (
        HEAD
        + """\
variables: {name: Alex, town: Leeds}
defaults: {voice: en-us, line: office_15db, repeat: 3, reply_end_ms: 700, max_duration_s: 90}
scenarios:
  - id: same
    caller: [{sound: silence}]
  - id: other
    now: "2026-12-24T23:15"
    time_zone: America/New_York
    variables: {town: Boston}
    voice: en-gb-scotland
    line: {noise: car, snr_db: 10}
    reply_end_ms: 900
    max_duration_s: 30
    caller: [{sound: silence}]
"""
    )
    suite = load_suite(write_suite(tmp_path, text))
    same, other = suite.scenarios
    assert (suite.voices, suite.lines, suite.repeat) == (
        ("en-us",),
        (Line(name="office_15db", noise="office", snr_db=15.0),),
        3,
    )
    assert (same.voice, same.line, same.reply_end_ms, same.max_duration_s) == (None, None, 700, 90)
    assert dict(same.variables) == {"name": "Alex", "town": "Leeds"}
    assert (other.now_iso, other.time_zone) == ("2026-12-24T23:15:00", "America/New_York")
    assert dict(other.variables) == {"name": "Alex", "town": "Boston"}
    assert other.voice == "en-gb-scotland"
    assert other.line == Line(name="noise=car,snr_db=10", noise="car", snr_db=10.0)
    assert (other.reply_end_ms, other.max_duration_s) == (900, 30)


def test_five_different_mistakes_are_listed_at_once_with_their_lines(tmp_path: Path) -> None:
    text = """\
schema: 1
suite: shop
flow: shop.json
now: "2026-05-18T09:00:00"
time_zone: Europe/Londn
variables: {phone: 7700900123}
scenarios:
  - id: orders
    titel: Caller orders
    line: ofice_15db
    caller:
      - interrupts: "Two of those."
    expect:
      outcome: orderd
"""
    with pytest.raises(BadInput) as caught:
        load_suite(write_suite(tmp_path, text))
    assert caught.value.exit_status == 2
    assert str(caught.value).splitlines() == [
        f"{tmp_path}/suite.yaml: 6 mistakes:",
        "  - line 5: there is no time zone `Europe/Londn`; did you mean `Europe/London`?",
        "  - line 6: `variables`: `phone` must be a text, not the number 7700900123; "
        'put it in quotes: "7700900123"',
        "  - line 9: scenario `orders`: unknown key `titel`; did you mean `title`?",
        "  - line 10: scenario `orders`: unknown line `ofice_15db`; did you mean `office_15db`?",
        "  - line 12: scenario `orders`: step 1: `interrupts` needs `after_ms`, "
        "counted from the reply's first audible sample",
        "  - line 14: scenario `orders`: `expect`: unknown outcome `orderd`; did you mean `ordered`? "
        "(end states of the flow declare them)",
    ]


@pytest.mark.parametrize(
    ("old", "new", "mistake"),
    [
        ("schema: 1", "schema: 2", "line 1: `schema` must be 1, the only one this version reads"),
        ("schema: 1", "schema: true", "line 1: `schema` must be 1, the only one this version reads"),
        ("suite: shop", "suite: a/b", 'line 2: `suite` must be of letters, digits, _ and -, not "a/b"'),
        ("suite: shop", "suite: [a]", "line 2: `suite` must be a text, not a list"),
        (
            "flow: shop.json",
            "flow: boking",
            "line 3: the flow `boking`: cannot be read: No such file or directory",
        ),
        (
            "flow: shop.json",
            "flow: suite.yaml",
            "line 3: the flow `suite.yaml`: cannot be read: No such file",
        ),
        ("flow: shop.json\n", "", "line 1: `flow` is missing"),
        ('now: "2026-05-18T09:00:00"\n', "", "line 1: `now` is missing: give it here or in each scenario"),
        ("scenarios:", "scenario:", "line 6: unknown key `scenario`; did you mean `scenarios`?"),
        (
            "scenarios:",
            "defaults: {voice: 3}\nscenarios:",
            "line 6: `defaults`: `voice` must be a text, not the number 3",
        ),
        (
            "scenarios:",
            "defaults: {repeat: 0}\nscenarios:",
            "line 6: `defaults`: `repeat` must be a whole number from 1",
        ),
        (
            "scenarios:",
            "matrix: {voice: [a, a]}\nscenarios:",
            "line 6: `matrix`: `a` stands twice under `voice`",
        ),
        ("scenarios:", "matrix: {line: [x y]}\nscenarios:", "line 6: `matrix`: unknown line `x y`"),
        (
            "scenarios:",
            "lines: {clean: {delay_ms: 1}}\nscenarios:",
            "line 6: `lines`: `clean` comes with the product",
        ),
        (
            "scenarios:",
            "lines: {l: {noise: rain, snr_db: 3}}\nscenarios:",
            "`lines`: line `l`: unknown noise `rain`",
        ),
        (
            "id: orders",
            "id: 12",
            'line 7: scenario 1: `id` must be a text, not the number 12; put it in quotes: "12"',
        ),
        ("- id: orders", "- title: x", "line 7: scenario 1: `id` is missing"),
        (
            "    caller:",
            "    world: [x]\n    caller:",
            "line 8: scenario `orders`: `world`: must be a mapping, not a list",
        ),
        ("    caller:", "    tags: smoke\n    caller:", "line 8: scenario `orders`: `tags` must be a list"),
    ],
)
def test_mistake_is_named_with_its_line(tmp_path: Path, old: str, new: str, mistake: str) -> None:
    text = HEAD + SCENARIO
    assert old in text
    assert any(
        found.startswith(mistake) or mistake in found
        for found in mistakes_of(tmp_path, text.replace(old, new, 1))
    )


def test_same_id_twice_is_refused(tmp_path: Path) -> None:
    text = HEAD + SCENARIO + "  - id: orders\n    caller: [{sound: silence}]\n"
    assert mistakes_of(tmp_path, text) == ("line 10: scenario `orders`: this id was given before, on line 7",)


@pytest.mark.parametrize(
    ("written", "stays"), [("07700 900123", True), ("9:30", True), ("no", True), ("07700900123", False)]
)
def test_phone_number_time_or_no_is_a_text_or_refused_but_never_changed(
    tmp_path: Path, written: str, stays: bool
) -> None:
    text = HEAD + f"variables: {{said: {written}}}\n" + SCENARIO
    if stays:
        assert load_suite(write_suite(tmp_path, text)).scenarios[0].variables["said"] == written
    else:
        [mistake] = mistakes_of(tmp_path, text)
        assert 'put it in quotes: "07700900123"' in mistake


def test_world_is_checked_by_who_knows_it(tmp_path: Path) -> None:
    text = HEAD + SCENARIO + "    world: {shop.order: {fault: timeout}, shop.ordr: {}}\n"
    path = write_suite(tmp_path, text)
    assert load_suite(path).scenarios[0].world == {"shop.order": {"fault": "timeout"}, "shop.ordr": {}}
    with pytest.raises(BadInput) as caught:
        load_suite(
            path, check_world=lambda world: [f"no tool `{name}`" for name in world if name != "shop.order"]
        )
    assert caught.value.mistakes == ("line 10: scenario `orders`: no tool `shop.ordr`",)


def test_file_that_is_missing_too_large_or_not_text_is_one_clear_line(tmp_path: Path) -> None:
    for path, mistake in [
        (tmp_path / "none.yaml", "none.yaml: cannot be read: No such file or directory"),
        (tmp_path, "cannot be read: Is a directory"),
        (write_suite(tmp_path, "#" * (MAX_BYTES + 1)), "suite.yaml: larger than 1024 KiB; split the suite"),
    ]:
        with pytest.raises(BadInput, match=mistake):
            load_suite(path)
    latin = tmp_path / "latin.yaml"
    latin.write_bytes(b"schema: 1\nsuite: caf\xe9\n")
    with pytest.raises(BadInput, match="line 2: not UTF-8"):
        load_suite(latin)


@pytest.mark.parametrize("text", ["", "hello", "[]", "- a\n- b", "3", "~"])
def test_what_is_no_suite_at_all_is_refused(tmp_path: Path, text: str) -> None:
    assert len(mistakes_of(tmp_path, text)) == 1


# Garbage that looks like a suite: its keys, with anything below them.
keys = st.sampled_from(
    [
        *SUITE_KEYS,
        *DEFAULTS_KEYS,
        *SCENARIO_KEYS,
        *ALL_STEP_KEYS,
        *ENTITY_KEYS,
        *EXPECT_KEYS,
        *TOOL_KEYS,
        *LINE_KEYS,
    ]
)
leaves = st.sampled_from(
    [
        "1",
        "shop",
        "shop.json",
        '""',
        "~",
        "true",
        "-1",
        "1e9",
        '"[pause 0]"',
        '"["',
        "clean",
        "cough",
        "...",
        "*a",
        "x/..",
        "Europe/London",
    ]
)
garbage = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]")
        | st.dictionaries(keys, inner, max_size=4).map(
            lambda d: "{" + ", ".join(f"{k}: {v}" for k, v in d.items()) + "}"
        )
    ),
    max_leaves=12,
)
suites = st.dictionaries(keys, garbage, max_size=8).map(
    lambda d: "".join(f"{k}: {v}\n" for k, v in d.items())
)


# And a suite that is right but for a few values.
RIGHT = (
    HEAD
    + """\
variables: {{name: {0}}}
defaults: {{voice: {1}, line: {2}, repeat: {3}}}
matrix: {{voice: {4}, line: {5}}}
scenarios:
  - id: {6}
    tags: {7}
    world: {8}
    caller: [{{says: {9}, entities: {10}}}, {{plays: {11}}}, {{sound: {12}, after_ms: {13}}}, {{dtmf: {14}}}, {15}]
    expect: {{states: {16}, outcome: {17}, tools: [{18}], captured: {19}, within: {20}}}
"""
)
nearly = st.lists(garbage, min_size=21, max_size=21).map(lambda values: RIGHT.format(*values))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None)
@given(suites | nearly | st.text(max_size=60))
def test_garbage_raises_nothing_but_bad_input(tmp_path: Path, text: str) -> None:
    path = write_suite(tmp_path, "")
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(BadInput):
        load_suite(path)


words = st.lists(
    st.sampled_from(["yes", "no", "07700 900123", "9:30", "um", "null", "it's", 'so "called"', "- x", "#1"]),
    min_size=1,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(words.map(" ".join), min_size=1, max_size=4))
def test_what_the_caller_says_comes_out_as_it_was_written(tmp_path: Path, said: list[str]) -> None:
    steps = "".join(f"      - says: {json.dumps(text)}\n" for text in said)
    suite = load_suite(write_suite(tmp_path, HEAD + "scenarios:\n  - id: a\n    caller:\n" + steps))
    assert [step.text for step in suite.scenarios[0].caller] == said


def test_everything_of_the_format_at_once(tmp_path: Path) -> None:
    write_clip(tmp_path / "clips" / "alex_confirms.wav")
    text = """\
schema: 1
suite: booking
flow: booking                      # agent/flows/booking.json, or a path
now: "2026-05-18T09:00:00"
time_zone: Europe/London
variables: {first_name: Alex, email: alex@example.com}
defaults:
  voice: en-gb
  line: {noise: none}
  repeat: 1
matrix:
  voice: [en-gb, en-us, en-gb-scotland]
  line: [clean, office_15db, mobile_edge]
lines:
  office_15db: {noise: office, snr_db: 15}
scenarios:
  - id: books_first_slot
    title: Caller takes the first slot offered
    tags: [smoke, happy]
    caller:
      - says: "Yes, this is Alex."
      - says: "Yes we are, this quarter. We have about five thousand pounds."
        entities: {timeline: this_quarter, budget: {type: money, value: 500000, unit: pence}}
      - interrupts: "Tuesday works."
        after_ms: 600
    expect:
      states: [greeting, qualify, book, confirm, close]
      outcome: booked
      tools:
        - {name: "cal.create_booking", arguments: {slot: "2026-05-19T10:30:00+01:00"}, times: 1}
      says: ["calendar invite"]
      never_says: ["voicemail"]
      within: {response_latency_max_ms: 1600, yield_latency_max_ms: 200}
  - id: recorded_caller
    caller:
      - plays: clips/alex_confirms.wav
        text: "Yes, this is Alex."
  - id: voicemail_greeting
    caller:
      - sound: voicemail_greeting
    expect: {outcome: voicemail_left, never_says: ["book 15 minutes"]}
  - id: crm_down
    world: {cal.create_booking: {fault: timeout}}
    caller:
      - says: "Yes, this is Alex."
    expect: {outcome: handed_off}
"""
    suite = load_suite(write_suite(tmp_path, text), check_world=check_world)
    assert (len(suite.scenarios), len(suite.voices), len(suite.lines)) == (4, 3, 3)
    assert [step.kind for step in suite.scenarios[0].caller] == ["says", "says", "interrupts"]
    assert suite.scenarios[0].expect.tools == (
        ExpectedTool(name="cal.create_booking", arguments={"slot": "2026-05-19T10:30:00+01:00"}, times=1),
    )


def test_policy_of_the_suite_holds_unless_a_scenario_has_its_own(tmp_path: Path) -> None:
    text = (
        HEAD
        + """\
defaults: {when_diverged: skip}
scenarios:
  - {id: one, caller: [{says: Two of those., replies_to: Would you like to order?}]}
  - {id: other, when_diverged: stop, caller: [{dtmf: "1", replies_to: Press one.}]}
"""
    )
    one, other = load_suite(write_suite(tmp_path, text)).scenarios
    assert (one.when_diverged, other.when_diverged) == (WhenDiverged.SKIP, WhenDiverged.STOP)
    assert one.caller[0].replies_to == "Would you like to order?"
    assert other.caller[0].replies_to == "Press one."


def test_unknown_policy_is_told_with_its_line(tmp_path: Path) -> None:
    text = HEAD + "defaults: {when_diverged: skipp}\n" + SCENARIO
    assert mistakes_of(tmp_path, text) == (
        "line 6: `defaults`: unknown policy `skipp`; did you mean `skip`?",
    )
