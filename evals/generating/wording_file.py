"""A wording's file: YAML in, a `Wording` out, or one error that lists every mistake with its line.

`docs/generating.md` describes it. The file that comes with a flow stands beside this one, under the flow's name.
"""

from __future__ import annotations

from pathlib import Path

from agent.cognitive.flow import Flow
from evals.ear.text_grammar import alternatives
from evals.errors import BadInput
from evals.generating.wording import FIRST_NAME, PRONOUNS, AnswerText, Wording
from evals.scenario.fields import Fields, as_text, did_you_mean
from evals.scenario.yaml_lines import BROKEN, Mistakes, Node, read_yaml

SCHEMA = 1
MAX_BYTES = 1024 * 1024
BUILT_IN = Path(__file__).with_name("wordings")
KEYS = ("schema", "flow", "rules", "names", "answers")
ANSWER_KEYS = ("says", "short")


def load_wording(path: Path, flow: Flow) -> Wording:
    """The wording in the file at `path`, checked against the flow that it is for.

    Raises:
        BadInput: it cannot be used; lists every mistake.
    """
    mistakes = Mistakes()
    root = read_yaml(_read(path), mistakes)
    wording = None
    if root.value is not BROKEN:
        wording = _wording(Fields(root, "", KEYS, mistakes), flow)
    if mistakes.found or wording is None:
        raise BadInput(str(path), mistakes.sentences())
    return wording


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise BadInput(str(path), [f"larger than {MAX_BYTES // 1024} KiB"])
        return data.decode("utf-8-sig")
    except OSError as error:
        raise BadInput(str(path), [f"cannot be read: {error.strerror or error}"]) from error
    except UnicodeDecodeError as error:
        raise BadInput(str(path), ["not UTF-8"]) from error


def _wording(fields: Fields, flow: Flow) -> Wording | None:
    fields.require("schema", "flow", "answers")
    if fields.integer("schema", 1, SCHEMA) is None and "schema" not in fields:
        return None
    if fields.text("flow") not in ("", flow.name):
        fields.wrong(fields.line_of("flow"), f"is for another flow than `{flow.name}`")
    values = values_of(flow)
    rules = {
        name: _rule(node, f"rule `{name}`", fields) for name, node in fields.mapping("rules", None).items()
    }
    for name in sorted({*rules} & {*values, FIRST_NAME, *PRONOUNS["she"]}):
        fields.wrong(fields.line_of("rules"), f"rule `{name}` has the name of a value")
    answers = _answers(fields, flow)
    names = fields.mapping("names", tuple(PRONOUNS))
    people = {
        kind: tuple(alternatives(_rule(node, f"names of `{kind}`", names))) for kind, node in names.items()
    }
    if fields.mistakes.found:
        return None
    try:
        return Wording(flow.name, rules=rules, answers=answers, values=values, names=people)
    except ValueError as error:
        fields.wrong(fields.line, str(error))
    return None


def values_of(flow: Flow) -> tuple[str, ...]:
    """What a template may tell of: every variable that the flow takes from an answer."""
    captured = [capture.variable for state in flow.states.values() for capture in state.capture]
    return tuple(dict.fromkeys(captured))


def _answers(fields: Fields, flow: Flow) -> dict[str, AnswerText]:
    found: dict[str, AnswerText] = {}
    aliases: dict[str, tuple[str, int]] = {}
    inner = fields.mapping("answers", None)
    for key, node in inner.items():
        _check_key(key, node.line, flow, inner)
        if isinstance(node.value, str):
            aliases[key] = (node.value.strip(), node.line)
            continue
        answer = Fields(node, f"answer `{key}`", ANSWER_KEYS, fields.mistakes)
        answer.require("says")
        texts = {name: _rule(part, f"`{name}`", answer) for name, part in answer.items()}
        found[key] = AnswerText(says=texts.get("says", ""), short=texts.get("short", ""))
    for key, (other, line) in aliases.items():
        if other in found:
            found[key] = found[other]
        else:
            inner.wrong(line, f"`{key}` is to be as `{other}`, which is no answer here")
    return found


def _check_key(key: str, line: int, flow: Flow, fields: Fields) -> None:
    state, dot, branch = key.rpartition(".")
    every = {name for known in flow.states.values() for name in flow.branches(known)}
    if dot and state not in flow.states:
        fields.wrong(line, f"the flow has no state `{state[:40]}`{did_you_mean(state, flow.states)}")
    elif branch not in (flow.branches(flow.states[state]) if dot else every):
        fields.wrong(line, f"there is no branch `{branch[:40]}`{did_you_mean(branch, every)}")


def _rule(node: Node, what: str, fields: Fields) -> str:
    """A rule's text, its lines kept; braces are looked at, so that a mistake has its line."""
    if not isinstance(node.value, str):
        as_text(node, what, fields)
        return ""
    if not node.value.strip():
        fields.wrong(node.line, f"{what} is empty")
        return ""
    if node.value.count("{") != node.value.count("}"):
        fields.wrong(node.line, f"{what} has braces that do not match")
        return ""
    return node.value
