"""The walk over the flow's graph within one turn: from a branch to the next question or the end. Pure.

`walk` is a generator. It yields what must be done (an `Action` to emit, a `ToolRequest` to perform) and is sent the
tool's answer; it returns the `Dialogue` in which the call then rests. It reads no clock and calls nothing, so the same
dialogue, branch and tool answers always make the same steps: that is what lets a half-finished turn be resumed.

`flow_check` lets no loop through that has no caller turn in it, so no walk enters more states than the flow has.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from agent.cognitive.decision import decided
from agent.cognitive.dialogue import Dialogue, Said
from agent.cognitive.disclosing import too_often, unheard, with_heard_lines, with_lines_said
from agent.cognitive.flow import (
    BACK,
    EXHAUSTED,
    FAILURE,
    HUNG_UP_OUTCOME,
    NEXT,
    NO_SPEECH,
    SUCCESS,
    UNCLEAR,
    VOICEMAIL,
    Branch,
    Flow,
    Generate,
    Kind,
    State,
    ToolAction,
)
from agent.cognitive.generation import Material
from agent.cognitive.guard.disclosures import Disclosure
from agent.cognitive.guard.finding import HandoffReason
from agent.cognitive.guard.permissions import transfer_allowed
from agent.cognitive.guard.turn_guard import GuardVerdict
from agent.cognitive.handoff import REASON, SUMMARY, whisper
from agent.cognitive.memory import CALLER, heard_so_far
from agent.cognitive.ports import Question, ToolResult
from agent.cognitive.tools.failures import FailureStatus
from agent.cognitive.understanding import (
    HeardLine,
    Understanding,
    WeighIntents,
    heard_line,
    understand,
)
from agent.cognitive.wording import TRANSCRIPT, Value, Wording, fill, fill_json, sentences
from agent.turn import Action, EndCall, Json, Transfer, Transition, Tts, TurnEvent, TurnInput

PASSAGES = "passages"
"""The variable in which a flow keeps what documents say, for a generated reply to go by."""


_REASONS = frozenset(map(str, HandoffReason))
_FAILURES = frozenset(map(str, FailureStatus))  # "nothing is free" is none


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolRequest:
    """A tool to be called with these arguments."""

    tool: str
    arguments: Mapping[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyRequest:
    """A reply to be worded by a model, said before the walk goes on."""

    wanted: Generate
    material: Material


Walk = Generator[Action | ToolRequest | ReplyRequest, ToolResult | None, Dialogue]


def respond(
    flow: Flow,
    before: Dialogue | None,
    turn: TurnInput,
    weigh: WeighIntents,
    verdict: GuardVerdict | None = None,
    heard: HeardLine | None = None,
) -> tuple[Understanding, Walk]:
    """What a turn means to a call that stands at `before` (None: not known), and the walk that answers it.

    Args:
        weigh: tells what the caller's words may mean.
        verdict: what the flow's guard found in them; it goes before all meaning.
        heard: the caller's line as `line_of` read it; read here when left out.
    """
    if turn.event is TurnEvent.HANGUP:
        return Understanding(branch="hangup"), _hang_up(before or Dialogue())
    if before is None or not before.node_id:
        if turn.event is TurnEvent.VOICEMAIL and VOICEMAIL in flow.branches(flow.states[flow.start]):
            # The machine was recognised before a word was said: nobody is there to be greeted.
            fresh = Dialogue(node_id=flow.start, path=(flow.start,))
            understood = Understanding(branch=VOICEMAIL)
            return understood, _take_turn(flow, fresh, understood, turn)
        # A call that lost its state begins anew, whatever was said: better asked twice than misunderstood.
        return Understanding(branch="answered"), _enter(flow, Dialogue(), Branch(to=flow.start), turn)
    if before.outcome is not None:
        return Understanding(branch="ended"), _end_again(before)
    if turn.event is TurnEvent.ANSWERED:
        return Understanding(branch="answered"), _ask_again(flow, before, turn)
    wording = _wording(flow, before, turn)
    before = with_heard_lines(flow.guard, before, turn, lambda text: fill(text, wording))
    if verdict is not None and verdict.branch is not None:
        kind = verdict.findings[0].kind
        return Understanding(branch=f"guard: {kind}"), _guarded(flow, before, verdict, turn)
    understood = understand(flow, before, turn, weigh, heard)
    return understood, _take_turn(flow, before, understood, turn)


def line_of(flow: Flow, before: Dialogue | None, turn: TurnInput) -> HeardLine | None:
    """The line of a caller whom the call waits for; None when nobody spoke, or nobody was waited for."""
    if (
        before is None
        or not before.node_id
        or before.outcome is not None
        or turn.event is not TurnEvent.SPEECH
    ):
        return None
    return heard_line(flow.states[before.node_id], before, turn)


def question_of(flow: Flow, before: Dialogue, turn: TurnInput, heard: HeardLine) -> Question | None:
    """What must be known of the caller's line before `respond` can say what it means; None when it has no word."""
    if not heard.to_weigh:
        return None
    return Question(
        flow=flow,
        state=flow.states[before.node_id],
        words=heard.to_weigh,
        transcript=turn.transcript,
        variables=turn.variables,
        stt_confidence=turn.stt_confidence,
        history=heard_so_far(before, turn).said,
    )


