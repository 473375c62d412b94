"""A service put together, like a parts list: flows, tools, log of turns, metrics, traces.

Whoever wants other tools than a webhook, a store that outlives the process, or a redactor hands them in.
"""

from __future__ import annotations

import functools
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractContextManager, aclosing, nullcontext
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

import httpx

from agent.agent_assembly import WrapTools
from agent.agent_config import AgentConfig
from agent.agent_file import agent_path, load_agent
from agent.call_redaction import CallRedactor
from agent.clock import stopwatch_ns
from agent.cognitive.flow import Flow
from agent.cognitive.flow_file import BUILT_IN_FLOWS, load_flow
from agent.cognitive.knowledge_source import ANSWER_TOOL
from agent.cognitive.ports import CallStore, Tool
from agent.cognitive.stores.memory import MemoryStore
from agent.cognitive.tools.http import make_client
from agent.cognitive.tools.webhook import Webhook, WebhookConfig
from agent.errors import BadAgentFile, BadFlow, BadKnowledge, BadSettings, LostCall
from agent.flow_assembly import make_dialogue
from agent.flow_documents import FlowDocuments, documents_of
from agent.serving.app import Check, ServedFlow, Service
from agent.serving.limits import Limits
from agent.serving.log import log_failure
from agent.serving.served_agent import ServedAgent
from agent.turn import Action, StreamTurn, TurnInput, TurnOutput
from agent.turn_log import RedactText, Versions, logged_turns
from agent.turn_log_file import DEFAULT_KEPT, DEFAULT_MAX_BYTES, TurnLogFile

Close = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowServiceOptions:
    """What can be chosen of a service.

    Attributes:
        flows: names of flows in `agent/flows`, or paths of flow files.
        agents: names of agents in `agent/agents`, or paths of agent files; each brings its flow, tools and stores.
        environment: where the agents' secrets and addresses are.
        webhook: the address that answers the flows' tools; empty for none.
        read_only_tools: those of them that change nothing, and may be called for a provisional turn.
        turn_log: the file that turns are logged to; None for no log.
        turn_log_bytes, turn_logs_kept: its bound, and how many full ones are kept beside it.
        otlp: a collector's address for traces; empty for none.
        token: what clients must bring; empty for none.
        limits: what is let in.
    """

    flows: Sequence[str] = ()
    agents: Sequence[str] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    webhook: str = ""
    read_only_tools: Sequence[str] = ()
    turn_log: Path | None = None
    turn_log_bytes: int = DEFAULT_MAX_BYTES
    turn_logs_kept: int = DEFAULT_KEPT
    otlp: str = ""
    token: str = ""
    limits: Limits = field(default_factory=Limits)


def make_service(
    options: FlowServiceOptions,
    *,
    tools: Callable[[Flow], Mapping[str, Tool]] | None = None,
    store: CallStore | None = None,
    redact: RedactText | None = None,
    checks: Mapping[str, Check] | None = None,
    closers: Sequence[Close] = (),
) -> Service:
    """The service that the options ask for.

    Args:
        options: what was chosen.
        tools: the tools of a flow, in place of the webhook's.
        store: state and journal of all its calls; each flow has its own in this process's memory when left out.
        redact: what may stand in the log of turns; no cards, numbers, addresses and names when left out.
        checks: what must be there for the service to be ready.
        closers: what is closed once the last turn has ended.

    Raises:
        BadSettings: the options do not make one; lists every mistake, those of flow files included.
    """
    flows, documents, configs = _loaded(options)
    code = code_version()
    closing = list(closers)
    if tools is None:
        tools = _no_tools
        if options.webhook:
            client = make_client()
            tools = functools.partial(_web_tools, options, client)
            closing.append(client.aclose)
    log = None
    if options.turn_log is not None:
        log = TurnLogFile(options.turn_log, max_bytes=options.turn_log_bytes, kept=options.turn_logs_kept)
        closing.append(_awaited(log.close))
    spans = None
    if options.otlp:
        from agent.serving.spans import Spans

        spans = Spans(options.otlp, code)
        closing.append(_awaited(spans.close))
    measures, measures_type = None, ""
    if find_spec("prometheus_client") is not None:
        from agent.serving.measures import CONTENT_TYPE, Measures

        measures, measures_type = Measures(), CONTENT_TYPE

    def engine(flow: Flow) -> StreamTurn:
        # A flow that names its documents asks those, whoever answers its other tools.
        ours = {**tools(flow), **documents[flow.name].tools}
        ours = ours if spans is None else spans.traced_tools(ours)
        kept = store if store is not None else MemoryStore()
        stream: StreamTurn = make_dialogue(flow, ours, store=kept, stopwatch=stopwatch_ns).stream_turn
        return stream if store is not None else _of_known_calls(stream, kept)

    def watched(flow: Flow, stream: StreamTurn, redact: RedactText) -> StreamTurn:
        if log is not None:
            versions = Versions(flow=flow.name, flow_fingerprint=flow.fingerprint, code=code)
            stream = logged_turns(stream, functools.partial(_append, log), versions=versions, redact=redact)
        if measures is not None:
            stream = measures.measured(stream, flow)
        return stream if spans is None else spans.traced(stream)

    served = {
        flow.name: ServedFlow(
            flow=flow,
            stream_turn=watched(flow, engine(flow), redact or CallRedactor(flow.guard.names).text),
        )
        for flow in flows
    }
    agents = _agents(configs, options, spans.traced_tools if spans is not None else None)
    for agent in agents:
        flow, stream = agent.config.flow, agent.answer
        if agent.memory is not None:
            stream = _of_known_calls(stream, agent.memory)
        served[flow.name] = ServedFlow(flow=flow, stream_turn=watched(flow, stream, agent.redactor.text))
    return Service(
        flows=served,
        version=code,
        limits=options.limits,
        token=options.token,
        metrics=measures,
        metrics_type=measures_type,
        continuing=_no_trace if spans is None else spans.continuing,
        checks={**{f"agent {agent.config.name}": agent.check for agent in agents}, **(checks or {})},
        openers=[agent.open for agent in agents],
        closers=[*(agent.close for agent in agents), *closing],
    )


