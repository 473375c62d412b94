from agent.cognitive.dialogue import Dialogue, Said
from agent.cognitive.disclosing import too_often, unheard, with_heard_lines, with_lines_said
from agent.cognitive.guard.disclosures import Disclosure
from agent.cognitive.guard.rules import Guard
from tests.agent.cognitive.builders import a_turn

RECORDED = Disclosure(
    name="recording", say="{{firm}} records this call.", before=("book",), tries=2, otherwise="handoff"
)
TERMS = Disclosure(name="terms", say="A fee may apply.", before=("book", "confirm"))
GUARD = Guard(must_hear=(RECORDED, TERMS))


def filled(text: str) -> str:
    return text.replace("{{firm}}", "Acme")


def after(reply: str, **turn: str) -> Dialogue:
    dialogue = Dialogue(said=(Said(who="agent", text=reply),))
    return with_heard_lines(GUARD, dialogue, a_turn(1, "yes", **turn), filled)


def test_a_state_is_barred_until_its_lines_were_heard() -> None:
    assert unheard(GUARD, Dialogue(), "book") == (RECORDED, TERMS)
    assert unheard(GUARD, Dialogue(), "greeting") == ()
    assert unheard(GUARD, after("Hello. Acme records this call. Well?"), "book") == (TERMS,)


def test_a_line_that_was_spoken_over_was_not_heard() -> None:
    assert after("Hello. Acme records this call.", heard="Hello. Acme records").disclosed == ()


def test_a_line_heard_once_stays_heard() -> None:
    known = after("A fee may apply.")
    assert with_heard_lines(GUARD, known, a_turn(2, "yes", heard=""), filled).disclosed == ("terms",)


def test_a_line_said_as_often_as_it_may_be_sends_the_call_elsewhere() -> None:
    once = with_lines_said(Dialogue(), [RECORDED, TERMS])
    twice = with_lines_said(once, [RECORDED, TERMS])
    assert (too_often(once, [RECORDED, TERMS]), too_often(twice, [RECORDED, TERMS])) == ("", "handoff")
    assert too_often(twice, [TERMS]) == ""
