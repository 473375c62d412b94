import pytest

from agent.cognitive.flow import DEFAULT_TROUBLE
from agent.errors import BadFlow
from tests.agent.cognitive.builders import a_flow


def test_a_line_for_trouble_is_said_as_it_stands() -> None:
    assert a_flow(trouble="One moment.").trouble == "One moment."
    assert a_flow().trouble == DEFAULT_TROUBLE


@pytest.mark.parametrize(
    ("line", "said"), [(" ", "trouble: says nothing"), ("Sorry, {{name}}.", "trouble: names 'name'")]
)
def test_a_line_for_trouble_that_could_not_be_said_is_a_mistake(line: str, said: str) -> None:
    with pytest.raises(BadFlow, match=said):
        a_flow(trouble=line)
