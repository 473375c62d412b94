"""The call machine: which state a call is in, and what each happening makes the agent do.

A literal table, `TRANSITIONS[state][signal]` -> next state and commands; no I/O and no clock. A signal that a state
does not list is ignored there. `ENDED` lists none: nothing leaves it.

    IDLE        not answered yet
    LISTENING   the caller's turn: silent or speaking
    PROCESSING  the caller's turn is over, nothing of the reply has been sent
    SPEAKING    the reply is being played
    HELD        the agent yielded to a voice and does not know yet what it was
    CLOSING     the last words are being played; the call ends after them
    ENDED       over
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """Where a call stands."""

    IDLE = "idle"
    LISTENING = "listening"
    PROCESSING = "processing"
    SPEAKING = "speaking"
    HELD = "held"
    CLOSING = "closing"
    ENDED = "ended"


class Signal(StrEnum):
    """What can happen to a call."""

    ANSWERED = "answered"
    VOICE_STARTED = "voice_started"  # the caller began to speak
    VOICE_OVER = "voice_over"  # sure enough of a voice over the agent's to yield
    TURN_ENDED = "turn_ended"  # endpointing: the caller has finished
    NOTHING_HEARD = "nothing_heard"  # the recogniser found no words in it
    SILENCE_EXPIRED = "silence_expired"  # the caller said nothing for too long
    KEYS_PRESSED = "keys_pressed"
    BEEP_ENDED = "beep_ended"  # a machine is recording
    REPLY_READY = "reply_ready"  # first audio of the reply is there, the caller is silent
    REPLY_READY_OVER_CALLER = "reply_ready_over_caller"  # the same while the caller speaks
    LAST_WORDS_READY = "last_words_ready"  # the reply is whole, unplayed, and ends the call
    INTERRUPTED = "interrupted"  # the voice was an interruption
    NOT_INTERRUPTED = "not_interrupted"  # it was a backchannel, a cough, a noise
    REPLY_PLAYED = "reply_played"  # all of the reply was heard
    CALLER_GONE = "caller_gone"


class Command(StrEnum):
    """What the orchestrator must do."""

    OPEN_EAR = "open_ear"  # start recognising, from shortly before the voice began
    CLOSE_EAR = "close_ear"  # give the running recognition up
    ANSWER_CALL = "answer_call"  # open the first turn
    ANSWER_SPEECH = "answer_speech"  # finish recognising and open a turn with the words
    ANSWER_SILENCE = "answer_silence"
    ANSWER_KEYS = "answer_keys"
    ANSWER_BEEP = "answer_beep"
    DROP_TURN = "drop_turn"  # stop working on the reply
    SEND = "send"  # send what the playout holds
    HOLD = "hold"  # clear the line, remember the cut word
    RESUME = "resume"  # go on from the cut word
    CANCEL_REPLY = "cancel_reply"  # the rest will not be said
    AWAIT_CALLER = "await_caller"  # start counting the caller's silence
    HANG_UP = "hang_up"
    REPORT_HANGUP = "report_hangup"  # tell the cognitive layer that the caller left


@dataclass(frozen=True, slots=True)
class Move:
    """A transition: the next state and the commands, in order."""

    state: State
    commands: tuple[Command, ...] = ()


_GONE = Move(State.ENDED, (Command.CLOSE_EAR, Command.DROP_TURN, Command.CANCEL_REPLY, Command.REPORT_HANGUP))

TRANSITIONS: dict[State, dict[Signal, Move]] = {
    State.IDLE: {
        Signal.ANSWERED: Move(State.PROCESSING, (Command.ANSWER_CALL,)),
        Signal.CALLER_GONE: _GONE,
    },
    State.LISTENING: {
        Signal.VOICE_STARTED: Move(State.LISTENING, (Command.OPEN_EAR,)),
        Signal.TURN_ENDED: Move(State.PROCESSING, (Command.ANSWER_SPEECH,)),
        Signal.SILENCE_EXPIRED: Move(State.PROCESSING, (Command.ANSWER_SILENCE,)),
        Signal.KEYS_PRESSED: Move(State.PROCESSING, (Command.CLOSE_EAR, Command.ANSWER_KEYS)),
        Signal.BEEP_ENDED: Move(State.PROCESSING, (Command.CLOSE_EAR, Command.ANSWER_BEEP)),
        Signal.CALLER_GONE: _GONE,
    },
    State.PROCESSING: {
        Signal.VOICE_STARTED: Move(State.PROCESSING, (Command.OPEN_EAR,)),
        Signal.NOTHING_HEARD: Move(State.LISTENING, (Command.AWAIT_CALLER,)),
        Signal.REPLY_READY: Move(State.SPEAKING, (Command.SEND,)),
        Signal.REPLY_READY_OVER_CALLER: Move(State.HELD, (Command.HOLD,)),
        Signal.LAST_WORDS_READY: Move(State.CLOSING, (Command.CLOSE_EAR, Command.SEND)),
        Signal.REPLY_PLAYED: Move(State.LISTENING, (Command.AWAIT_CALLER,)),
        Signal.KEYS_PRESSED: Move(
            State.PROCESSING, (Command.DROP_TURN, Command.CLOSE_EAR, Command.ANSWER_KEYS)
        ),
        Signal.CALLER_GONE: _GONE,
    },
    State.SPEAKING: {
        Signal.VOICE_OVER: Move(State.HELD, (Command.HOLD, Command.OPEN_EAR)),
        Signal.REPLY_READY: Move(State.SPEAKING, (Command.SEND,)),
        Signal.REPLY_READY_OVER_CALLER: Move(State.SPEAKING, (Command.SEND,)),
        Signal.LAST_WORDS_READY: Move(State.CLOSING, (Command.SEND,)),
        Signal.REPLY_PLAYED: Move(State.LISTENING, (Command.AWAIT_CALLER,)),
        Signal.KEYS_PRESSED: Move(
            State.PROCESSING,
            (Command.HOLD, Command.CANCEL_REPLY, Command.DROP_TURN, Command.CLOSE_EAR, Command.ANSWER_KEYS),
        ),
        Signal.BEEP_ENDED: Move(
            State.PROCESSING,
            (Command.HOLD, Command.CANCEL_REPLY, Command.DROP_TURN, Command.CLOSE_EAR, Command.ANSWER_BEEP),
        ),
        Signal.CALLER_GONE: _GONE,
    },
    State.HELD: {
        Signal.INTERRUPTED: Move(State.LISTENING, (Command.CANCEL_REPLY, Command.DROP_TURN)),
        Signal.NOT_INTERRUPTED: Move(State.SPEAKING, (Command.CLOSE_EAR, Command.RESUME)),
        Signal.KEYS_PRESSED: Move(
            State.PROCESSING,
            (Command.CANCEL_REPLY, Command.DROP_TURN, Command.CLOSE_EAR, Command.ANSWER_KEYS),
        ),
        Signal.BEEP_ENDED: Move(
            State.PROCESSING,
            (Command.CANCEL_REPLY, Command.DROP_TURN, Command.CLOSE_EAR, Command.ANSWER_BEEP),
        ),
        Signal.CALLER_GONE: _GONE,
    },
    State.CLOSING: {
        Signal.VOICE_OVER: Move(State.HELD, (Command.HOLD, Command.OPEN_EAR)),
        Signal.REPLY_READY: Move(State.CLOSING, (Command.SEND,)),
        Signal.REPLY_PLAYED: Move(State.ENDED, (Command.HANG_UP,)),
        Signal.CALLER_GONE: _GONE,
    },
    State.ENDED: {},
}


def handle(state: State, signal: Signal) -> Move:
    """What `signal` does in `state`; the same state and no commands when it does nothing there."""
    return TRANSITIONS[state].get(signal, Move(state))


def diagram() -> str:
    """The table as a Mermaid state diagram, for the manual."""
    lines = ["stateDiagram-v2", "    [*] --> idle"]
    for state, moves in TRANSITIONS.items():
        for signal, move in moves.items():
            if signal is not Signal.CALLER_GONE:
                lines.append(f"    {state} --> {move.state}: {signal}")
    lines.append("    ended --> [*]")
    return "\n".join(lines)