def _take_turn(flow: Flow, dialogue: Dialogue, understood: Understanding, turn: TurnInput) -> Walk:
    """The walk from the state where the call rests, by the branch that the caller's turn takes."""
    state = flow.states[dialogue.node_id]
    turns = dialogue.turns + 1
    captured = {**dialogue.captured, **understood.captured}
    dialogue = replace(
        dialogue,
        pending=understood.pending,
        settled=understood.settled,
        reason="",
        doubtful=_doubtful(flow, dialogue, turn),
    )
    if turns > flow.turn_limit:
        worn = replace(dialogue, turns=turns, captured=captured, reason=HandoffReason.FAILED_ATTEMPTS)
        return _enter(flow, worn, Branch(to=flow.too_long), turn)
    if flow.low_confidence is not None and dialogue.doubtful >= flow.low_confidence.turns:
        given_up = replace(dialogue, turns=turns, reason=HandoffReason.LOW_CONFIDENCE)
        return _enter(flow, given_up, Branch(to=flow.low_confidence.to), turn)
    if understood.says:
        # About a value: the question that is open stays open, and is asked again unless an answer is awaited.
        return _about_a_value(flow, replace(dialogue, turns=turns, captured=captured), understood.says, turn)
    if understood.branch == UNCLEAR and turn.heard is not None:
        # Whoever speaks over the question has not heard it; asking again shortly is no failed attempt.
        return _ask_again(flow, replace(dialogue, turns=turns), turn)
    answered = understood.branch not in (NO_SPEECH, UNCLEAR)
    owed = unheard(flow.guard, dialogue, state.name) if answered else ()
    if owed and understood.branch not in flow.priority:
        # What was to be heard before this question was spoken over: no answer counts until it was.
        return _disclose(flow, replace(dialogue, turns=turns), owed, turn)
    visits = _after_an_answer(flow, dialogue.visits) if answered else dialogue.visits
    reason = _reason(flow, state, understood.branch)
    moved = replace(dialogue, turns=turns, captured=captured, visits=visits, reason=reason)
    return _enter(flow, moved, flow.branches(state)[understood.branch], turn)


def _guarded(flow: Flow, dialogue: Dialogue, verdict: GuardVerdict, turn: TurnInput) -> Walk:
    """The walk to where the flow's guard sends the call."""
    assert verdict.branch is not None, "a verdict without a branch leaves the turn to its meaning"
    turns = dialogue.turns + 1
    moved = replace(dialogue, turns=turns, pending=None, settled=None, reason=str(verdict.reason or ""))
    if turns > flow.turn_limit:
        return _enter(flow, moved, Branch(to=flow.too_long), turn)
    return _enter(flow, moved, Branch(to=verdict.branch.to, say=verdict.branch.say), turn)


def _about_a_value(flow: Flow, dialogue: Dialogue, says: str, turn: TurnInput) -> Walk:
    """Reads a value back, asks which of two is right, or says how one has been put right."""
    yield from (Tts(text=sentence) for sentence in sentences(says))
    if dialogue.pending is not None and dialogue.pending.value:
        return dialogue
    return (yield from _ask_again(flow, dialogue, turn))


def _hang_up(dialogue: Dialogue) -> Walk:
    """Nothing said now is heard; an outcome that was reached before stays."""
    yield from ()
    return dialogue if dialogue.outcome is not None else replace(dialogue, outcome=HUNG_UP_OUTCOME)


