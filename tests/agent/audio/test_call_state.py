from hypothesis import given
from hypothesis import strategies as st

from agent.audio.call_state import TRANSITIONS, Command, Signal, State, diagram, handle

signals = st.sampled_from(list(Signal))


def _after(*happenings: Signal) -> State:
    state = State.IDLE
    for signal in happenings:
        state = handle(state, signal).state
    return state


def test_agent_that_answers_works_on_its_first_reply() -> None:
    move = handle(State.IDLE, Signal.ANSWERED)
    assert (move.state, move.commands) == (State.PROCESSING, (Command.ANSWER_CALL,))


def test_voice_over_the_agent_holds_the_reply_before_anything_is_decided() -> None:
    move = handle(State.SPEAKING, Signal.VOICE_OVER)
    assert move.state is State.HELD
    assert move.commands[0] is Command.HOLD
    assert Command.CANCEL_REPLY not in move.commands


def test_interruption_cancels_the_reply_and_keeps_listening_to_it() -> None:
    move = handle(State.HELD, Signal.INTERRUPTED)
    assert move.state is State.LISTENING
    assert Command.CANCEL_REPLY in move.commands
    assert Command.CLOSE_EAR not in move.commands


def test_backchannel_lets_the_reply_go_on() -> None:
    move = handle(State.HELD, Signal.NOT_INTERRUPTED)
    assert (move.state, move.commands) == (State.SPEAKING, (Command.CLOSE_EAR, Command.RESUME))


def test_last_words_yield_to_a_voice_like_any_and_end_the_call_once_played() -> None:
    closing = _after(Signal.ANSWERED, Signal.REPLY_READY, Signal.LAST_WORDS_READY)
    assert closing is State.CLOSING
    assert handle(closing, Signal.VOICE_OVER).state is State.HELD
    assert handle(closing, Signal.REPLY_PLAYED).commands == (Command.HANG_UP,)


def test_caller_who_goes_on_before_the_reply_is_heard_out_first() -> None:
    state = _after(Signal.ANSWERED, Signal.REPLY_READY_OVER_CALLER)
    assert state is State.HELD


def test_silence_after_noise_without_words_waits_for_the_caller_again() -> None:
    state = _after(Signal.ANSWERED, Signal.REPLY_READY, Signal.REPLY_PLAYED, Signal.TURN_ENDED)
    assert state is State.PROCESSING
    assert handle(state, Signal.NOTHING_HEARD).state is State.LISTENING


@given(st.lists(signals, max_size=60))
def test_nothing_leaves_ended(happenings: list[Signal]) -> None:
    state = State.IDLE
    ended = False
    for signal in happenings:
        move = handle(state, signal)
        assert not (ended and (move.state is not State.ENDED or move.commands))
        state = move.state
        ended = ended or state is State.ENDED


@given(st.lists(signals, max_size=60))
def test_caller_who_hangs_up_ends_the_call_from_every_state(happenings: list[Signal]) -> None:
    assert handle(_after(*happenings), Signal.CALLER_GONE).state is State.ENDED


@given(st.lists(signals, max_size=60))
def test_reply_is_cancelled_or_resumed_only_after_it_was_held_or_the_call_is_over(
    happenings: list[Signal],
) -> None:
    state = State.IDLE
    held = False
    for signal in happenings:
        move = handle(state, signal)
        for command in move.commands:
            if command is Command.HOLD:
                held = True
            if command in (Command.RESUME, Command.CANCEL_REPLY):
                assert held or move.state is State.ENDED
                held = False
        state = move.state


def test_every_state_but_ended_can_be_left_and_reached() -> None:
    targets = {move.state for moves in TRANSITIONS.values() for move in moves.values()}
    assert targets >= set(State) - {State.IDLE}
    assert all(moves for state, moves in TRANSITIONS.items() if state is not State.ENDED)


def test_diagram_shows_every_transition_but_hanging_up() -> None:
    drawn = diagram()
    for state, moves in TRANSITIONS.items():
        for signal, move in moves.items():
            line = f"{state} --> {move.state}: {signal}"
            assert (line in drawn) == (signal is not Signal.CALLER_GONE)
