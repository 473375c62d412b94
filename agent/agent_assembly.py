"""The one place where an agent's cognitive layer is put together from its file, top to bottom like a parts list.

What a file needs of the machine (secrets, extras) is checked before anything is opened, and all of it is told at once.
Everything opened is closed in the opposite order.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from importlib.util import find_spec

from agent.agent_config import MEMORY, AgentConfig
from agent.agent_file_places import address
from agent.agent_knowledge import knowledge_mistakes, open_knowledge
from agent.agent_turns import agent_turns, known_variables
from agent.call_redaction import CallRedactor
from agent.clock import LoopClock
from agent.cognitive.dispatch import dispatcher_for
from agent.cognitive.flow import Flow
from agent.cognitive.knowledge_source import ANSWER_TOOL
from agent.cognitive.orchestrator import FlowOrchestrator
from agent.cognitive.ports import CallStore, Tool
from agent.errors import BadSettings
from agent.model_assembly import key_variable, make_models
from agent.settings import AgentSettings
from agent.store_assembly import open_store
from agent.turn import StreamTurn

WrapTools = Callable[[Mapping[str, Tool]], Mapping[str, Tool]]

PATIENCE_S = 1.0
"""How long a turn that overtook the one before it on the wire waits for it: as long as a lost packet takes to be sent
again, and no longer than a caller waits for a word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAgent:
    """An agent that answers turns, until what opened it closes it."""

    config: AgentConfig
    flow: Flow
    stream_turn: StreamTurn
    store: CallStore
    redactor: CallRedactor


@asynccontextmanager
async def open_agent(
    config: AgentConfig,
    environment: Mapping[str, str],
    *,
    store: CallStore | None = None,
    wrap_tools: WrapTools | None = None,
    stopwatch: Callable[[], int] | None = None,
) -> AsyncGenerator[OpenAgent, None]:
    """The agent of a file, in this event loop.

    Args:
        config: what the file says.
        environment: where secrets and addresses are.
        store: state and journal, in place of those that the file names.
        wrap_tools: what is put around the tools, such as a trace of each call.
        stopwatch: reads nanoseconds for the stage times of traces.

    Raises:
        BadSettings: the environment lacks something; with every mistake, and without any secret.
        BadKnowledge: the documents cannot be trusted.
        ProviderError: an index or a model that is needed at the start did not answer.
        StoreUnavailable: the journal cannot be reached.
    """
    mistakes = list(environment_mistakes(config, environment))
    if mistakes:
        raise BadSettings(f"agent {config.name}:\n" + "\n".join(f"  - {mistake}" for mistake in mistakes))
    redactor = CallRedactor(config.flow.guard.names, config.variables)
    async with AsyncExitStack() as closing:
        tools = await _tools(config, environment, closing)
        models = make_models(config.flow, environment)
        closing.push_async_callback(models.close)
        embedded = dispatcher_for(config.flow)
        kept = store
        if kept is None:
            kept = await closing.enter_async_context(
                open_store(store_settings(config, environment), redact=redactor.bare)
            )
        engine = FlowOrchestrator(
            config.flow,
            wrap_tools(tools) if wrap_tools is not None else tools,
            kept,
            dispatcher=models.dispatcher(embedded) if config.flow.models else embedded,
            models=models.for_replies(),
            patience_s=PATIENCE_S if keeps_calls(config) else 0.0,
            stopwatch=stopwatch,
        )
        yield OpenAgent(
            config=config,
            flow=config.flow,
            stream_turn=call_turns(config, engine.stream_turn),
            store=kept,
            redactor=redactor,
        )


def call_turns(config: AgentConfig, stream_turn: StreamTurn) -> StreamTurn:
    """A dialogue on the agent's flow with what the file says of every call."""
    return agent_turns(stream_turn, known_variables(config.variables, config.time_zone), config.handoff)


def keeps_calls(config: AgentConfig) -> bool:
    """Whether calls outlive the process that answers them."""
    return bool(config.stores.journal_env) or config.stores.journal != MEMORY


def environment_mistakes(config: AgentConfig, environment: Mapping[str, str]) -> Iterator[str]:
    """What keeps the agent from being opened in this environment, one sentence each; without any secret."""
    from agent.agent_tools import tool_mistakes

    yield from tool_mistakes(config.tools, environment)
    if config.knowledge is not None:
        yield from knowledge_mistakes(config.knowledge, environment)
    for name, model in config.flow.models.items():
        if not model.base_url and not environment.get(key_variable(model)):
            yield f"models.{name}: the environment has no {key_variable(model)}"
        if find_spec(str(model.vendor)) is None:
            yield f"models.{name}: not installed; pip install 'milliwatt[{model.vendor}]'"
    for half in ("state", "journal"):
        variable = getattr(config.stores, f"{half}_env")
        if variable and not environment.get(variable):
            yield f"stores.{half}_env: the environment has no {variable}"


def store_settings(config: AgentConfig, environment: Mapping[str, str]) -> AgentSettings:
    """The settings with the addresses of state and journal in them."""
    stores = config.stores
    return replace(
        config.settings,
        state=address(stores.state, stores.state_env, environment),
        journal=address(stores.journal, stores.journal_env, environment),
    )


async def _tools(
    config: AgentConfig, environment: Mapping[str, str], closing: AsyncExitStack
) -> Mapping[str, Tool]:
    # Here, since a flow without tools needs no HTTP.
    from agent.agent_tools import tools_by_name
    from agent.cognitive.tools.http import make_client

    client = make_client()
    closing.push_async_callback(client.aclose)
    tools = tools_by_name(config.tools, environment, client=client, clock=LoopClock())
    if config.knowledge is not None and ANSWER_TOOL in config.flow.tools:
        tools[ANSWER_TOOL] = await open_knowledge(config.knowledge, config.tenant, environment, closing)
    return tools
