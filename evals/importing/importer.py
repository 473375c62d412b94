"""Files of transcripts in, suite files out: everything is read and checked before anything is written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from agent.errors import BadFlow
from evals.errors import BadInput
from evals.importing.columns import Columns
from evals.importing.conversation import Conversation, cleaned
from evals.importing.csv_rows import read_csv
from evals.importing.detection import Format, detect
from evals.importing.json_lines import read_json_lines
from evals.importing.rasa import read_rasa
from evals.importing.script import Notes, script
from evals.importing.source import MAX_CONVERSATIONS, Progress, Source, read_source
from evals.importing.speakers import Names, Speakers
from evals.importing.suite_text import ScenarioText, SuiteHead, quoted, suites_of
from evals.importing.taskmaster import read_taskmaster
from evals.importing.turn_log import read_turn_log
from evals.scenario.fields import NAME, Fields
from evals.scenario.flow_names import flow_names, flow_path
from evals.scenario.model import WhenDiverged
from evals.scenario.wall_clock import read_now, read_time_zone
from evals.scenario.yaml_lines import Mistakes, Node
from evals.store.disk import make_folder, write_atomically
from evals.suite import GATES_FILE

DEFAULT_FLOW = "booking"
DEFAULT_NOW = "2026-05-18T09:00:00"  # a Monday; today would give other bytes tomorrow
DEFAULT_ZONE = "Europe/London"
MAX_ID = 80

_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_+-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRequest:
    """What `milliwatt corpus import` was asked for; what is empty is taken from the files or by default."""

    files: tuple[Path, ...]
    out: Path
    format: Format | None = None
    flow: str = ""
    suite: str = ""
    now: str = ""
    time_zone: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)
    when_diverged: WhenDiverged = WhenDiverged.CONTINUE
    columns: Columns = field(default_factory=Columns)
    names: Names = field(default_factory=Names)
    force: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadFile:
    """A file that was read: in which format, and how many conversations it held."""

    path: Path
    format: Format
    detected: bool
    conversations: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What came of an import."""

    files: tuple[ReadFile, ...]
    suites: tuple[tuple[Path, int], ...]
    head: SuiteHead
    notes: Notes


def import_transcripts(
    request: ImportRequest,
    *,
    progress: Progress = lambda size: None,
    found: Callable[[], None] = lambda: None,
) -> Imported:
    """Reads the files and writes the suite, or several when one would be too large to be read.

    Args:
        request: what to read, and where to write.
        progress: told of bytes read.
        found: called for each conversation.

    Raises:
        BadInput: a file or an option cannot be used; lists every mistake. Nothing has been written.
        StoreError: a suite cannot be written.
    """
    _check_target(request)
    sources = _read_all(request.files, progress)
    formats = _formats(sources, request)
    conversations: list[Conversation] = []
    counts: dict[Path, int] = {source.path: 0 for source in sources}
    for source, conversation in _conversations(sources, formats, request):
        conversations.append(conversation)
        counts[source.path] += 1
        found()
        if len(conversations) > MAX_CONVERSATIONS:
            source.mistakes.add(
                conversation.line, f"more than {MAX_CONVERSATIONS} conversations in one import"
            )
            break
    _raise_mistakes({source.path: source.mistakes.sentences() for source in sources})
    head = _head(request, conversations)
    notes = Notes()
    scenarios = list(_scenarios(conversations, head, request, notes))
    if notes.mistakes:
        raise BadInput("transcripts", notes.mistakes)
    suites = suites_of(head, scenarios)
    paths = [_part_path(request.out, number) for number in range(1, len(suites) + 1)]
    _check_free(paths, request)
    make_folder(request.out.parent)
    for path, suite in zip(paths, suites, strict=True):
        write_atomically(path, suite.text.encode())
    return Imported(
        files=tuple(
            ReadFile(
                path=source.path,
                format=formats[source.path],
                detected=request.format is None,
                conversations=counts[source.path],
            )
            for source in sources
        ),
        suites=tuple((path, suite.scenarios) for path, suite in zip(paths, suites, strict=True)),
        head=head,
        notes=notes,
    )


def _check_target(request: ImportRequest) -> None:
    mistakes = []
    if request.out.name == GATES_FILE:
        mistakes.append(f"a suite cannot be called {GATES_FILE}: `milliwatt run` reads gates from it")
    if request.out.suffix not in (".yaml", ".yml"):
        mistakes.append("a suite's name ends in .yaml")
    if request.out.is_dir():
        mistakes.append("is a folder")
    if request.suite and not NAME.fullmatch(request.suite):
        mistakes.append("--suite must be of letters, digits, _ and -")
    given = [path.resolve() for path in request.files]
    if request.out.resolve() in given:
        mistakes.append("is one of the files to be read")
    for path in sorted({path for path in request.files if given.count(path.resolve()) > 1}):
        mistakes.append(f"{path} is given twice")
    if mistakes:
        raise BadInput(str(request.out), mistakes)


def _check_free(paths: Sequence[Path], request: ImportRequest) -> None:
    taken = [path for path in paths if path.exists()]
    if taken and not request.force:
        raise BadInput("--out", [f"{path} is there already; --force writes it anew" for path in taken])


def _read_all(files: Sequence[Path], progress: Progress) -> list[Source]:
    sources: list[Source] = []
    broken: dict[Path, list[str]] = {}
    for path in files:
        try:
            sources.append(read_source(path, progress))
        except BadInput as error:
            broken[path] = list(error.mistakes)
    _raise_mistakes(broken)
    return sources


def _formats(sources: Sequence[Source], request: ImportRequest) -> dict[Path, Format]:
    formats = {}
    for source in sources:
        known = request.format or detect(source.text, request.columns)
        if known is None:
            names = ", ".join(Format)
            source.mistakes.add(1, f"cannot tell the format from the content; say --format ({names})")
        else:
            formats[source.path] = known
    _raise_mistakes({source.path: source.mistakes.sentences() for source in sources})
    return formats


