"""What makes a flow unfit to answer a call: every mistake found in its graph, in words.

`flow_file` checks shapes; this checks meaning. A call on a flow without mistakes always has a next step, always comes
to the caller's turn or to an end after finitely many steps, and never speaks a variable that nothing has set.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from agent.cognitive.flow import (
    BACK,
    EXHAUSTED,
    FAILURE,
    NEXT,
    NO_SPEECH,
    RESERVED_BRANCHES,
    SUCCESS,
    UNCLEAR,
    VOICEMAIL,
    Branch,
    Flow,
    Kind,
    State,
)
from agent.cognitive.flow_check_capture import capture_mistakes, value_text_mistakes
from agent.cognitive.flow_check_guard import guard_mistakes
from agent.cognitive.flow_check_knowledge import knowledge_mistakes
from agent.cognitive.flow_check_models import model_mistakes
from agent.cognitive.flow_check_tools import tool_mistakes
from agent.cognitive.flow_check_trouble import trouble_mistakes
from agent.cognitive.handoff import REASON, SUMMARY
from agent.cognitive.spoken_words import spoken_form
from agent.cognitive.wording import TRANSCRIPT, placeholder_mistakes, placeholders
from agent.turn import Json

# Every question can be met by these; a machine that answers only where a flow calls out.
_ANSWERS_TO_ANY_QUESTION = (NO_SPEECH, UNCLEAR)


def flow_mistakes(flow: Flow) -> list[str]:
    """Every mistake of the flow, one sentence each; none when it may answer calls."""
    checks = (
        *(_head, _intents, _shared_examples, _targets, _branches, _texts),
        *(_unreachable, _silent_loops, _too_long, _unset_variables),
        *(guard_mistakes, knowledge_mistakes, tool_mistakes, model_mistakes, trouble_mistakes),
    )
    return [mistake for check in checks for mistake in check(flow)]


def _head(flow: Flow) -> Iterator[str]:
    if flow.start not in flow.states:
        yield f"start: there is no state {flow.start!r}"
    elif (kind := flow.states[flow.start].kind) is not Kind.ASK:
        yield f"start: {flow.start!r} is of kind {kind}; a call starts with a question"
    elif flow.states[flow.start].action is not None:
        yield f"start: {flow.start!r} calls a tool before anything was asked; a failure would have no way {BACK}"
    if flow.turn_limit < 1:
        yield f"turn_limit: {flow.turn_limit} turns are none"
    for intent in flow.priority:
        if intent not in flow.on:
            yield f"priority: {intent!r} is no branch of the flow's `on`, so no state would hear it"
    for intent in flow.asides:
        if intent not in flow.intents:
            yield f"asides: there is no intent {intent!r}"
        elif intent in flow.priority:
            yield f"asides: {intent!r} cannot go before all others and give way to them"
    for key, branch in flow.keys.items():
        if branch not in flow.on:
            yield f"keys.{key}: {branch!r} is no branch of the flow's `on`"


def _intents(flow: Flow) -> Iterator[str]:
    used = {name for state in flow.states.values() for name in flow.branches(state)}
    for name in flow.intents:
        if name in RESERVED_BRANCHES - {UNCLEAR}:
            yield f"intents.{name}: the name is taken by a branch of the engine's own"
            continue
        unknown = [other for other in flow.includes.get(name, ()) if other not in flow.intents]
        yield from (f"intents.{name}: there is no intent {other!r} to include" for other in unknown)
        if not unknown and not flow.examples(name):
            yield f"intents.{name}: an intent without examples is never recognised"
        included = any(name in others for others in flow.includes.values())
        if name not in used and name != UNCLEAR and not included:
            yield f"intents.{name}: no state has a branch for it"


def _shared_examples(flow: Flow) -> Iterator[str]:
    """Phrases that one state would have to take two ways."""
    forms = {phrase: spoken_form(phrase) for phrases in flow.intents.values() for phrase in phrases}
    for state in flow.states.values():
        meant: dict[str, str] = {}
        for intent in flow.branch_intents(state):
            if any(other not in flow.intents for other in flow.includes.get(intent, ())):
                continue
            for phrase in flow.examples(intent):
                other = meant.setdefault(forms[phrase], intent)
                if flow.branches(state)[other].to != flow.branches(state)[intent].to:
                    yield f"states.{state.name}: {phrase!r} is an example of both {other!r} and {intent!r}"


def _targets(flow: Flow) -> Iterator[str]:
    places: list[tuple[str, Mapping[str, Branch]]] = [("on", flow.on)]
    places += [(f"states.{name}.on", state.on) for name, state in flow.states.items()]
    for place, branches in places:
        for name, branch in branches.items():
            if branch.to != BACK and branch.to not in flow.states:
                yield f"{place}.{name}: there is no state {branch.to!r}"
    if flow.low_confidence is not None and flow.low_confidence.to not in flow.states:
        yield f"low_confidence.to: there is no state {flow.low_confidence.to!r}"
    if flow.too_long not in flow.states:
        yield f"too_long: there is no state {flow.too_long!r}"


def _branches(flow: Flow) -> Iterator[str]:
    for name, state in flow.states.items():
        place = f"states.{name}"
        needed, allowed = _expected_branches(flow, state)
        present = flow.branches(state)
        for branch in needed:
            if branch not in present:
                yield f"{place}: branch {branch!r} is not handled"
        for branch in state.on:
            if branch not in allowed:
                yield f"{place}.on.{branch}: {_why_never(flow, state, branch)}"
        for key, branch in state.keys.items():
            if branch not in present:
                yield f"{place}.keys.{key}: {branch!r} is no branch of the state"
        yield from _shape(flow, state, place)


def _expected_branches(flow: Flow, state: State) -> tuple[list[str], set[str]]:
    """The branches that a state must have, and those that it may have."""
    needed: list[str] = []
    allowed: set[str] = set()
    if state.action is not None:
        goes_on = state.kind in (Kind.ASK, Kind.END)
        statuses = [SUCCESS, *flow.tools.get(state.action.tool, ()), FAILURE]
        needed += [status for status in statuses if not (status == SUCCESS and goes_on)]
        allowed |= {status for status in statuses if not (status == SUCCESS and goes_on)}
    if state.kind is Kind.ASK:
        needed += _ANSWERS_TO_ANY_QUESTION
        needed += [capture.branch for capture in state.capture if capture.branch]
        allowed |= {*flow.intents, *needed, VOICEMAIL}
    if state.kind in (Kind.PASS, Kind.DECIDE):
        needed.append(NEXT)
        allowed |= {NEXT, *(rule.branch for rule in state.decide)}
    if state.visits is not None:
        needed.append(EXHAUSTED)
        allowed.add(EXHAUSTED)
    return needed, allowed


def _why_never(flow: Flow, state: State, branch: str) -> str:
    if branch in RESERVED_BRANCHES or state.kind is not Kind.ASK:
        return f"a state of kind {state.kind} never takes it"
    return f"there is no intent, capture or tool status {branch!r}"


def _shape(flow: Flow, state: State, place: str) -> Iterator[str]:
    if state.action is not None and state.action.tool not in flow.tools:
        yield f"{place}.action: {state.action.tool!r} is not among the flow's tools"
    if state.decide and state.kind is not Kind.DECIDE:
        yield f"{place}.decide: a state of kind {state.kind} goes on by other means; decide in a state of its own"
    for name, times in Counter(rule.branch for rule in state.decide).items():
        if times > 1:
            yield f"{place}.decide: {name!r} is asked {times} times; only the first would ever be taken"
    if state.kind is not Kind.ASK:
        if state.capture:
            yield f"{place}.capture: nothing is asked here, so nothing can be taken from an answer"
        if state.reask or state.keys:
            yield f"{place}: `reask` and `keys` belong to a state that asks"
    if state.done and (state.kind is not Kind.END or state.action is None):
        yield f"{place}.done: it is said when an end state's action has succeeded, and only there"
    if state.kind is Kind.END and state.ask is not None:
        yield f"{place}: an end state cannot ask"
    if state.kind is not Kind.END and state.hand_over is not None:
        yield f"{place}.hand_over: only an end state gives the call away"
    if state.kind is Kind.END and state.visits is not None:
        yield f"{place}.visits: an end is entered once"
    if state.visits is not None and state.visits < 1:
        yield f"{place}.visits: {state.visits} visits are none"
    yield from capture_mistakes(flow, state)


def _texts(flow: Flow) -> Iterator[str]:
    for name, state in flow.states.items():
        instructions = (state.generate.instructions,) if state.generate else ()
        for text in dict.fromkeys([*state.texts(), *instructions, *_argument_texts(state)]):
            yield from (f"states.{name}: {mistake}" for mistake in placeholder_mistakes(text))
    yield from value_text_mistakes(flow)
    for branch_name, branch in flow.on.items():
        yield from (f"on.{branch_name}: {mistake}" for mistake in placeholder_mistakes(branch.say))
    for intent, phrases in flow.intents.items():
        for phrase in phrases:
            names = [p.name for p in placeholders(phrase) if p.name not in flow.variables]
            yield from (f"intents.{intent}: {{{{{n}}}}} is not among the flow's variables" for n in names)


def _unreachable(flow: Flow) -> Iterator[str]:
    if flow.start not in flow.states:
        return  # that is told already, and nothing else would be found
    seen: set[str] = set()
    waiting = list(_entries(flow))
    while waiting:
        name = waiting.pop()
        if name in seen or name not in flow.states:
            continue
        seen.add(name)
        waiting += [branch.to for branch in flow.branches(flow.states[name]).values()]
    yield from (f"states.{name}: no branch leads here" for name in flow.states if name not in seen)


def _entries(flow: Flow) -> tuple[str, ...]:
    """The states that a call may come to from anywhere."""
    given_up = (flow.low_confidence.to,) if flow.low_confidence is not None else ()
    return (flow.start, flow.too_long, *given_up, *flow.guard.states())


def _silent_targets(flow: Flow, state: State) -> list[str]:
    """The states entered from this one with no caller turn in between."""
    silent = [
        branch.to
        for name, branch in state.on.items()
        if state.kind is not Kind.ASK or name == EXHAUSTED or _is_status(flow, state, name)
    ]
    return [target for target in silent if target in flow.states]


def _is_status(flow: Flow, state: State, branch: str) -> bool:
    return state.action is not None and branch in (FAILURE, *flow.tools.get(state.action.tool, ()))


def _silent_loops(flow: Flow) -> Iterator[str]:
    done: set[str] = set()
    for start in flow.states:
        yield from _loops_from(flow, start, [], done)


def _loops_from(flow: Flow, name: str, path: list[str], done: set[str]) -> Iterator[str]:
    if name in path:
        loop = [*path[path.index(name) :], name]
        yield f"states.{name}: a loop without a caller turn: {' -> '.join(loop)}"
        return
    if name in done:
        return
    for target in _silent_targets(flow, flow.states[name]):
        yield from _loops_from(flow, target, [*path, name], done)
    done.add(name)


def _too_long(flow: Flow) -> Iterator[str]:
    """The state for calls that are too long must come to an end by itself, or it would bound nothing."""
    seen: set[str] = set()
    waiting = [flow.too_long]
    while waiting:
        name = waiting.pop()
        if name in seen or name not in flow.states:
            continue
        seen.add(name)
        state = flow.states[name]
        if state.kind is Kind.ASK:
            yield f"too_long: {flow.too_long!r} comes to the question of {name!r} instead of an end"
        elif any(branch.to == BACK for branch in state.on.values()):
            yield f"too_long: {flow.too_long!r} goes back to a question from {name!r}"
        else:
            waiting += _silent_targets(flow, state)


def _unset_variables(flow: Flow) -> Iterator[str]:
    """Variables spoken or sent in a state that some way into it has not set.

    A forward analysis: what surely holds on entry to a state is what holds at the end of every way into it. `BACK`
    edges take nothing away, and a state that is never entered holds everything.
    """
    given = frozenset(flow.variables) | {REASON, SUMMARY, TRANSCRIPT}
    everything = given | {name for s in flow.states.values() for name in _sets_anywhere(s)}
    holds = dict.fromkeys(flow.states, everything)
    for entry in _entries(flow):
        if entry in holds:
            holds[entry] = given
    changed = True
    while changed:
        changed = False
        for name, state in flow.states.items():
            for branch_name, branch in flow.branches(state).items():
                if branch.to in holds:
                    arriving = holds[branch.to] & (holds[name] | _sets_on(flow, state, branch_name))
                    changed |= arriving != holds[branch.to]
                    holds[branch.to] = arriving
    for name, state in flow.states.items():
        yield from _unset_in(flow, state, holds[name])


def _unset_in(flow: Flow, state: State, on_entry: frozenset[str]) -> Iterator[str]:
    after_action = on_entry | frozenset(state.action.save.values() if state.action else ())
    generated = (state.generate.instructions, state.generate.fallback) if state.generate else ()
    used = [(text, on_entry) for text in (state.say, *generated, *_argument_texts(state))]
    used += [
        (text, after_action) for text in (state.ask or "", state.reask, state.done, _hand_over_text(state))
    ]
    used += [
        (branch.say, on_entry | _sets_on(flow, state, name)) for name, branch in flow.branches(state).items()
    ]
    used += [(f"{{{{{name}}}}}", on_entry) for name in _decided_by(flow, state)]
    used += [(f"{{{{{capture.source}}}}}", after_action) for capture in state.capture if capture.source]
    unset = [p.name for text, known in used for p in placeholders(text) if p.name not in known]
    for variable in dict.fromkeys(unset):
        yield f"states.{state.name}: {{{{{variable}}}}} may have no value here"


def _decided_by(flow: Flow, state: State) -> Iterator[str]:
    """Variables that decide, and that nothing anywhere sets: a slip of the pen. Others may be known or not."""
    settable = {*flow.variables, *(name for each in flow.states.values() for name in _sets_anywhere(each))}
    for rule in state.decide:
        yield from (c.variable for c in rule.conditions if c.variable not in settable)


def _sets_on(flow: Flow, state: State, branch: str) -> frozenset[str]:
    """What leaving a state by this branch has surely set."""
    by_caller = {capture.variable for capture in state.capture if capture.branch and capture.branch == branch}
    tool_answered = branch == SUCCESS or (
        state.kind is Kind.ASK and branch != EXHAUSTED and not _is_status(flow, state, branch)
    )
    by_tool = state.action.save.values() if state.action and tool_answered else ()
    return frozenset(by_caller) | frozenset(by_tool)


def _sets_anywhere(state: State) -> Iterable[str]:
    saved = state.action.save.values() if state.action else ()
    return [*(capture.variable for capture in state.capture), *saved]


def _hand_over_text(state: State) -> str:
    # What goes along as context may be missing; who gets the call may not.
    return state.hand_over.to if state.hand_over else ""


def _argument_texts(state: State) -> list[str]:
    return list(_strings(state.action.arguments)) if state.action else []


def _strings(value: Json) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _strings(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _strings(item)
