"""Everything that goes wrong in the agent, as one tree.

AgentError
├── ProviderError            a speech, voice, model or tool provider did not do its work
│   ├── ProviderTimeout      it did not answer in time
│   ├── ProviderRefused      it answered no (bad key, bad request, unknown voice)
│   └── StoreUnavailable     a state store or journal cannot be reached, or did not answer in time
├── StateConflict            somebody else has written what was about to be written
├── UnknownFlow              a turn for a flow that is not answered here
├── LineDropped              the transport ended while the agent was still using it
├── BadAgentFile             an agent file that cannot be trusted with a call; lists every mistake
├── BadFlow                  a flow file that cannot be trusted with a call; lists every mistake
├── BadKnowledge             documents that cannot be trusted with a question; lists every mistake
├── BadClassifier            a file of a fitted classifier that cannot be trusted; lists every mistake
├── BadSettings              settings that cannot make an agent
├── LostCall                 a turn of a call that nothing is known of any more
├── BadTurn                  JSON that is no turn or no answer to one; lists every mistake
└── BadAudio                 a file or frame that is not what it says it is
"""

from __future__ import annotations

from collections.abc import Sequence


class AgentError(Exception):
    """The root: anything the agent raises on purpose."""


class ProviderError(AgentError):
    """A provider of speech, voice, language or a tool did not do its work."""


class ProviderTimeout(ProviderError):
    """A provider did not answer before its deadline."""


class ProviderRefused(ProviderError):
    """A provider answered that it will not do this."""


class StoreUnavailable(ProviderError):
    """A state store or a journal cannot be reached, or did not answer before its deadline."""


class StateConflict(AgentError):
    """Somebody else has written meanwhile what was about to be written: read again, and go on from there."""


class UnknownFlow(AgentError):
    """A turn came for a flow that is not answered here."""


class LineDropped(AgentError):
    """The transport ended while the agent was still using it."""


class BadSettings(AgentError):
    """The settings name something that does not exist or contradict each other."""


class BadAudio(AgentError):
    """Audio that is not what its header, name or type says it is."""


class LostCall(AgentError):
    """A turn of a call whose earlier turns are not kept here, so that it cannot be understood."""


class BadFlow(AgentError):
    """A flow that must not answer a call; `mistakes` names every one found, one line each."""

    def __init__(self, where: str, mistakes: Sequence[str]) -> None:
        self.where = where
        self.mistakes = tuple(mistakes)
        lines = "\n".join(f"  - {mistake}" for mistake in self.mistakes)
        super().__init__(f"{where}: {len(self.mistakes)} mistake(s) in this flow:\n{lines}")


class BadKnowledge(AgentError):
    """Documents that must not answer a caller; `mistakes` names every one found, one line each."""

    def __init__(self, where: str, mistakes: Sequence[str]) -> None:
        self.where = where
        self.mistakes = tuple(mistakes)
        lines = "\n".join(f"  - {mistake}" for mistake in self.mistakes)
        super().__init__(f"{where}: {len(self.mistakes)} mistake(s) in this knowledge:\n{lines}")


class BadClassifier(AgentError):
    """A file that holds no classifier, or a damaged one; `mistakes` names every one found."""

    def __init__(self, where: str, mistakes: Sequence[str]) -> None:
        self.where = where
        self.mistakes = tuple(mistakes)
        super().__init__(f"{where}: not a fitted classifier: {'; '.join(self.mistakes)}")


class BadTurn(AgentError):
    """JSON that does not hold what it should of a turn; `mistakes` names every one found, as (where, what)."""

    def __init__(self, mistakes: Sequence[tuple[str, str]]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("; ".join(f"{where}: {what}" if where else what for where, what in self.mistakes))


class BadAgentFile(AgentError):
    """An agent file that must not answer calls; `mistakes` names every one found, one line each."""

    def __init__(self, where: str, mistakes: Sequence[str]) -> None:
        self.where = where
        self.mistakes = tuple(mistakes)
        lines = "\n".join(f"  - {mistake}" for mistake in self.mistakes)
        super().__init__(f"{where}: {len(self.mistakes)} mistake(s) in this agent file:\n{lines}")