def code_version() -> str:
    """The installed version of this code; `unknown` where it is not installed."""
    try:
        return version("milliwatt")
    except PackageNotFoundError:
        return "unknown"


def _agents(
    configs: Sequence[AgentConfig], options: FlowServiceOptions, wrap_tools: WrapTools | None
) -> list[ServedAgent]:
    """The agents, none of them open yet.

    Raises:
        BadSettings: the environment lacks something; with every mistake.
    """
    if not configs:
        return []
    agents = [ServedAgent(config, options.environment, wrap_tools) for config in configs]
    mistakes = [said for agent in agents for said in agent.mistakes()]
    if mistakes:
        raise BadSettings("\n".join(mistakes))
    return agents


def _loaded(
    options: FlowServiceOptions,
) -> tuple[list[Flow], Mapping[str, FlowDocuments], list[AgentConfig]]:
    mistakes: list[str] = []
    flows: dict[str, Flow] = {}
    documents: dict[str, FlowDocuments] = {}
    for name in options.flows:
        path = Path(name) if "/" in name or name.endswith(".json") else BUILT_IN_FLOWS / f"{name}.json"
        try:
            flow = load_flow(path)
            documents[flow.name] = documents_of(flow, path)
        except (BadFlow, BadKnowledge) as error:
            mistakes.append(str(error))
            continue
        if flow.name in flows:
            mistakes.append(f"--flow {name}: flow {flow.name!r} is served already")
        flows[flow.name] = flow
    configs: list[AgentConfig] = []
    for name in options.agents:
        try:
            config = load_agent(agent_path(name))
        except BadAgentFile as error:
            mistakes.append(str(error))
            continue
        if config.flow.name in {*flows, *(one.flow.name for one in configs)}:
            mistakes.append(f"--agent {name}: flow {config.flow.name!r} is served already")
        configs.append(config)
    if not options.flows and not options.agents:
        mistakes.append("name at least one flow with --flow, or an agent with --agent")
    if options.webhook and not options.webhook.startswith(("http://", "https://")):
        mistakes.append("--webhook: an address begins with http:// or https://")
    if options.otlp and not options.otlp.startswith(("http://", "https://")):
        mistakes.append("--otlp: an address begins with http:// or https://")
    if options.otlp and find_spec("opentelemetry") is None:
        mistakes.append("--otlp: its packages are not installed; pip install 'milliwatt[telemetry]'")
    if mistakes:
        raise BadSettings("\n".join(mistakes))
    return list(flows.values()), documents, configs


def _web_tools(options: FlowServiceOptions, client: httpx.AsyncClient, flow: Flow) -> Mapping[str, Tool]:
    """Every tool that the flow calls, all of them answered at one address."""
    read_only = options.read_only_tools
    configs = [
        WebhookConfig(tool=name, url=options.webhook, read_only=name in read_only) for name in flow.tools
    ]
    return {config.tool: Webhook(config, client) for config in configs}


def _no_tools(flow: Flow) -> Mapping[str, Tool]:
    missing = [name for name in flow.tools if name != ANSWER_TOOL or flow.knowledge is None]
    if missing:
        raise BadSettings(
            f"flow {flow.name} calls {', '.join(missing)}; say with --webhook URL what answers them, "
            "or serve an agent file that says it for each (--agent)"
        )
    return {}


def _of_known_calls(stream_turn: StreamTurn, store: CallStore) -> StreamTurn:
    """The same dialogue for calls that began in this process: a memory that died with another would greet them anew."""

    async def stream(turn: TurnInput) -> AsyncGenerator[Action | TurnOutput, None]:
        begun = turn.seq == 0 or (await store.load(turn.call_sid)).dialogue is not None
        if not begun and not await store.last_turn(turn.call_sid):
            raise LostCall(f"nothing is known of the turns before {turn.turn_id}")
        async with aclosing(stream_turn(turn)) as items:
            async for item in items:
                yield item

    return stream


def _append(log: TurnLogFile, line: str) -> None:
    try:
        log.append(line)
    except (OSError, BadSettings) as error:
        log_failure("turn_log.failed", error)


def _no_trace(headers: Mapping[str, str]) -> AbstractContextManager[None]:
    return nullcontext()


def _awaited(close: Callable[[], object]) -> Close:
    async def closed() -> None:
        close()

    return closed
