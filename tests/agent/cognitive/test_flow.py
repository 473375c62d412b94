from agent.cognitive.flow import HUNG_UP_OUTCOME, Branch, Kind
from tests.agent.cognitive.builders import a_flow


def test_a_states_parts_make_its_kind() -> None:
    kinds = {name: state.kind for name, state in a_flow().states.items()}
    assert kinds == {
        "knock": Kind.ASK,
        "open_door": Kind.ACT,
        "knock_harder": Kind.ASK,
        "inside": Kind.END,
        "again": Kind.PASS,
        "fetch_help": Kind.END,
        "leave": Kind.END,
    }


def test_the_flows_own_branches_hold_where_something_is_asked() -> None:
    flow = a_flow()
    assert flow.branches(flow.states["knock"])["help"] == Branch(to="fetch_help")
    assert "help" not in flow.branches(flow.states["open_door"])


def test_a_states_own_branch_goes_before_the_flows() -> None:
    states = dict(a_flow().states)
    flow = a_flow()
    assert flow.branches(states["knock"])["unclear"] == Branch(to="again")


def test_words_are_weighed_against_the_intents_of_the_branches_only() -> None:
    flow = a_flow()
    assert set(flow.branch_intents(flow.states["knock"])) == {"yes", "no", "help"}


def test_outcomes_are_those_of_the_ends_and_the_callers_own() -> None:
    assert a_flow().outcomes() == ("inside", "helped", "left", HUNG_UP_OUTCOME)


def test_the_ear_gets_the_examples_and_the_agents_own_words_filled() -> None:
    flow = a_flow()
    assert "Knock knock, you." in flow.spoken_texts()
    assert "Knock knock, Alex." in flow.spoken_texts({"name": "Alex"})
    assert "Nobody there." in flow.spoken_texts()
    assert flow.example_phrases()[:2] == ("yes", "come in")


def test_equal_flows_have_one_fingerprint() -> None:
    assert a_flow().fingerprint == a_flow().fingerprint != a_flow(turn_limit=7).fingerprint