def _end_again(dialogue: Dialogue) -> Walk:
    """Whoever speaks into the goodbye has stopped it; the call still has to end."""
    if dialogue.ending is not None:
        yield dialogue.ending
    return dialogue


def _enter(flow: Flow, dialogue: Dialogue, branch: Branch, turn: TurnInput) -> Walk:
    """Follows branches from state to state until one waits for the caller or ends the call."""
    rests_in = dialogue.node_id
    for _ in range(len(flow.states) + 1):
        yield from _speech(branch.say, flow, dialogue, turn)
        if branch.to == BACK:
            dialogue = _moved(dialogue, rests_in)
            yield Transition(node_id=rests_in)
            return (yield from _ask_again(flow, dialogue, turn))
        state = flow.states[branch.to]
        if state.visits is not None and dialogue.visits.get(state.name, 0) >= state.visits:
            branch = state.on[EXHAUSTED]
            dialogue = replace(dialogue, reason=HandoffReason.FAILED_ATTEMPTS)
            continue
        if owed := unheard(flow.guard, dialogue, state.name):
            if given_up := too_often(dialogue, owed):
                branch = Branch(to=given_up)
                continue
            if state.kind is not Kind.ASK or state.action is not None:
                # Nothing is done before the lines were heard, so the question that led here stays open.
                dialogue = _moved(dialogue, rests_in)
                yield Transition(node_id=rests_in)
                return (yield from _disclose(flow, dialogue, owed, turn))
            for disclosure in owed:
                yield from _speech(disclosure.say, flow, dialogue, turn)
            dialogue = with_lines_said(dialogue, owed)
        dialogue = _moved(dialogue, state.name, counts=state.visits is not None)
        yield Transition(node_id=state.name)
        yield from _speech(state.say, flow, dialogue, turn)
        if state.generate is not None:
            yield ReplyRequest(wanted=state.generate, material=_material(flow, dialogue, turn))
        status = NEXT
        if state.action is not None:
            result = yield _request(state.action, flow, dialogue, turn)
            assert result is not None, "a walk was resumed without its tool's answer"
            status = _status(flow, state, result)
            if not result.ok and result.status in _FAILURES:
                dialogue = replace(dialogue, reason=HandoffReason.SYSTEM_ERROR)
            if status == SUCCESS:
                dialogue = replace(dialogue, known={**dialogue.known, **_saved(state.action, result)})
        elif state.decide:
            status = decided(state.decide, _wording(flow, dialogue, turn).variables) or NEXT
        if status in state.on:
            branch = state.on[status]
        elif state.kind is Kind.ASK:
            yield from _speech(state.ask or "", flow, dialogue, turn)
            return dialogue
        else:
            ending = _ending(state, flow, dialogue, turn)
            if isinstance(ending, Transfer) and not transfer_allowed(ending.to, flow.guard.transfers):
                dialogue = replace(dialogue, reason=HandoffReason.POLICY_BLOCK)
                if FAILURE in state.on:
                    branch = state.on[FAILURE]
                    continue
                ending = EndCall(reason=state.outcome or "")
            yield from _speech(state.done, flow, dialogue, turn)
            yield ending
            return replace(dialogue, outcome=state.outcome, ending=ending)
    raise AssertionError(f"{flow.name}: more steps in one turn than the flow has states")


def _disclose(flow: Flow, dialogue: Dialogue, owed: Sequence[Disclosure], turn: TurnInput) -> Walk:
    """Says what must have been heard and asks again; who never lets it be said goes elsewhere."""
    if given_up := too_often(dialogue, owed):
        return (yield from _enter(flow, dialogue, Branch(to=given_up), turn))
    for disclosure in owed:
        yield from _speech(disclosure.say, flow, dialogue, turn)
    return (yield from _ask_again(flow, with_lines_said(dialogue, owed), turn))


def _ask_again(flow: Flow, dialogue: Dialogue, turn: TurnInput) -> Walk:
    state = flow.states[dialogue.node_id]
    yield from _speech(state.reask or state.ask or "", flow, dialogue, turn)
    return dialogue


def _speech(text: str, flow: Flow, dialogue: Dialogue, turn: TurnInput) -> Iterator[Tts]:
    # Sentence by sentence, so that the first is on its way to the caller while the rest is being made.
    for sentence in sentences(fill(text, _wording(flow, dialogue, turn))):
        yield Tts(text=sentence)


