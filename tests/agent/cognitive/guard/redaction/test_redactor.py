import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.cognitive.guard.redaction.cards import is_card_number, luhn_valid
from agent.cognitive.guard.redaction.redaction import (
    EarlierSpan,
    RedactedSpan,
    RedactionState,
    Speaker,
    replaced,
)
from agent.cognitive.guard.redaction.redactor import redact, redact_lines
from agent.cognitive.spoken_words import DIGITS

CALLER, AGENT = Speaker.CALLER, Speaker.AGENT


def kept(text: str, state: RedactionState | None = None) -> str:
    return redact(text, state or RedactionState()).text


def call(*lines: tuple[Speaker, str]) -> list[str]:
    return [text for text, _ in redact_lines(lines)]


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("My card is 4111 1111 1111 1111, thanks.", "My card is [card], thanks."),
        ("it's four one double one one one one one one one one one one one one one", "it's [card]"),
        ("it's forty one eleven eleven eleven eleven eleven eleven eleven", "it's [card]"),
        ("3782-822463-10005 expires 12/27", "[card] expires 12/27"),
        ("４１１１ １１１１ １１１１ １１１１", "[card]"),
        ("call me on oh seven seven double oh nine hundred one two three", "call me on [phone]"),
        ("+44 7700 900123 or 020 7946 0111", "[phone] or [phone]"),
        ("it's jane dot smith at example dot co dot u k thanks", "it's [email] thanks"),
        ("j a n e at e x a m p l e dot c o m", "[email]"),
        ("Jane.Smith@Example.com, please", "[email], please"),
        ("I live at s w one a one a a", "I live at [postcode]"),
        ("it's EC1V 9LT in London", "it's [postcode] in London"),
        ("my national insurance is AB 12 34 56 C", "my national insurance is [ni number]"),
        ("alpha bravo one two three four five six charlie", "[ni number]"),
        ("nhs number 943 476 5919", "nhs number [nhs number]"),
        ("my social is 078-05-1120", "my social is [ssn]"),
        ("IBAN GB82 WEST 1234 5698 7654 32 please", "IBAN [iban] please"),
        ("sort code 12-34-56 account number 12345678", "sort code [sort code] account number [account]"),
        ("the security code is one two three", "the security code is [security code]"),
        ("four one one one", "[digits]"),
        ("card4111111111111111now", "card[card]now"),
        ("it costs £4111 1111 1111 1111", "it costs £[card]"),
    ],
)
def test_what_belongs_to_a_person_is_taken_out_written_or_said(said: str, left: str) -> None:
    assert kept(said) == left


@pytest.mark.parametrize(
    "said",
    [
        "Tuesday at ten thirty, or the third of March at 14:00?",
        "ten thirty a m please",
        "my order number is 4821 3377",
        "4 8 2 1 3 3 7 7 is my order number",
        "about five thousand pounds, £4,500.00 at most",
        "two people for three nights",
        "we look at amazon dot com",
        "inflation is at two point five",
        "invoice 20260518 came to £45.50 on 18/05/2026",
        "2026-05-19T10:30:00+01:00",
        "it's the fifteen minute call, isn't it",
        "I am one of four",
        "",
    ],
)
def test_numbers_that_are_nobodys_stay(said: str) -> None:
    assert kept(said) == said


def test_a_card_in_four_turns_with_the_agent_in_between_is_taken_out_of_all_of_them() -> None:
    assert call(
        (CALLER, "my order is four one one one"),
        (AGENT, "Four one one one, and then?"),
        (CALLER, "one one one one I think it says"),
        (AGENT, "Go on."),
        (CALLER, "then one one one one erm one one one one that's all of it"),
    ) == [
        "my order is [card]",
        "Four one one one, and then?",
        "[card] I think it says",
        "Go on.",
        "then [card] that's all of it",
    ]


