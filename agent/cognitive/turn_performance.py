"""One turn performed: what `chain` decides is done, journalled and given out, step by step.

The walk is pure and makes the same steps again, so a turn that was cut off is walked anew along what the journal has:
its actions are not given out twice, its tools are not asked twice, and only then does the walk go on. What the walk
does not make (a word while a tool is slow, a model's sentences) stands in the journal under whose it is.
"""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace

from agent.cognitive.chain import ReplyRequest, ToolRequest, line_of, question_of, respond
from agent.cognitive.dialogue import Dialogue
from agent.cognitive.flow import Flow
from agent.cognitive.generated_reply import ReplyCost, generate
from agent.cognitive.guard.claims import checked_sentence
from agent.cognitive.guard.finding import Finding
from agent.cognitive.guard.permissions import refusals
from agent.cognitive.guard.turn_guard import GuardVerdict, guard_turn, guard_values, without_findings
from agent.cognitive.memory import with_turn
from agent.cognitive.models.settings import ModelSettings
from agent.cognitive.ports import (
    Acted,
    ActedBy,
    Dispatched,
    Dispatcher,
    LanguageModel,
    ToolAnswered,
    ToolResult,
    TurnClosed,
    Weighed,
)
from agent.cognitive.tools.failures import FailureStatus
from agent.cognitive.tools.filler import with_filler
from agent.cognitive.tools.policy import PolicedTool
from agent.cognitive.turn_story import TurnStory
from agent.cognitive.understanding import HeardLine, Understanding
from agent.cognitive.wording import Wording, fill, sentences
from agent.turn import Action, ToolTrace, Tts, TurnInput, TurnOutput, TurnTrace

ReplyModels = Mapping[str, tuple[LanguageModel, ModelSettings]]
"""By the names of a flow's `models`, those that are there."""


