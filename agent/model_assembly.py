"""A flow's language models made real: settings to adapters, keys from the environment.

A key goes to the address that it is named after and to no other, whatever a flow file says: the vendor's own variable
(`OPENAI_API_KEY`, `ANTHROPIC_API_KEY`) to the vendor's own service, and `MILLIWATT_KEY_<HOST>` to a server of one's
own, the host written as `key_variable` says.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import cast
from urllib.parse import urlsplit

from agent.cognitive.flow import Flow
from agent.cognitive.model_dispatch import ModelDispatcher, RoutedDispatcher
from agent.cognitive.models.settings import ModelSettings, Vendor
from agent.cognitive.ports import Dispatcher, LanguageModel
from agent.errors import BadSettings

_OWN_KEYS = {Vendor.OPENAI: "OPENAI_API_KEY", Vendor.ANTHROPIC: "ANTHROPIC_API_KEY"}
_ADAPTERS = {Vendor.OPENAI: "OpenAIModel", Vendor.ANTHROPIC: "AnthropicModel"}


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowModels:
    """The models of one flow, by the flow's names; `close` them when no call needs them any more."""

    models: Mapping[str, LanguageModel]
    settings: Mapping[str, ModelSettings]

    def dispatcher(self, embedded: Dispatcher) -> Dispatcher:
        """The embedded dispatcher with the flow's models behind it, to be asked by the flow's rules."""
        asking = {
            name: ModelDispatcher(model, self.settings[name], embedded) for name, model in self.models.items()
        }
        return RoutedDispatcher(embedded, asking)

    def for_replies(self) -> Mapping[str, tuple[LanguageModel, ModelSettings]]:
        """What `generated_reply.generate` takes."""
        return {name: (model, self.settings[name]) for name, model in self.models.items()}

    async def close(self) -> None:
        """Gives all connections back."""
        for model in self.models.values():
            await model.close()


def make_models(flow: Flow, environment: Mapping[str, str] | None = None) -> FlowModels:
    """The models that the flow names; none are made, and no SDK is loaded, for a flow without.

    Args:
        flow: with its `models`.
        environment: where keys are; the process's own when left out.

    Raises:
        BadSettings: a key or an extra is missing; every such mistake is named.
    """
    environment = os.environ if environment is None else environment
    mistakes: list[str] = []
    made: dict[str, LanguageModel] = {}
    for name, settings in flow.models.items():
        variable = key_variable(settings)
        key = environment.get(variable, "")
        if not key and not settings.base_url:
            mistakes.append(f"models.{name}: no key for {settings.vendor}; set {variable}")
            continue
        try:
            module = import_module(f"agent.cognitive.models.{settings.vendor}")
        except ImportError as error:
            extra = f"pip install 'milliwatt[{settings.vendor}]'"
            mistakes.append(f"models.{name}: {error.name or settings.vendor} is not installed; {extra}")
            continue
        made[name] = cast(LanguageModel, getattr(module, _ADAPTERS[settings.vendor])(settings, key))
    if mistakes:
        raise BadSettings("\n".join(f"flow {flow.name}, {mistake}" for mistake in mistakes))
    return FlowModels(models=made, settings=dict(flow.models))


def key_variable(settings: ModelSettings) -> str:
    """The environment variable that holds the key for the model's address.

    For a server of one's own, host and port in capitals with `.` as `_`, `-` as `__` and `:` as `___`, so that no two
    addresses share a variable: `gpu-1.example.com:8000` is `MILLIWATT_KEY_GPU__1_EXAMPLE_COM___8000`.
    """
    if not settings.base_url:
        return _OWN_KEYS[settings.vendor]
    where = urlsplit(settings.base_url).netloc.upper()
    written = where.replace("-", "__").replace(":", "___").replace(".", "_")
    return f"MILLIWATT_KEY_{written}"
