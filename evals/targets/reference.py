"""The reference agent as a target: built from its settings, with the scenario's world behind its tools.

Its providers are made once per process. What they compute is kept by content, and they take a latency profile's time
in virtual time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from agent.agent_assembly import call_turns
from agent.agent_config import AgentConfig
from agent.agent_knowledge import flow_with_documents
from agent.agent_turns import whole_turns
from agent.assembly import Providers, make_call, make_dialogue, make_providers
from agent.audio.ports import SpeechToText, TextToSpeech
from agent.cache import ContentCache
from agent.clock import Clock
from agent.cognitive.flow import Flow
from agent.cognitive.flow_file import load_flow
from agent.errors import BadSettings
from agent.events import CallEvent
from agent.flow_documents import FlowDocuments, documents_of
from agent.settings import AgentSettings
from agent.store_assembly import MEMORY
from agent.turn import Json, RunTurn, StreamTurn
from evals.record import ToolCall
from evals.scenario.flow_names import flow_path
from evals.scenario.model import Case
from evals.sim.agent_under_test import AgentUnderTest, TextAgent
from evals.sim.cached import CachedSpeechToText, CachedVoiceDetector, Listened
from evals.sim.latency import (
    DelayedSpeechToText,
    DelayedTextToSpeech,
    Delays,
    LatencyProfile,
    delayed_turns,
)
from evals.sim.remote_flow import RemoteCalls
from evals.sim.virtual_time import run_inline, run_virtual
from evals.sim.world import World
from evals.version import HARNESS_VERSION


class ReferenceTarget:
    """The agent of this repository.

    Args:
        settings: what it is made of.
        profile: how long its providers take in virtual time.
        cache: where speech, detection and recognition are kept.
        flow: a flow (name or path) to use instead of every scenario's own; None for theirs.
        agent: an agent file's: its flow, documents, variables and targets; the world answers its tools all the same.
    """

    name = "reference"

    def __init__(
        self,
        settings: AgentSettings,
        *,
        profile: LatencyProfile,
        cache: ContentCache,
        flow: str | None = None,
        agent: AgentConfig | None = None,
    ) -> None:
        self._settings = settings
        self._profile = profile
        self._cache = cache
        self._flow = flow
        self._agent = agent
        self._tenant = agent.tenant if agent is not None else ""
        self._flows: dict[Path, _LoadedFlow] = {}
        self._providers: dict[Path, Providers] = {}
        self._remote: RemoteCalls | None = None
        described = asdict(settings)
        del described["flow"]
        for half in ("state", "journal"):
            # A simulated call's memory is its own, and a URL may hold a password, which no record is to keep.
            if described.pop(half) != MEMORY:
                raise BadSettings(f"agent.{half}: simulated calls keep theirs in memory; leave it out")
        if not settings.flow_url:
            del described["flow_url"]  # so that records from before there was one keep their hash
        self._described: Mapping[str, Json] = {
            "name": self.name,
            "version": HARNESS_VERSION,
            "settings": described,
            "latency": profile.describe(),
        }
        if agent is not None:
            self._described = {**self._described, "agent": agent.name, "agent_sha256": agent.sha256}

    def describe(self, case: Case) -> Mapping[str, Json]:
        """Its version, settings, latency profile and the hash of its flow."""
        loaded = self._loaded(case)
        described = {**self._described, "flow": loaded.flow.name, "flow_sha256": loaded.sha256}
        if loaded.documents.fingerprint:
            described["documents_sha256"] = loaded.documents.fingerprint
        return described

    def warm_up(self, case: Case) -> None:
        """Loads what serves many calls, so that it is not counted to the first."""
        providers = self._providers_for(case)
        run_virtual(_open_and_close(providers.ears.stt))
        self.text_agent(case)  # which fits the dispatcher of its flow

    def voices(self, case: Case) -> TextToSpeech:
        """The agent's own voice provider, for callers to speak with."""
        return self._providers_for(case).tts

    def text_agent(self, case: Case) -> TextAgent:
        """Its cognitive layer for one call."""
        loaded = self._loaded(case)
        flow = loaded.flow
        if self._settings.flow_url:
            remote = self._remote_calls().call()
            return TextAgent(run_turn=remote.run_turn, flow_id=flow.name, tools=remote.tools)
        world = loaded.world(case)
        dialogue = make_dialogue(flow, world.tools())
        run_turn: RunTurn = dialogue.run_turn
        if self._agent is not None:
            run_turn = whole_turns(call_turns(self._agent, dialogue.stream_turn))
        return TextAgent(run_turn=run_turn, flow_id=flow.name, tools=world.calls)

    def audio_agent(self, case: Case, clock: Clock) -> AgentUnderTest:
        """All of it for one call."""
        loaded, providers = self._loaded(case), self._providers_for(case)
        flow = loaded.flow
        delays = Delays(self._profile, seed=case.seed, scenario=case.scenario.id, repeat=case.repeat)
        stream_turn, tools = self._audio_dialogue(case, loaded, clock)
        events: list[CallEvent] = []
        listened = Listened(self._cache, f"{case.id} {case.seed}")
        stt = CachedSpeechToText(providers.ears.stt, listened, providers.ears.identity)
        call = make_call(
            self._settings,
            flow,
            stt=DelayedSpeechToText(stt, delays, clock),
            tts=DelayedTextToSpeech(providers.tts, delays, clock),
            detector=CachedVoiceDetector(lambda: providers.detector, listened, providers.detector_identity),
            stream_turn=delayed_turns(stream_turn, delays, clock),
            call_sid=case.id,
            variables=case.scenario.variables,
            clock=clock,
            on_event=events.append,
        )
        return AgentUnderTest(answer=call.answer, events=events, tools=tools, done=listened.save)

    def close(self) -> None:
        """Ends what runs beside this process."""
        for providers in self._providers.values():
            providers.close()
        self._providers.clear()
        if self._remote is not None:
            self._remote.close()
            self._remote = None

    def _audio_dialogue(
        self, case: Case, loaded: _LoadedFlow, clock: Clock
    ) -> tuple[StreamTurn, Sequence[ToolCall]]:
        """What answers the call's turns, and the tool calls it makes of them."""
        if self._settings.flow_url:
            remote = self._remote_calls().call(clock)
            return remote.stream_turn, remote.tools
        world = loaded.world(case, clock)
        stream_turn: StreamTurn = make_dialogue(loaded.flow, world.tools()).stream_turn
        if self._agent is not None:
            stream_turn = call_turns(self._agent, stream_turn)
        return stream_turn, world.calls

    def _remote_calls(self) -> RemoteCalls:
        if self._remote is None:
            self._remote = RemoteCalls(self._settings.flow_url)
        return self._remote

    def _path(self, case: Case) -> Path:
        if self._agent is not None:
            return self._agent.flow_path
        if self._flow is not None:
            return flow_path(self._flow, Path())
        return flow_path(case.scenario.flow, Path(case.folder))

    def _loaded(self, case: Case) -> _LoadedFlow:
        path = self._path(case)
        if path not in self._flows:
            flow = load_flow(path) if self._agent is None else flow_with_documents(self._agent)
            documents = documents_of(flow, path, tenant=self._tenant, cache=self._cache)
            self._flows[path] = _LoadedFlow(flow, hashlib.sha256(path.read_bytes()).hexdigest(), documents)
        return self._flows[path]

    def _providers_for(self, case: Case) -> Providers:
        path = self._path(case)
        if path not in self._providers:
            self._providers[path] = make_providers(
                self._settings, self._loaded(case).flow, cache=self._cache, run_blocking=run_inline
            )
        return self._providers[path]


async def _open_and_close(stt: SpeechToText) -> None:
    await (await stt.open()).close()


@dataclass(frozen=True, slots=True)
class _LoadedFlow:
    flow: Flow
    sha256: str
    documents: FlowDocuments

    def world(self, case: Case, clock: Clock | None = None) -> World:
        """The case's world: fakes for all tools but the flow's documents, which are the agent's own."""
        scenario = case.scenario
        return World(
            scenario.world,
            scenario.now_iso,
            scenario.time_zone,
            clock,
            takes_time=clock is None,
            own=self.documents.tools,
        )