class TurnPerformer:
    """Performs the turns of one flow.

    Args:
        flow: the conversation.
        tools: by name, every tool of the flow behind its rules.
        dispatcher: tells what the caller wants.
        models: word replies; a reply of a model that is not there is its fallback.
        stopwatch: reads nanoseconds for the trace's stage times; without it the trace has none.
    """

    def __init__(
        self,
        flow: Flow,
        tools: Mapping[str, PolicedTool],
        dispatcher: Dispatcher,
        models: ReplyModels,
        stopwatch: Callable[[], int] | None,
    ) -> None:
        self._flow = flow
        self._tools = tools
        self._dispatcher = dispatcher
        self._models = models
        self._stopwatch = stopwatch

    async def perform(self, story: TurnStory) -> AsyncGenerator[Action | TurnOutput, None]:
        """Gives out what the journal has of a turn, then does the rest."""
        turn = story.turn
        for entry in story.acted:
            yield entry.action
        if story.closed is not None:
            yield story.closed.output
            return
        work = _Work(stopwatch=self._stopwatch, told=deque(story.acted), answered=deque(story.answered))
        verdict = self._verdict(story, work)
        heard = line_of(self._flow, story.before, turn) if verdict.branch is None else None
        weighed = await self._weighed(story, heard)
        understood, walk = respond(self._flow, story.before, turn, lambda *_: weighed.scores, verdict, heard)
        work.stage_ended("dispatch")
        result: ToolResult | None = None
        while True:
            try:
                step = walk.send(result)
            except StopIteration as stop:
                after: Dialogue = replace(stop.value, seq=turn.seq, resting=True)
                break
            result = None
            if isinstance(step, ToolRequest):
                if turn.provisional and not self._tools[step.tool].read_only:
                    after = story.before or Dialogue()
                    break
                async with aclosing(self._asked(step, story, work)) as steps:
                    async for answer in steps:
                        if isinstance(answer, ToolResult):
                            result = answer
                        else:
                            yield answer
                work.stage_ended("tools")
            elif isinstance(step, ReplyRequest):
                async with aclosing(self._worded(step, story, work)) as said:
                    async for sentence in said:
                        yield sentence
                work.stage_ended("reply")
            elif (action := self._fit(step, work)) is not None and not work.was_told():
                work.actions.append(action)
                story.add(Acted(action=action))
        after = with_turn(after, turn, work.actions)
        output = work.output(turn, understood, weighed, after)
        story.add(TurnClosed(output=output, after=after))
        for action in await story.commit():
            yield action
        yield output

    def _verdict(self, story: TurnStory, work: _Work) -> GuardVerdict:
        """What the guard finds in the turn; what it finds in the call's variables is noted once."""
        guard = self._flow.guard
        if story.before is None:
            work.note(guard_values(guard, story.turn.variables, place="variables").findings)
        verdict = guard_turn(guard, story.turn)
        work.note(verdict.findings)
        return verdict

    async def _weighed(self, story: TurnStory, heard: HeardLine | None) -> Weighed:
        """What the caller's words may mean: as it was found the first time, where it might be found otherwise now."""
        question = None
        if heard is not None and story.before is not None:
            question = question_of(self._flow, story.before, story.turn, heard)
        if question is None:
            return Weighed(scores=(), model="")
        if story.weighed is not None:
            return story.weighed
        weighed = await self._dispatcher.weigh(question)
        if not self._dispatcher.repeatable:
            story.add(Dispatched(weighed=weighed))
        return weighed

    def _fit(self, action: Action, work: _Work) -> Action | None:
        """The action as it may be given out; None for a sentence of which nothing may be said."""
        if not isinstance(action, Tts) or not self._flow.guard.never_say:
            return action
        speech = checked_sentence(action.text, self._flow.guard.never_say, work.said_instead)
        work.said_instead = speech.said_instead
        work.note(tuple(replace(finding, place="reply") for finding in speech.findings))
        return Tts(text=speech.text) if speech.text else None

    async def _asked(
        self, request: ToolRequest, story: TurnStory, work: _Work
    ) -> AsyncGenerator[Action | ToolResult, None]:
        """The tool's answer, after a filler where it is slow; whatever goes wrong is an answer too."""
        work.retold(ActedBy.FILLER)
        if work.answered:
            known = work.answered.popleft()
            work.tools.append(known.trace)
            yield known.result
            return
        for action in await story.commit():
            yield action
        key = f"{story.turn.call_sid}/{story.turn.turn_id}/{len(work.tools)}/{request.tool}"
        tool = self._tools[request.tool]
        result = _not_allowed(self._flow, request)
        if result is None:
            # The first call of a turn that somebody began before may have been made by them.
            ask = tool.call_again if story.resumed and not work.asked else tool.call
            work.asked = True
            async with aclosing(with_filler(ask(request.arguments, key), tool.rules)) as steps:
                async for step in steps:
                    if isinstance(step, ToolResult):
                        result = step
                        continue
                    text = fill(
                        step.text, Wording(variables={**self._flow.variables, **story.turn.variables})
                    )
                    for action in await self._say(sentences(text), ActedBy.FILLER, story, work):
                        yield action
        assert result is not None, "a call that ended has a result"
        value, findings = without_findings(self._flow.guard, result.value)
        work.note(findings)
        result = replace(result, value=value) if findings else result
        trace = ToolTrace(
            name=request.tool,
            arguments=request.arguments,
            status=result.status,
            value=result.value,
            error=result.error,
            idempotency_key=key,
        )
        work.tools.append(trace)
        story.add(ToolAnswered(trace=trace, result=result))
        yield result

    async def _worded(
        self, request: ReplyRequest, story: TurnStory, work: _Work
    ) -> AsyncGenerator[Action, None]:
        """A model's sentences, each given out as it ends; those of a turn that was cut off are not asked for again."""
        if work.retold(ActedBy.MODEL):
            return
        for action in await story.commit():
            yield action
        if request.wanted.model not in self._models:
            fallback = sentences(fill(request.wanted.fallback, request.material.wording))
            for action in await self._say(fallback, ActedBy.MODEL, story, work):
                yield action
            return
        reply = generate(request.wanted, request.material, self._models)
        async with aclosing(reply.sentences()) as said:
            async for sentence in said:
                for action in await self._say([sentence], ActedBy.MODEL, story, work):
                    yield action
        work.replies.append(reply.cost)

    async def _say(self, texts: Sequence[str], by: ActedBy, story: TurnStory, work: _Work) -> list[Action]:
        """Journals what of these sentences may be said, and returns what may now be given out."""
        for text in texts:
            if (action := self._fit(Tts(text=text), work)) is not None:
                work.actions.append(action)
                story.add(Acted(action=action, by=by))
        return await story.commit()