def test_digits_that_turn_out_to_be_a_cards_beginning_are_named_with_their_line() -> None:
    first = redact("my order is 4111 1111", RedactionState())
    assert (first.text, first.earlier) == ("my order is 4111 1111", ())
    second = redact("and 1111 1111", first.state)
    assert second.text == "and [card]"
    assert second.earlier == (EarlierSpan(0, 12, 21, "[card]"),)


def test_once_the_agent_has_asked_for_a_card_every_digit_of_the_caller_is_taken_out_at_once() -> None:
    state = redact("What is the long card number?", RedactionState(), AGENT).state
    first = redact("okay 41 11", state)
    then = redact("Thank you, go on.", first.state, AGENT)
    second = redact("eleven then four", then.state)
    assert (first.text, second.text) == ("okay [card]", "[card]")


def test_a_question_for_another_number_ends_the_wait_for_a_card() -> None:
    state = redact("What is your card number?", RedactionState(), AGENT).state
    state = redact("Sorry, what is your order number first?", state, AGENT).state
    assert redact("48213377", state).text == "48213377"


def test_a_code_that_was_asked_for_is_taken_out_however_short() -> None:
    state = redact("And the three digits on the back?", RedactionState(), AGENT).state
    assert redact("it's seven two one", state).text == "it's [security code]"


def test_an_order_number_that_was_asked_for_stays() -> None:
    state = redact("Could I take your order number?", RedactionState(), AGENT).state
    assert redact("4 8 2 1 3 3 7 7", state).text == "4 8 2 1 3 3 7 7"


def test_names_that_are_known_are_taken_out_and_words_like_them_are_not() -> None:
    state = RedactionState().knowing(["Alex", "Will", "Mary Ann", ""])
    assert kept("alex's wife Mary Ann said Will will call ALEX", state) == (
        "[name] wife [name] said [name] will call [name]"
    )


def test_spans_are_those_of_the_line_as_it_was() -> None:
    text = "it's 4111 1111 1111 1111 and jane@example.com"
    done = redact(text, RedactionState())
    assert done.spans == (RedactedSpan(5, 24, "[card]"), RedactedSpan(29, 45, "[email]"))


# ---------------------------------------------------------------------------------------------------- laws

PREFIXES = ["4", "51", "55", "2221", "2720", "34", "37", "36", "6011", "62", "35", "50"]
LENGTHS = {"34": 15, "37": 15, "36": 14}


@st.composite
def card_numbers(draw: st.DrawFn) -> str:
    prefix = draw(st.sampled_from(PREFIXES))
    length = LENGTHS.get(prefix, 16)
    rest = length - 1 - len(prefix)
    body = prefix + "".join(draw(st.lists(st.sampled_from("0123456789"), min_size=rest, max_size=rest)))
    check = next(digit for digit in "0123456789" if luhn_valid(body + digit))
    return body + check


def chunks_of(draw: st.DrawFn, digits: str) -> list[str]:
    parts = []
    while digits:
        size = draw(st.integers(1, 6))
        parts.append(digits[:size])
        digits = digits[size:]
    return parts


def spoken(draw: st.DrawFn, digits: str) -> str:
    words, place = [], 0
    while place < len(digits):
        digit = digits[place]
        run = len(digits[place:]) - len(digits[place:].lstrip(digit))
        word = draw(st.sampled_from(["zero", "oh", "nought"])) if digit == "0" else DIGITS[int(digit)]
        repeats = draw(st.sampled_from([1, min(run, 2), min(run, 3)]))
        words.append({1: "", 2: "double ", 3: "triple "}[repeats] + word)
        place += repeats
    return " ".join(words)


@st.composite
def card_calls(draw: st.DrawFn) -> tuple[str, list[tuple[Speaker, str]]]:
    """A card, and a call in which it is said in pieces, over turns, between other words, with the agent in between."""
    number = draw(card_numbers())
    lines: list[tuple[Speaker, str]] = []
    turn: list[str] = []
    for part in chunks_of(draw, number):
        turn.append(spoken(draw, part) if draw(st.booleans()) else part)
        turn.append(
            draw(st.sampled_from(["", ",", "-", "um", "and then", "is what it says,", "sorry, next:"]))
        )
        if len(lines) < 6 and draw(st.integers(0, 3)) == 0:
            lines.append(
                (CALLER, draw(st.sampled_from(["", "my order is ", "it's ", "Right. "])) + " ".join(turn))
            )
            lines.append(
                (AGENT, draw(st.sampled_from(["Go on.", "Yes?", "Thank you, and the next four?", "Got it."])))
            )
            turn = []
    if turn:
        lines.append((CALLER, " ".join(turn)))
    return number, lines


