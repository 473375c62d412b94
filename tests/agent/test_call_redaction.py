from agent.call_redaction import CALLS_REMEMBERED, CallRedactor
from agent.cognitive.guard.redaction.for_people import without_cards

SAID, ANSWERED, TOLD = (
    ("turn", "transcript"),
    ("output", "actions", "0", "text"),
    ("output", "trace", "tools", "0", "value", "note"),
)


def test_a_card_said_over_several_turns_is_found_call_by_call() -> None:
    redactor = CallRedactor()
    kept = [redactor.text("a", SAID, "four one one one one one one one")]
    kept.append(redactor.text("b", SAID, "one one one one one one one one"))
    kept.append(redactor.text("a", ANSWERED, "Yes?"))
    kept.append(redactor.text("a", SAID, "one one one one one one one one"))
    assert kept[0] == "[digits]", "nobody had asked for digits"
    assert kept[3] == "[card]"
    assert kept[1] == "[digits]", "another call's digits are no part of the card"


def test_once_the_agent_has_asked_for_a_card_no_digit_of_the_answer_is_kept() -> None:
    redactor = CallRedactor()
    redactor.text("a", ANSWERED, "What is your card number, please?")
    assert "four" not in redactor.text("a", SAID, "it starts with four two four two")


def test_a_name_is_taken_out_once_a_variable_has_told_it() -> None:
    redactor = CallRedactor(["first_name"])
    assert redactor.text("a", SAID, "this is Robin") == "this is Robin"
    assert redactor.text("a", ("turn", "variables", "first_name"), "Robin") == "[name]"
    assert redactor.text("a", SAID, "yes, Robin here") == "yes, [name] here"
    assert redactor.text("a", ANSWERED, "Thanks, Robin.") == "Thanks, [name]."
    assert redactor.text("b", SAID, "yes, Robin here") == "yes, Robin here"
    assert redactor.text("a", ("turn", "variables", "first_name"), "") == ""


def test_a_name_that_the_agents_file_tells_is_known_of_every_call() -> None:
    redactor = CallRedactor(["first_name"], {"first_name": "Robin", "plan": "gold"})
    assert redactor.text("a", SAID, "Robin, on the gold plan") == "[name], on the gold plan"
    assert redactor.bare("Robin, on 07700 900123") == "[name], on [phone]"


def test_what_tools_tell_is_read_and_changes_nothing() -> None:
    redactor = CallRedactor()
    assert redactor.text("a", TOLD, "call 07700 900123") == "call [phone]"
    assert redactor.text("a", TOLD, "four one one one one one one one") == redactor.text(
        "a", TOLD, "four one one one one one one one"
    )


def test_it_remembers_no_more_calls_than_it_says() -> None:
    redactor = CallRedactor(["first_name"])
    redactor.text("first", ("turn", "variables", "first_name"), "Robin")
    for number in range(CALLS_REMEMBERED):
        redactor.text(f"call-{number}", SAID, "hello")
    assert redactor.text("first", SAID, "Robin here") == "Robin here", (
        "the call was forgotten, and its names with it"
    )


def test_a_colleague_reads_everything_but_cards() -> None:
    said = "Caller: Robin, 07700 900123, robin@example.com. Last said: my card is 4111 1111 1111 1111"
    assert without_cards(said) == said.replace("4111 1111 1111 1111", "[card]")
    spoken = "my card is four one one one one one one one one one one one one one one one"
    assert without_cards(spoken) == "my card is [card]"
