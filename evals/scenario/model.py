"""A scenario as values: what the caller does, in which world and on which line, and what must come of it.

These are what the rest of the harness sees; `scenario/file.py` makes them from YAML and has checked them.
A `Suite` holds scenarios; `scenario/expansion.py` makes `Case`s of them: one per combination of the matrix
and repeat, each of which is played as one call.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from agent.turn import Json
from evals.record import WHEN_SET


class StepKind(StrEnum):
    """What the caller does in a step.

    `SAYS` waits for the end of the agent's turn, then speaks. `INTERRUPTS` speaks while the agent speaks,
    `after_ms` after the first audible sample of its next reply. `PLAYS` is `SAYS` with a recorded clip (or
    `INTERRUPTS` with one, when `after_ms` is given). `SOUND` makes a sound that is not a turn; `KEYS` presses
    keys; `HANGS_UP` puts the phone down.
    """

    SAYS = "says"
    INTERRUPTS = "interrupts"
    PLAYS = "plays"
    SOUND = "sound"
    KEYS = "keys"
    HANGS_UP = "hangs_up"


class Sound(StrEnum):
    """Sounds a caller's line can make.

    `SILENCE` is a caller who lets one turn of theirs go by. `BACKCHANNEL` ("mm-hmm"), `COUGH` and `ASIDE` (words to
    somebody else in the room) come while the agent speaks and are not meant for it. `VOICEMAIL_GREETING` is a machine
    that answers, with its beep.
    """

    SILENCE = "silence"
    VOICEMAIL_GREETING = "voicemail_greeting"
    RINGBACK = "ringback"
    HOLD_MUSIC = "hold_music"
    BACKCHANNEL = "backchannel"
    COUGH = "cough"
    ASIDE = "aside"


class WhenDiverged(StrEnum):
    """What a caller does when the agent's reply is not the one that the next line answers (`replies_to`).

    `CONTINUE` says the line all the same; `STOP` hangs up; `SKIP` passes over lines until one answers the reply.
    """

    CONTINUE = "continue"
    STOP = "stop"
    SKIP = "skip"


class EntityKind(StrEnum):
    """Kinds of things said whose spellings are known to be one: `evals/metrics/entities` has a file for each."""

    PHONE = "phone"
    EMAIL = "email"
    POSTCODE = "postcode"
    DATE = "date"
    TIME = "time"
    MONEY = "money"
    NAME = "name"
    REFERENCE = "reference"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """Something said that must come through exactly.

    Attributes:
        name: what the scenario calls it.
        type: an `EntityKind`, or `text` for what is no such kind and is not measured.
        value: as it is written; money in `unit`.
        unit: `pence` or `cents` for money.
    """

    name: str
    type: str
    value: Json
    unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerStep:
    """One thing the caller does.

    Attributes:
        kind: what.
        text: words said (`SAYS`, `INTERRUPTS`, `PLAYS`, and those of a backchannel, aside or greeting). A pause within
            is written `[pause 800]` (milliseconds); it is never spoken and never part of the reference words.
        after_ms: for steps during the agent's speech, from the first audible sample of its next reply;
            for `HANGS_UP`, from the end of the agent's turn.
        hangs_up_after_ms: for spoken steps, the caller hangs up this long after their own first sample.
        clip: path of the recording for `PLAYS`, relative to the suite's folder; `clip_sha256` fixes its bytes.
        clip_speech_ms: where speech starts and ends in the recording, as its manifest says; empty when it does not.
        sound: for `SOUND`.
        keys: for `KEYS`, such as "3" or "1234#".
        entities: what in the text must come through exactly.
        replies_to: the agent's words that this answers, where the script comes from a transcript; empty when unknown.
        heard: what a recogniser is taken to make of `text` where no sound is made; empty for `text` itself. Sound
            is made of `text` whatever stands here.
        said: what the caller said where `text` is what was heard of it (`evals.scenario.heard`).
    """

    kind: StepKind
    text: str = ""
    after_ms: int | None = None
    hangs_up_after_ms: int | None = None
    clip: str = ""
    clip_sha256: str = ""
    clip_speech_ms: tuple[tuple[int, int], ...] = ()
    sound: Sound | None = None
    keys: str = ""
    entities: tuple[Entity, ...] = ()
    replies_to: str = field(default="", metadata=WHEN_SET)
    heard: str = field(default="", metadata=WHEN_SET)
    said: str = field(default="", metadata=WHEN_SET)

    @property
    def during_reply(self) -> bool:
        """Whether the caller does this while the agent speaks."""
        return self.kind is StepKind.INTERRUPTS or (
            self.after_ms is not None and self.kind in (StepKind.PLAYS, StepKind.SOUND)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """The condition of the telephone line.

    Attributes:
        noise: `none`, `white`, `office`, `street`, `car` or `babble`, at the caller's end.
        snr_db: active speech level (P.56) over noise RMS, both after the channel filter; None with no noise.
        level_dbov: active level of the caller's speech (ITU-T P.56); -26 is the usual test level.
        loss_ratio, loss_burst: share of 20 ms packets lost and mean burst in packets (Gilbert), caller to agent.
        delay_ms: one-way delay of the network, each way.
        jitter_ms: spread of that delay, caller to agent; order is kept.
    """

    name: str
    noise: str = "none"
    snr_db: float | None = None
    level_dbov: float = -26.0
    loss_ratio: float = 0.0
    loss_burst: float = 1.5
    delay_ms: int = 40
    jitter_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedTool:
    """A tool call that must have been made; `arguments` are compared for the keys given only."""

    name: str
    arguments: Mapping[str, Json] = field(default_factory=dict)
    times: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What must come of the call; what is left out is not checked.

    Attributes:
        states: the whole path of flow states; "..." stands for any states between.
        outcome: the outcome that the end state declares.
        tools: tool calls that must have been made (`times` 0: must not).
        says, never_says: texts that must, or must not, be heard at the caller's ear (case and punctuation aside).
        captured: variables that the agent must hold at the end, with their values.
        within: bounds by metric name, `response_latency_max_ms` and `yield_latency_max_ms`.
        handoff: whether the call must have been transferred, or where to; None is not checked.
    """

    states: tuple[str, ...] = ()
    outcome: str | None = None
    tools: tuple[ExpectedTool, ...] = ()
    says: tuple[str, ...] = ()
    never_says: tuple[str, ...] = ()
    captured: Mapping[str, str] = field(default_factory=dict)
    within: Mapping[str, float] = field(default_factory=dict)
    handoff: bool | str | None = field(default=None, metadata=WHEN_SET)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One call's script and what must come of it, whole: a suite's defaults are already in it.

    `voice` and `line` pin the scenario to one voice or line, whatever the suite's matrix says. `when_diverged` says
    what the caller does about replies that are not those of the transcript.
    """

    id: str
    title: str
    flow: str
    now_iso: str
    time_zone: str
    caller: tuple[CallerStep, ...]
    expect: Expectation
    tags: tuple[str, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    world: Mapping[str, Json] = field(default_factory=dict)
    reply_end_ms: int = 600
    max_duration_s: int = 240
    voice: str | None = None
    line: Line | None = None
    when_diverged: WhenDiverged = field(default=WhenDiverged.CONTINUE, metadata=WHEN_SET)


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """A suite file: its scenarios and the combinations each is played in.

    `folder` is where the file stands (clips are relative to it); it is never stored in a record.
    """

    name: str
    folder: str
    scenarios: tuple[Scenario, ...]
    voices: tuple[str, ...]
    lines: tuple[Line, ...]
    repeat: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One call to be played: a scenario on one voice and line, with its repeat's number and the run's seed."""

    suite: str
    folder: str
    scenario: Scenario
    voice: str
    line: Line
    repeat: int
    seed: int

    @property
    def id(self) -> str:
        """Names the case within a run: `booking/books_first_slot/en-gb/clean/0`."""
        return f"{self.suite}/{self.scenario.id}/{self.voice}/{self.line.name}/{self.repeat}"