def _request(action: ToolAction, flow: Flow, dialogue: Dialogue, turn: TurnInput) -> ToolRequest:
    wording = _wording(flow, dialogue, turn)
    arguments = {name: fill_json(value, wording) for name, value in action.arguments.items()}
    return ToolRequest(tool=action.tool, arguments=arguments)


def _status(flow: Flow, state: State, result: ToolResult) -> str:
    """The branch word for an answer: a status the flow knows, else whether it did its work."""
    assert state.action is not None
    if result.status in flow.tools[state.action.tool]:
        return result.status
    return SUCCESS if result.ok else FAILURE


def _saved(action: ToolAction, result: ToolResult) -> dict[str, Value]:
    """What the flow keeps of an answer; a part that is missing is kept as empty."""
    return {variable: _value(result.value.get(name)) for name, variable in action.save.items()}


def _value(part: Json) -> Value:
    if isinstance(part, list | tuple):
        return tuple(str(item) for item in part)
    return "" if part is None else str(part)


def _ending(state: State, flow: Flow, dialogue: Dialogue, turn: TurnInput) -> Action:
    if state.hand_over is None:
        return EndCall(reason=state.outcome or "")
    wording = _wording(flow, dialogue, turn)
    given = {name: fill(f"{{{{{name}}}}}", wording) for name in state.hand_over.context}
    context = {name: value for name, value in given.items() if value}
    context |= {"reason": dialogue.reason, "summary": whisper(dialogue, turn)}
    return Transfer(to=fill(state.hand_over.to, wording), context=context)


def _material(flow: Flow, dialogue: Dialogue, turn: TurnInput) -> Material:
    said = heard_so_far(dialogue, turn).said
    if turn.event is TurnEvent.SPEECH:
        said = (*said, Said(who=CALLER, text=turn.transcript))
    passages = dialogue.known.get(PASSAGES, ())
    return Material(
        wording=_wording(flow, dialogue, turn),
        captured=dialogue.captured,
        history=said,
        passages=(passages,) if isinstance(passages, str) else passages,
    )


def _wording(flow: Flow, dialogue: Dialogue, turn: TurnInput) -> Wording:
    variables: dict[str, Value] = {**flow.variables, **turn.variables, **dialogue.known, **dialogue.captured}
    if turn.event is TurnEvent.SPEECH:
        variables[TRANSCRIPT] = turn.transcript
    if dialogue.reason:
        variables[REASON] = dialogue.reason
        variables[SUMMARY] = whisper(dialogue, turn)
    return Wording(variables=variables, now_iso=turn.now_iso, time_zone=turn.variables.get("time_zone", ""))


def _reason(flow: Flow, state: State, branch: str) -> str:
    """Why a call that this branch leads to a person is given to them: the intent itself, where it is a reason."""
    if branch not in flow.intents:
        return ""
    if branch in _REASONS:
        return branch
    target = flow.branches(state)[branch].to
    asked = target != BACK and flow.states[target].hand_over is not None
    return HandoffReason.EXPLICIT_REQUEST if asked else ""


def _doubtful(flow: Flow, dialogue: Dialogue, turn: TurnInput) -> int:
    """How many caller turns in a row were hardly heard, this one included."""
    if flow.low_confidence is None or turn.event is not TurnEvent.SPEECH:
        return dialogue.doubtful
    doubted = turn.stt_confidence is not None and turn.stt_confidence < flow.low_confidence.below
    return dialogue.doubtful + 1 if doubted else 0


def _moved(dialogue: Dialogue, node_id: str, *, counts: bool = False) -> Dialogue:
    visits = dialogue.visits
    if counts:
        visits = {**visits, node_id: visits.get(node_id, 0) + 1}
    return replace(dialogue, node_id=node_id, path=(*dialogue.path, node_id), visits=visits)


def _after_an_answer(flow: Flow, visits: Mapping[str, int]) -> dict[str, int]:
    """Attempts count anew once the caller was understood: those are the states that lead back to the question."""
    return {name: count for name, count in visits.items() if not _leads_back(flow.states[name])}


def _leads_back(state: State) -> bool:
    return NEXT in state.on and state.on[NEXT].to == BACK