def _not_allowed(flow: Flow, request: ToolRequest) -> ToolResult | None:
    reasons = refusals(flow.guard.arguments, request.tool, request.arguments)
    if not reasons:
        return None
    return ToolResult(ok=False, status=FailureStatus.NOT_ALLOWED, error="; ".join(reasons))


@dataclass(slots=True, kw_only=True)
class _Work:
    """What a turn has come to so far.

    Attributes:
        told, answered: what of the journal the walk has not come to yet.
        asked: a tool was asked in this performance.
        said_instead: lines said in place of forbidden claims.
    """

    stopwatch: Callable[[], int] | None
    told: deque[Acted]
    answered: deque[ToolAnswered]
    actions: list[Action] = field(default_factory=list)
    tools: list[ToolTrace] = field(default_factory=list)
    replies: list[ReplyCost] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)
    said_instead: frozenset[str] = frozenset()
    asked: bool = False
    stage_ns: dict[str, int] = field(default_factory=dict)
    last_ns: int = 0

    def __post_init__(self) -> None:
        self.last_ns = self.stopwatch() if self.stopwatch else 0

    def stage_ended(self, stage: str) -> None:
        if self.stopwatch:
            now_ns = self.stopwatch()
            self.stage_ns[stage] = self.stage_ns.get(stage, 0) + now_ns - self.last_ns
            self.last_ns = now_ns

    def note(self, findings: Iterable[Finding]) -> None:
        """Keeps kinds and places, never the caller's words."""
        said = [f"{finding.kind} in {finding.place}" for finding in findings]
        self.findings += [each for each in dict.fromkeys(said) if each not in self.findings]

    def was_told(self) -> bool:
        """Whether the walk's next action was given out the first time; it then is what it was, word for word."""
        if not self.told:
            return False
        self.actions.append(self.told.popleft().action)
        return True

    def retold(self, by: ActedBy) -> bool:
        """Passes over what the walk does not make and was given out at this place; whether there was any."""
        before = len(self.told)
        while self.told and self.told[0].by is by:
            self.actions.append(self.told.popleft().action)
        return len(self.told) < before

    def output(
        self, turn: TurnInput, understood: Understanding, weighed: Weighed, after: Dialogue
    ) -> TurnOutput:
        trace = TurnTrace(
            intents=understood.considered,
            chosen=understood.branch,
            tools=tuple(self.tools),
            model=weighed.model if understood.considered else "",
            route="; ".join(filter(None, [weighed.route, *map(_told_of, self.replies)])),
            findings=tuple(self.findings),
            tokens_in=weighed.tokens_in + sum(reply.tokens_in for reply in self.replies),
            tokens_out=weighed.tokens_out + sum(reply.tokens_out for reply in self.replies),
            cost_usd=weighed.cost_usd + sum(reply.cost_usd for reply in self.replies),
            stage_ns=self.stage_ns,
        )
        return TurnOutput(
            turn_id=turn.turn_id, actions=tuple(self.actions), state=after.public(), trace=trace
        )


def _told_of(reply: ReplyCost) -> str:
    return f"reply by {reply.model}" + (f" ({reply.note})" if reply.note else "")
