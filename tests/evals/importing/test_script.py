import pytest

from evals.importing.conversation import Conversation, Doing
from evals.importing.script import Notes, script
from evals.scenario.model import CallerStep, Sound, StepKind
from evals.sim.text_call import WORDS_PER_MS
from tests.evals.importing.transcripts import a_conversation, agent, caller


def steps_of(conversation: Conversation) -> tuple[tuple[CallerStep, ...], Notes]:
    notes = Notes()
    return script(conversation, notes), notes


def said(text: str, replies_to: str = "") -> CallerStep:
    return CallerStep(kind=StepKind.SAYS, text=text, replies_to=replies_to)


def silence(replies_to: str = "") -> CallerStep:
    return CallerStep(kind=StepKind.SOUND, sound=Sound.SILENCE, replies_to=replies_to)


def test_each_turn_of_the_caller_knows_what_it_answered() -> None:
    call = a_conversation(agent("Is this Alex?"), caller("Yes."), agent("Which day?"), caller("Tuesday."))
    assert steps_of(call)[0] == (said("Yes.", "Is this Alex?"), said("Tuesday.", "Which day?"))


def test_lines_of_one_side_are_one_turn_and_the_agents_last_words_are_left_out() -> None:
    call = a_conversation(
        caller("Yes,"), caller("it is."), agent("Thanks."), agent("Which day?"), caller("Mm.")
    )
    call = a_conversation(*call.utterances, agent("Goodbye."))
    assert steps_of(call)[0] == (said("Yes, it is."), said("Mm.", "Thanks. Which day?"))


def test_action_without_a_text_ends_the_callers_turn() -> None:
    call = a_conversation(caller("One."), agent(), caller("Two."))
    assert steps_of(call)[0] == (said("One."), said("Two."))


def test_marks_go_and_a_turn_without_a_word_is_a_silence() -> None:
    call = a_conversation(agent("Day?"), caller("[sighs]"), agent("Hello?"), caller("Uh [coughs] yes"))
    steps, notes = steps_of(call)
    assert steps == (silence("Day?"), said("Uh yes", "Hello?"))
    assert (notes.marks, notes.silences, notes.mistakes) == (2, 1, [])


def test_call_in_which_the_caller_does_nothing_is_a_silence() -> None:
    assert steps_of(a_conversation(agent("Hello?")))[0] == (silence(),)


def test_turns_of_a_log_become_their_steps_and_nothing_follows_hanging_up() -> None:
    call = a_conversation(
        caller(doing=Doing.VOICEMAIL),
        caller("12#", Doing.KEYS),
        caller(doing=Doing.SILENCE),
        caller(doing=Doing.HANGS_UP),
        caller("gone"),
    )
    steps = steps_of(call)[0]
    assert [(step.kind, step.sound, step.keys) for step in steps] == [
        (StepKind.SOUND, Sound.VOICEMAIL_GREETING, ""),
        (StepKind.KEYS, None, "12#"),
        (StepKind.SOUND, Sound.SILENCE, ""),
        (StepKind.HANGS_UP, None, ""),
    ]


@pytest.mark.parametrize("words", range(0, 60))
def test_interruption_comes_after_the_words_that_were_heard(words: int) -> None:
    (step,) = steps_of(a_conversation(caller("stop", heard_words=words)))[0]
    assert step.kind is StepKind.INTERRUPTS
    assert int((step.after_ms or 0) * WORDS_PER_MS) == words


def test_reply_longer_than_a_suite_takes_is_cut_to_its_end() -> None:
    call = a_conversation(agent("word " * 600 + "Which day?"), caller("Tuesday."))
    (step,), notes = steps_of(call)
    assert len(step.replies_to) <= 2000
    assert step.replies_to.endswith("word Which day?")
    assert notes.cut_replies == 1


def test_what_a_suite_cannot_hold_is_a_mistake_with_its_place() -> None:
    _, notes = steps_of(a_conversation(caller("word " * 600), agent(), caller("x", Doing.KEYS)))
    assert notes.mistakes == [
        "calls.jsonl: line 1: conversation `c1`: a turn of the caller's has 2999 characters; 2000 is the most",
        'calls.jsonl: line 1: conversation `c1`: "x" are no keys such as "3" or "1234#"',
    ]
