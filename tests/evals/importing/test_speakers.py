import pytest

from evals.importing.conversation import Speaker
from tests.evals.importing.transcripts import a_source, speakers


@pytest.mark.parametrize(
    ("name", "side"),
    [("USER", Speaker.CALLER), (" Assistant ", Speaker.AGENT), ("customer", Speaker.CALLER)],
)
def test_usual_names_need_no_option(name: str, side: Speaker) -> None:
    assert speakers(a_source("")).of(name, 1) is side


def test_options_name_others_and_may_overrule() -> None:
    told = speakers(a_source(""), caller=("Guest", "bot"), agent=("system",), ignore=("tool",))
    assert [told.of(name, 1) for name in ("guest", "bot", "System", "tool")] == [
        Speaker.CALLER,
        Speaker.CALLER,
        Speaker.AGENT,
        None,
    ]


def test_name_that_nobody_explained_is_told_once() -> None:
    source = a_source("")
    told = speakers(source)
    for line in (3, 4, 5):
        assert told.of("SYSTEM", line) is None
    told.of(" ", 6)
    assert source.mistakes.sentences() == [
        "line 3: who is `SYSTEM`? Say it with --caller, --agent or --ignore",
        "line 6: the speaker's name is empty",
    ]
