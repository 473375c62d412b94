from agent.cognitive.guard.disclosures import Disclosure, Due, SaidReply, due, times_said, was_heard

RECORDED = Disclosure(
    name="recording", say="This call is recorded.", before=("book",), tries=2, otherwise="handoff"
)
TERMS = Disclosure(name="terms", say="A fee may apply.", before=("book", "confirm"))


def test_a_state_is_barred_until_its_line_was_heard() -> None:
    said = SaidReply(text="Hello. This call is recorded. May I begin?")
    assert due([RECORDED], "book", []) == Due(say=(RECORDED,))
    assert not due([RECORDED], "greeting", [])
    assert not due([RECORDED], "book", [said])
    assert due([RECORDED, TERMS], "book", [said]) == Due(say=(TERMS,))


def test_a_line_that_was_interrupted_was_not_heard() -> None:
    cut = SaidReply(text="Hello. This call is recorded.", heard="Hello. This call is")
    assert not was_heard(RECORDED.say, [cut])
    assert was_heard(RECORDED.say, [SaidReply(text=cut.text, heard="hello this call is recorded")])
    assert times_said(RECORDED.say, [cut, cut]) == 2


def test_a_caller_who_always_talks_over_the_line_is_sent_elsewhere_in_the_end() -> None:
    cut = SaidReply(text=RECORDED.say, heard="This")
    assert due([RECORDED], "book", [cut]) == Due(say=(RECORDED,))
    assert due([RECORDED], "book", [cut, cut]) == Due(go_to="handoff")
    assert due([TERMS], "book", [SaidReply(text=TERMS.say, heard="")] * 9) == Due(say=(TERMS,))
