from pathlib import Path

import pytest

from evals.errors import BadInput
from evals.scenario.file import load_suite
from evals.scenario.model import Expectation, ExpectedTool
from tests.evals.scenario.suite_files import HEAD, SCENARIO, write_suite


def expectation(folder: Path, written: str) -> Expectation:
    return load_suite(write_suite(folder, HEAD + SCENARIO + f"    expect: {written}\n")).scenarios[0].expect


def test_everything_that_can_be_expected(tmp_path: Path) -> None:
    assert expectation(
        tmp_path,
        "{states: [greeting, ..., close], outcome: ordered, says: [two], never_says: [voicemail, beep], "
        "tools: [{name: shop.order, arguments: {count: 2, gift: false}, times: 1}, {name: shop.order}], "
        "captured: {}, within: {response_latency_max_ms: 1600}}",
    ) == Expectation(
        states=("greeting", "...", "close"),
        outcome="ordered",
        tools=(
            ExpectedTool(name="shop.order", arguments={"count": 2, "gift": False}, times=1),
            ExpectedTool(name="shop.order"),
        ),
        says=("two",),
        never_says=("voicemail", "beep"),
        within={"response_latency_max_ms": 1600.0},
    )


@pytest.mark.parametrize(
    ("written", "wanted"), [("true", True), ("false", False), ("sales", "sales"), ('"+44"', "+44")]
)
def test_handoff_is_wanted_refused_or_wanted_somewhere(
    tmp_path: Path, written: str, wanted: bool | str
) -> None:
    assert expectation(tmp_path, f"{{handoff: {written}}}") == Expectation(handoff=wanted)


def test_nothing_expected_is_nothing_checked(tmp_path: Path) -> None:
    assert expectation(tmp_path, "{}") == Expectation()


@pytest.mark.parametrize(
    ("written", "mistake"),
    [
        ("{states: [greting]}", "unknown state `greting`; did you mean `greeting`? (see the flow)"),
        ("{states: greeting}", '`states` must be a list, not the text "greeting"'),
        ("{states: [greeting, 3]}", "item 2 of `states` must be a text, not the number 3"),
        ("{states: [..., ...]}", '"..." twice in a row says no more than once'),
        ("{outcome: sold}", "unknown outcome `sold`; known: "),
        ("{outcom: sold}", "unknown key `outcom`; did you mean `outcome`?"),
        ("{tools: [shop.order]}", "tool 1: must be a mapping (name, arguments, times), not the text"),
        (
            "{tools: [{name: shop.ordr, times: 0}]}",
            "tool 1: unknown tool `shop.ordr`; did you mean `shop.order`?",
        ),
        ("{tools: [{times: 1}]}", "tool 1: `name` is missing"),
        (
            "{tools: [{name: shop.order, times: some}]}",
            "tool 1: `times` must be a whole number from 0 to 100",
        ),
        (
            "{tools: [{name: shop.order, arguments: [a]}]}",
            "tool 1: `arguments`: must be a mapping, not a list",
        ),
        ("{says: two}", '`says` must be a list, not the text "two"'),
        (
            "{captured: {seats: 2}}",
            '`captured`: `seats` must be a text, not the number 2; put it in quotes: "2"',
        ),
        ("{handoff: 3}", "`handoff` must be true, false or where to, not the number 3"),
        ("{within: {latency_ms: 3}}", "`within`: unknown key `latency_ms`"),
        (
            "{within: {yield_latency_max_ms: fast}}",
            "`within`: `yield_latency_max_ms` must be a number from 1 to 60000",
        ),
        (
            "[booked]",
            "`expect`: must be a mapping (states, outcome, tools, says, never_says, captured, within, handoff)",
        ),
    ],
)
def test_mistake_in_an_expectation(tmp_path: Path, written: str, mistake: str) -> None:
    with pytest.raises(BadInput) as caught:
        expectation(tmp_path, written)
    assert any(mistake in found for found in caught.value.mistakes)
