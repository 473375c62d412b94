"""A fake cognitive layer: it says the next of its lines, whatever it is told."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from agent.errors import AgentError
from agent.turn import Action, DialogueState, EndCall, Tts, TurnInput, TurnOutput

HANGS_UP = "<hangs up>"
FAILS = "<fails>"


class ScriptedDialogue:
    """Answers turn after turn with its lines; a line that ends in `HANGS_UP` ends the call. Keeps the `turns`."""

    def __init__(self, *lines: str) -> None:
        self.lines = list(lines)
        self.turns: list[TurnInput] = []

    async def stream_turn(self, turn: TurnInput) -> AsyncGenerator[Action | TurnOutput, None]:
        self.turns.append(turn)
        line = self.lines.pop(0) if self.lines else ""
        if line == FAILS:
            raise AgentError("the dialogue fell over")
        actions: list[Action] = []
        text = line.removesuffix(HANGS_UP)
        if text:
            actions.append(Tts(text=text))
        if line.endswith(HANGS_UP):
            actions.append(EndCall(reason="done"))
        for action in actions:
            yield action
        state = DialogueState(node_id=f"turn{turn.seq}", path=(f"turn{turn.seq}",))
        yield TurnOutput(turn_id=turn.turn_id, actions=tuple(actions), state=state)
