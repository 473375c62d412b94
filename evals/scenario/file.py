"""A suite file becomes a frozen `Suite`, or one error that lists every mistake in it with its line.

The format is described key by key in `docs/scenarios.md`. Reading goes on after a mistake: what cannot be used is
left out of a suite that is then never returned, so nothing is played while anything is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from agent.errors import BadFlow
from agent.turn import Json
from evals.errors import BadInput
from evals.scenario.caller_file import read_caller
from evals.scenario.expect_file import read_expectation
from evals.scenario.fields import NAME, Fields, did_you_mean, to_json, unknown
from evals.scenario.flow_names import FlowNames, built_in_flows, flow_names, flow_path
from evals.scenario.json_lines import MAX_JSON_BYTES, read_json_lines
from evals.scenario.lines import CLEAN, read_line, read_lines
from evals.scenario.model import Line, Scenario, Suite, WhenDiverged
from evals.scenario.wall_clock import read_now, read_time_zone
from evals.scenario.yaml_lines import BROKEN, Mistakes, Node, read_yaml

SCHEMA = 1
MAX_BYTES = 1024 * 1024
JSON_LINES_SUFFIX = ".jsonl"
DEFAULT_VOICE = "en-gb"

SUITE_KEYS = (
    "schema",
    "suite",
    "origin",
    "flow",
    "now",
    "time_zone",
    "variables",
    "defaults",
    "matrix",
    "lines",
    "scenarios",
)
DEFAULTS_KEYS = ("voice", "line", "repeat", "reply_end_ms", "max_duration_s", "when_diverged")
MATRIX_KEYS = ("voice", "line")
SCENARIO_KEYS = (
    "id",
    "title",
    "tags",
    "now",
    "time_zone",
    "variables",
    "voice",
    "line",
    "reply_end_ms",
    "max_duration_s",
    "when_diverged",
    "caller",
    "world",
    "expect",
)

CheckWorld = Callable[[Mapping[str, Json]], list[str]]
"""Says what is wrong with a scenario's `world`, one sentence for each mistake."""


def load_suite(path: Path, *, check_world: CheckWorld | None = None) -> Suite:
    """The suite in the file at `path`.

    Args:
        path: a YAML file, or one of JSON lines when its name ends in `.jsonl` (`evals.scenario.json_lines`).
        check_world: checks each scenario's `world`; without it any mapping will do.

    Raises:
        BadInput: it cannot be used; lists every mistake with its line.
    """
    mistakes = Mistakes()
    if path.suffix == JSON_LINES_SUFFIX:
        root = read_json_lines(_read(path, MAX_JSON_BYTES), mistakes)
    else:
        root = read_yaml(_read(path, MAX_BYTES), mistakes)
    suite = None
    if root.value is not BROKEN:
        suite = _Reader(Fields(root, "", SUITE_KEYS, mistakes), path.parent, check_world).suite()
    if mistakes.found or suite is None:
        raise BadInput(str(path), mistakes.sentences())
    return suite


def _read(path: Path, most: int) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(most + 1)
    except OSError as error:
        raise BadInput(str(path), [f"cannot be read: {error.strerror or error}"]) from error
    if len(data) > most:
        raise BadInput(str(path), [f"larger than {most // 1024} KiB; split the suite"])
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BadInput(str(path), [f"line {line}: not UTF-8"]) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class _Defaults:
    """What a scenario takes from its suite where it says nothing itself."""

    now: str
    time_zone: str
    variables: Mapping[str, str]
    reply_end_ms: int
    max_duration_s: int
    when_diverged: WhenDiverged


