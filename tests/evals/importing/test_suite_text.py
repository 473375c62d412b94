from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evals.importing.conversation import Conversation
from evals.importing.script import Notes, script
from evals.importing.suite_text import ScenarioText, SuiteHead, suites_of
from evals.scenario.file import load_suite
from evals.scenario.model import WhenDiverged
from tests.evals.importing.transcripts import a_conversation, agent, caller

HEAD = SuiteHead(
    name="calls",
    flow="booking",
    now="2026-05-18T09:00:00",
    time_zone="Europe/London",
    comment="Written for a test.",
    variables={"first_name": "Alex"},
    when_diverged=WhenDiverged.STOP,
)

texts = st.text(max_size=60) | st.sampled_from(
    ["no", "07700 900123", "9:30", "- x: {", "# x", "'\"\\", "*a", "%", "---"]
)
utterances = st.one_of(
    st.builds(agent, texts),
    st.builds(caller, texts),
    st.builds(caller, texts, heard_words=st.integers(0, 40)),
)
conversations = st.lists(utterances, max_size=8).map(lambda said: a_conversation(*said))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(calls=st.lists(conversations, min_size=1, max_size=4), title=texts)
def test_what_is_written_loads_as_what_was_said(
    calls: list[Conversation], title: str, tmp_path: Path
) -> None:
    scripts = [script(call, Notes()) for call in calls]
    scenarios = [
        ScenarioText(id=f"c{number}", title=f"t {' '.join(title.split())}".encode("ascii", "ignore").decode()
                     .translate(dict.fromkeys(range(32))).replace("\x7f", ""), caller=steps)
        for number, steps in enumerate(scripts)
    ]  # fmt: skip
    (suite,) = suites_of(HEAD, scenarios)
    path = tmp_path / "suite.yaml"
    path.write_text(suite.text, "utf-8", newline="")
    loaded = load_suite(path)
    assert [scenario.caller for scenario in loaded.scenarios] == scripts
    assert all(scenario.when_diverged is WhenDiverged.STOP for scenario in loaded.scenarios)
    assert suites_of(HEAD, scenarios) == [suite]


def test_suite_that_would_be_too_large_is_parted_and_no_scenario_is_lost(tmp_path: Path) -> None:
    steps = script(a_conversation(agent("Which day would suit you?"), caller("Tuesday.")), Notes())
    scenarios = [ScenarioText(id=f"c{number}", title="x", caller=steps) for number in range(50)]
    suites = suites_of(HEAD, scenarios, max_bytes=2_000)
    assert [suite.name for suite in suites[:3]] == ["calls", "calls-2", "calls-3"]
    loaded = []
    for suite in suites:
        path = tmp_path / f"{suite.name}.yaml"
        path.write_text(suite.text, "utf-8")
        loaded += [scenario.id for scenario in load_suite(path).scenarios]
        assert len(suite.text) < 2_300
    assert loaded == [f"c{number}" for number in range(50)]
    assert len(suites_of(HEAD, scenarios, max_values=200)) > 1


def test_scenario_with_a_clock_of_its_own_keeps_it(tmp_path: Path) -> None:
    scenario = ScenarioText(
        id="c", title="x", caller=script(a_conversation(caller("Hi.")), Notes()),
        now="2026-12-24T23:15:00", time_zone="America/New_York", variables={"first_name": "Sam"},
    )  # fmt: skip
    path = tmp_path / "suite.yaml"
    path.write_text(suites_of(HEAD, [scenario])[0].text, "utf-8")
    (loaded,) = load_suite(path).scenarios
    assert (loaded.now_iso, loaded.time_zone) == ("2026-12-24T23:15:00", "America/New_York")
    assert dict(loaded.variables) == {"first_name": "Sam"}