def digits_in(texts: list[str]) -> str:
    """Every digit that is left, spoken or written, read by other means than the redactor's own."""
    left, repeat = "", 1
    words = (
        " ".join(texts)
        .lower()
        .replace(",", " ")
        .replace("-", " ")
        .replace(":", " ")
        .replace(".", " ")
        .split()
    )
    for word in words:
        digit = "0" if word in ("oh", "nought") else str(DIGITS.index(word)) if word in DIGITS else word
        if word in ("double", "triple"):
            repeat = {"double": 2, "triple": 3}[word]
        elif digit.isdigit():
            left, repeat = left + digit * repeat, 1
    return left


@settings(deadline=None, max_examples=100)
@given(card_calls())
def test_no_valid_card_survives_however_it_is_chunked_spoken_or_interleaved(
    case: tuple[str, list[tuple[Speaker, str]]],
) -> None:
    number, lines = case
    assert is_card_number(number)
    assert number in digits_in(
        [text for speaker, text in lines if speaker is CALLER]
    )  # the test's own reader sees it
    left = [
        text for (speaker, _), (text, _) in zip(lines, redact_lines(lines), strict=True) if speaker is CALLER
    ]
    assert not any(
        is_card_number(digits_in(left)[start : start + size])
        for start in range(len(digits_in(left)))
        for size in range(12, 20)
        if start + size <= len(digits_in(left))
    )


@settings(deadline=None, max_examples=60)
@given(card_calls())
def test_when_the_agent_asked_for_the_card_not_one_digit_of_it_is_kept_at_any_moment(
    case: tuple[str, list[tuple[Speaker, str]]],
) -> None:
    state = redact("May I have your card number?", RedactionState(), AGENT).state
    for speaker, text in case[1][:9]:
        done = redact(text, state, speaker)
        state = done.state
        if speaker is CALLER and "order" not in text:
            assert digits_in([done.text]) == ""


TEXTS = st.lists(
    st.one_of(
        st.text(max_size=12),
        st.sampled_from(
            "4111 1111 one two double oh ten thirty hundred thousand at dot com jane a b 12-34-56 AB123456C SW1A 1AA "
            "[card] [phone] card number order code 078-05-1120 +44 7700900123 £5 10:30 alex GB82 WEST plus cvv".split()
        ),
    ),
    max_size=24,
).map(" ".join)


@settings(deadline=None, max_examples=150)
@given(TEXTS, st.sampled_from(list(Speaker)))
def test_what_was_redacted_once_is_not_changed_again(text: str, speaker: Speaker) -> None:
    state = RedactionState().knowing(["alex"])
    once = redact(text, state, speaker).text
    assert redact(once, state, speaker).text == once


@settings(deadline=None, max_examples=150)
@given(st.lists(TEXTS, max_size=4), st.sampled_from(list(Speaker)))
def test_text_outside_the_spans_is_unchanged_and_spans_are_in_order(
    texts: list[str], speaker: Speaker
) -> None:
    state = RedactionState()
    for text in texts:
        done = redact(text, state, speaker)
        assert done.text == replaced(text, done.spans)
        edges = [edge for span in done.spans for edge in (span.start, span.end)]
        assert edges == sorted(edges)
        assert all(0 <= span.start < span.end <= len(text) for span in done.spans)
        assert all(span.line < done.state.line for span in done.earlier)
        state = done.state


@settings(deadline=None, max_examples=60)
@given(st.text())
def test_no_text_is_refused(text: str) -> None:
    assert isinstance(redact(text, RedactionState()).text, str)
