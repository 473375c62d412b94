"""`milliwatt agent`: agent files checked, and what an agent is made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rich.console import Console
from rich.table import Table

from agent.agent_assembly import environment_mistakes
from agent.agent_config import EMBEDDED, AgentConfig, ToolChoice
from agent.agent_file import agent_path, load_agent
from agent.agent_file_vendors import SlackChoice, WebhookChoice, vendor_of
from agent.assembly import provider_mistakes
from agent.errors import BadAgentFile
from agent.model_assembly import key_variable
from evals.errors import BadInput

NONE = "-"


def check_agents(
    names: Sequence[str], environment: Mapping[str, str] | None, *, out: Console, err: Console
) -> int:
    """Reads each file and says what is wrong with it: 0 when nothing is, else 2.

    Args:
        names: of built-in agents, or paths.
        environment: also checked for what the agents need; left out when None.
    """
    status = 0
    for name in names:
        try:
            config = load_agent(agent_path(name))
            wrong = [said.replace("agent.", "audio.", 1) for said in provider_mistakes(config.settings)]
            if environment is not None:
                wrong += environment_mistakes(config, environment)
            if wrong:
                raise BadAgentFile(name, wrong)
        except BadAgentFile as error:
            status = BadInput.exit_status
            err.print(str(error), style="red", highlight=False, markup=False, soft_wrap=True)
            continue
        said = f"{name}: agent {config.name} on the flow {config.flow.name}, {len(config.tools)} tools"
        out.print(said, highlight=False, markup=False, soft_wrap=True)
    return status


def show_agent(name: str, environment: Mapping[str, str], *, out: Console) -> None:
    """Prints what an agent is made of, and which of its secrets are set; never what they are.

    Raises:
        BadAgentFile: it is none; with every mistake.
    """
    config = load_agent(agent_path(name))
    head = Table("agent", config.name, show_lines=False)
    for key, value in _rows(config, environment):
        head.add_row(key, value or NONE)
    out.print(head, highlight=False, markup=False)
    tools = Table("tool", "answered by", "as", "where", "secrets")
    for tool in config.tools:
        tools.add_row(
            tool.tool,
            vendor_of(tool.choice),
            tool.operation if tool.operation != tool.tool else NONE,
            _where(tool, environment) or NONE,
            _secrets(tool.choice.secrets(), environment) or NONE,
        )
    if config.tools:
        out.print(tools, highlight=False, markup=False)
    models = Table("model", "asked", "where", "US$ per million tokens in / out", "secrets")
    for model_name, model in config.flow.models.items():
        variable = key_variable(model)
        keys = [variable] if not model.base_url or environment.get(variable) else []
        models.add_row(
            model_name,
            f"{model.vendor}/{model.model}",
            model.base_url or "the vendor's own service",
            f"{model.price.tokens_in:g} / {model.price.tokens_out:g}",
            _secrets(keys, environment) or NONE,
        )
    if config.flow.models:
        out.print(models, highlight=False, markup=False)


def _rows(config: AgentConfig, environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    flow, guard, stores = config.flow, config.flow.guard, config.stores
    yield "tenant", config.tenant
    yield "voice", f"{config.settings.voice} ({config.language})"
    yield "time zone", config.time_zone
    yield "flow", f"{flow.name}, {len(flow.states)} states, fingerprint {flow.fingerprint[:12]}"
    yield "outcomes", ", ".join(flow.outcomes())
    yield "goals", ", ".join(config.goals)
    yield "variables", ", ".join(f"{name}={value}" for name, value in config.variables.items())
    yield "hands over to", ", ".join(f"{name}: {to}" for name, to in config.handoff.items())
    yield "state", _store(stores.state, stores.state_env, environment)
    yield "journal", _store(stores.journal, stores.journal_env, environment)
    if config.knowledge is not None:
        choice = config.knowledge
        where = _store(choice.index, choice.index_env, environment)
        model = f", {choice.embedder.model}" if choice.embedder else ""
        index = where if where == EMBEDDED else f"{where}, collection {choice.collection}"
        yield "documents", f"{choice.folder.name}, index {index}{model}"
    yield "guard: looks for", ", ".join(guard.on)
    yield "guard: never says", ", ".join(claim.name for claim in guard.never_say)
    yield "guard: heard first", ", ".join(line.name for line in guard.must_hear)
    yield "guard: logs without", ", ".join(guard.names)


def _store(url: str, variable: str, environment: Mapping[str, str]) -> str:
    """An address without the password that may be in it."""
    if variable:
        return f"from {_secrets((variable,), environment)}"
    scheme, separator, rest = url.partition("://")
    return f"{scheme}{separator}{rest.rpartition('@')[2]}"


def _where(tool: ToolChoice, environment: Mapping[str, str]) -> str:
    """Where a tool is reached, where that is no secret."""
    choice = tool.choice
    if isinstance(choice, WebhookChoice):
        return choice.url
    if isinstance(choice, SlackChoice) and choice.webhook_url_env:
        return ""
    variable = getattr(choice, "base_url_env", "")
    if variable and environment.get(variable):
        return f"address from {variable}"
    return str(getattr(choice, "base_url", ""))


def _secrets(variables: Sequence[str], environment: Mapping[str, str]) -> str:
    return ", ".join(f"{name}: {'yes' if environment.get(name) else 'no'}" for name in variables)