def _conversations(
    sources: Sequence[Source], formats: Mapping[Path, Format], request: ImportRequest
) -> Iterator[tuple[Source, Conversation]]:
    """Every conversation with the file it stands in, in the order of the files; Rasa's are read together."""
    rasa = [source for source in sources if formats[source.path] is Format.RASA]
    by_name = {source.name: source for source in rasa}
    for source in sources:
        speakers = Speakers(request.names, source)
        match formats[source.path]:
            case Format.JSONL:
                read: Iterable[Conversation] = read_json_lines(source, request.columns, speakers)
            case Format.CSV:
                read = read_csv(source, request.columns, speakers)
            case Format.TASKMASTER:
                read = read_taskmaster(source, request.columns, speakers)
            case Format.TURNS:
                read = read_turn_log(source)
            case Format.RASA:
                if source is rasa[0]:
                    yield from ((by_name[story.file], story) for story in read_rasa(rasa))
                continue
        some = False
        for conversation in read:
            some = True
            yield source, conversation
        if not some and not source.mistakes.found:
            source.mistakes.add(1, "holds no conversation")


def _raise_mistakes(found: Mapping[Path, list[str]]) -> None:
    broken = {path: mistakes for path, mistakes in found.items() if mistakes}
    if len(broken) == 1:
        ((path, mistakes),) = broken.items()
        raise BadInput(str(path), mistakes)
    if broken:
        listed = [f"{path}: {mistake}" for path, mistakes in broken.items() for mistake in mistakes]
        raise BadInput(f"{len(broken)} files", listed)


def _head(request: ImportRequest, conversations: Sequence[Conversation]) -> SuiteHead:
    """What the scenarios share, with options and flow checked."""
    mistakes = Mistakes()
    told = {
        "now": request.now or DEFAULT_NOW,
        "time_zone": request.time_zone or DEFAULT_ZONE,
    }
    fields = Fields(Node(0, {key: Node(0, value) for key, value in told.items()}), "", None, mistakes)
    zone = read_time_zone(fields)
    now = read_now(fields, zone)
    wrong = [text for _, text in mistakes.found]
    for name, value in request.variables.items():
        if not cleaned(name).text or not cleaned(value).text:
            wrong.append(f"--variable {name}={value}: needs a name and a value")
    flows = sorted({conversation.flow for conversation in conversations if conversation.flow})
    flow = request.flow or (flows[0] if flows else DEFAULT_FLOW)
    if not request.flow and len(flows) > 1:
        wrong.append(f"the calls come from several flows ({', '.join(flows)}); say --flow")
    else:
        try:
            flow_names(flow_path(flow, request.out.parent))
        except BadFlow as error:
            wrong += [f"the flow `{flow}`: {mistake}" for mistake in error.mistakes]
    if wrong:
        raise BadInput("options", wrong)
    names = ", ".join(quoted(cleaned(path.name).text) for path in request.files)
    return SuiteHead(
        name=request.suite or name_of(request.out.stem, "transcripts"),
        flow=flow,
        now=now,
        time_zone=zone,
        comment=f"Written by `milliwatt corpus import` from {names}; docs/transcripts.md says how it plays.",
        variables=request.variables,
        when_diverged=request.when_diverged,
    )


def name_of(text: str, otherwise: str) -> str:
    """A text as a name that may stand in a case's id."""
    name = _NOT_IN_NAMES.sub("_", text).strip("_+-")[:MAX_ID]
    return name if NAME.fullmatch(name) else otherwise


def _scenarios(
    conversations: Sequence[Conversation], head: SuiteHead, request: ImportRequest, notes: Notes
) -> Iterator[ScenarioText]:
    taken: set[str] = set()
    for conversation in conversations:
        identity = _unused(name_of(conversation.id, "conversation"), taken)
        called = cleaned(conversation.id)
        clock = _clock(
            replace(conversation, now_iso=request.now or conversation.now_iso), head, request, notes
        )
        yield ScenarioText(
            id=identity,
            title=f"{called.text[:200] or identity} of {cleaned(conversation.file).text}",
            caller=script(conversation, notes),
            now=clock[0],
            time_zone=clock[1],
            variables={
                cleaned(name).text: cleaned(value).text
                for name, value in conversation.variables.items()
                if cleaned(value).text and request.variables.get(name) is None
            },
        )


def _clock(
    conversation: Conversation, head: SuiteHead, request: ImportRequest, notes: Notes
) -> tuple[str, str]:
    """The conversation's own clock and zone, empty where they are the suite's."""
    zone = request.time_zone or conversation.time_zone or head.time_zone
    now = conversation.now_iso or head.now
    if (now, zone) == (head.now, head.time_zone):
        return "", ""
    mistakes = Mistakes()
    nodes = {"now": Node(conversation.line, now), "time_zone": Node(conversation.line, zone)}
    fields = Fields(Node(conversation.line, nodes), conversation.file, None, mistakes)
    read_zone = read_time_zone(fields)
    read_clock = read_now(fields, read_zone)
    notes.mistakes += mistakes.sentences()
    return (
        read_clock if read_clock != head.now else "",
        read_zone if read_zone != head.time_zone else "",
    )


def _unused(name: str, taken: set[str]) -> str:
    """The name, with a number when it is taken: calls of two files may bear the same one."""
    found, number = name, 2
    while found in taken:
        found, number = f"{name}-{number}", number + 1
    taken.add(found)
    return found


def _part_path(out: Path, number: int) -> Path:
    return out if number == 1 else out.with_name(f"{out.stem}-{number}{out.suffix}")