class _Reader:
    """Reads one suite's tree."""

    def __init__(self, fields: Fields, folder: Path, check_world: CheckWorld | None) -> None:
        self._fields = fields
        self._folder = folder
        self._check_world = check_world
        self._known_lines = read_lines(fields.mapping("lines", None))
        self._flow = fields.text("flow")
        self._names = self._flow_names()

    def suite(self) -> Suite:
        fields = self._fields
        fields.require("schema", "suite", "flow", "scenarios")
        fields.text("origin")  # for people
        schema = fields.node("schema")
        if (
            schema is not None
            and schema.value is not BROKEN
            and (schema.value is True or schema.value != SCHEMA)
        ):
            fields.wrong(schema.line, f"`schema` must be {SCHEMA}, the only one this version reads")
        defaults = fields.mapping("defaults", DEFAULTS_KEYS)
        return Suite(
            name=fields.name("suite"),
            folder=str(self._folder),
            scenarios=self._scenarios(defaults),
            voices=self._voices(defaults),
            lines=self._lines(defaults),
            repeat=defaults.integer("repeat", 1, 1000) or 1,
        )

    def _flow_names(self) -> FlowNames | None:
        if not self._flow:
            return None
        path = flow_path(self._flow, self._folder)
        line = self._fields.line_of("flow")
        try:
            return flow_names(path)
        except BadFlow as error:
            hint = did_you_mean(self._flow, built_in_flows()) if not path.exists() else ""
            for mistake in error.mistakes:
                self._fields.wrong(line, f"the flow `{self._flow}`: {mistake}{hint}")
        return None

    def _voices(self, defaults: Fields) -> tuple[str, ...]:
        default = _voice(defaults) or DEFAULT_VOICE
        matrix = self._fields.mapping("matrix", MATRIX_KEYS)
        voices = matrix.texts("voice")
        for voice in voices:
            if not NAME.fullmatch(voice):
                matrix.wrong(matrix.line_of("voice"), f'"{voice[:40]}" is no name of a voice')
        _refuse_twice(matrix, "voice", voices)
        return voices or (default,)

    def _lines(self, defaults: Fields) -> tuple[Line, ...]:
        default = read_line(defaults.node("line"), "`line`", self._known_lines, defaults) or CLEAN
        matrix = self._fields.mapping("matrix", MATRIX_KEYS)
        found = [
            read_line(node, "a line of the matrix", self._known_lines, matrix)
            for node in matrix.sequence("line")
        ]
        lines = tuple(line for line in found if line is not None)
        _refuse_twice(matrix, "line", [line.name for line in lines])
        return lines or (default,)

    def _scenarios(self, defaults: Fields) -> tuple[Scenario, ...]:
        shared = self._shared(defaults)
        nodes = self._fields.sequence("scenarios")
        listed = self._fields.node("scenarios")
        if listed is not None and listed.value == []:
            self._fields.wrong(listed.line, "`scenarios` is empty")
        scenarios: list[Scenario] = []
        first_lines: dict[str, int] = {}
        for number, node in enumerate(nodes, start=1):
            scenario = self._scenario(node, number, shared)
            if scenario.id in first_lines:
                text = (
                    f"scenario `{scenario.id}`: this id was given before, on line {first_lines[scenario.id]}"
                )
                self._fields.wrong(node.line, text)
            elif scenario.id:
                first_lines[scenario.id] = node.line
            scenarios.append(scenario)
        return tuple(scenarios)

    def _shared(self, defaults: Fields) -> _Defaults:
        fields = self._fields
        zone = read_time_zone(fields)
        return _Defaults(
            now=read_now(fields, zone),
            time_zone=zone,
            variables=fields.text_mapping("variables"),
            reply_end_ms=_reply_end(defaults, 600),
            max_duration_s=_max_duration(defaults, 240),
            when_diverged=_when_diverged(defaults, WhenDiverged.CONTINUE),
        )

    def _scenario(self, node: Node, number: int, shared: _Defaults) -> Scenario:
        fields = Fields(node, _place(node, number), SCENARIO_KEYS, self._fields.mistakes)
        fields.require("id", "caller")
        for key in ("now", "time_zone"):
            if fields.usable and key not in fields and key not in self._fields:
                self._fields.wrong(self._fields.line, f"`{key}` is missing: give it here or in each scenario")
        identity = fields.name("id")
        zone = read_time_zone(fields) or shared.time_zone
        own_clock = "now" in fields or "time_zone" in fields
        voice = _voice(fields)
        return Scenario(
            id=identity,
            title=fields.text("title") or identity.replace("_", " "),
            flow=self._flow,
            now_iso=read_now(fields, zone, shared.now) if own_clock else shared.now,
            time_zone=zone,
            caller=read_caller(fields, self._folder),
            expect=read_expectation(fields, self._names),
            tags=fields.texts("tags"),
            variables={**shared.variables, **fields.text_mapping("variables")},
            world=self._world(fields),
            reply_end_ms=_reply_end(fields, shared.reply_end_ms),
            max_duration_s=_max_duration(fields, shared.max_duration_s),
            when_diverged=_when_diverged(fields, shared.when_diverged),
            voice=voice or None,
            line=read_line(fields.node("line"), "`line`", self._known_lines, fields),
        )

    def _world(self, fields: Fields) -> dict[str, Json]:
        world = {}
        inner = fields.mapping("world", None)
        for name, node in inner.items():
            world[name] = to_json(node)
            if self._check_world is not None and node.value is not BROKEN:
                for mistake in self._check_world({name: world[name]}):
                    fields.wrong(node.line, mistake)
        return world


def _place(node: Node, number: int) -> str:
    """How messages call a scenario: by its id, or by its number when it has none."""
    identity = node.value.get("id") if isinstance(node.value, dict) else None
    named = identity is not None and isinstance(identity.value, str) and NAME.fullmatch(identity.value)
    return f"scenario `{identity.value}`" if identity is not None and named else f"scenario {number}"


def _voice(fields: Fields) -> str:
    return fields.name("voice")


def _reply_end(fields: Fields, default: int) -> int:
    return fields.integer("reply_end_ms", 100, 5_000) or default


def _max_duration(fields: Fields, default: int) -> int:
    return fields.integer("max_duration_s", 5, 3_600) or default


def _when_diverged(fields: Fields, default: WhenDiverged) -> WhenDiverged:
    name = fields.text("when_diverged", default)
    if name not in set(WhenDiverged):
        fields.wrong(fields.line_of("when_diverged"), unknown("policy", name, list(WhenDiverged)))
        return default
    return WhenDiverged(name)


def _refuse_twice(matrix: Fields, key: str, names: list[str] | tuple[str, ...]) -> None:
    for name in dict.fromkeys(names):
        if list(names).count(name) > 1:
            matrix.wrong(matrix.line_of(key), f"`{name}` stands twice under `{key}`")
