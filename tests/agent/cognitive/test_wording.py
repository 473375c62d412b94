import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.cognitive.wording import (
    Wording,
    fill,
    fill_json,
    placeholder_mistakes,
    placeholders,
    sentences,
)
from tests.agent.cognitive.builders import NOW, TUESDAY, WEDNESDAY

WORDING = Wording(
    variables={
        "name": "Alex",
        "slot": TUESDAY,
        "offered": (TUESDAY, WEDNESDAY),
        "email": "jane.s_m@example.co.uk",
        "phone": "+447700900123",
        "nothing": "",
    },
    now_iso=NOW,
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Hello.", "Hello."),
        ("Hi {{name}}, hi {{ name }}.", "Hi Alex, hi Alex."),
        ("See you {{slot|time}}.", "See you Tuesday at ten thirty in the morning."),
        ("{{offered|times}}?", "Tuesday at ten thirty in the morning or Wednesday at two in the afternoon?"),
        ("To {{email|email}}.", "To jane dot s underscore m at example dot co dot uk."),
        ("On {{phone|digits}}.", "On four four seven seven zero zero nine zero zero one two three."),
        ("Thanks, {{nothing}}, bye {{unknown}}.", "Thanks,, bye."),
        ("Thanks {{nothing}}.", "Thanks."),
    ],
)
def test_placeholders_are_filled_for_the_ear(text: str, said: str) -> None:
    assert fill(text, WORDING) == said


def test_a_tools_arguments_keep_their_shape() -> None:
    filled = fill_json({"slot": "{{slot}}", "n": 3, "to": ["{{name}}", None]}, WORDING)
    assert filled == {"slot": TUESDAY, "n": 3, "to": ["Alex", None]}


def test_placeholders_are_found_with_their_filters() -> None:
    assert [(p.name, p.filter) for p in placeholders("{{a}} {{b | time}}")] == [("a", ""), ("b", "time")]


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("{{First Name}}", "{{First Name}} is no variable name"),
        (
            "{{slot|shout}}",
            "there is no filter 'shout'; there are "
            "amount, clock, date, digits, email, moment, number, signs, time, times",
        ),
        ("{{slot", "a {{ or }} without its other half"),
    ],
)
def test_a_faulty_placeholder_is_named(text: str, mistake: str) -> None:
    assert placeholder_mistakes(text) == [mistake]


def test_a_text_is_cut_after_each_sentence() -> None:
    assert sentences("Hi, it's Dr. Who. Are you in? Good! Mail a.b@c.de now.") == [
        "Hi, it's Dr. Who.",
        "Are you in?",
        "Good!",
        "Mail a.b@c.de now.",
    ]
    assert sentences("  ") == []


@settings(deadline=None)
@given(st.text(alphabet="ab .?!", max_size=60))
def test_cutting_into_sentences_loses_no_word(text: str) -> None:
    assert " ".join(sentences(text)).split() == text.split()
