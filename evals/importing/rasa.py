"""Rasa stories and test stories in YAML: steps of a user with a text, or with an intent that has examples.

Stories, `nlu` examples and `responses` of a domain may stand in one file or in several; all files of an import are
read together. For an intent without a text, one of its examples is said: which one is fixed by the story's name and
the step's place, so that a story added elsewhere changes nothing here. An `action` whose response has a text gives
the words that the next line answers; any other action only ends the user's turn.

The YAML is read as suites are (`evals.scenario.yaml_lines`): no anchors, aliases, tags or second documents.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from evals.importing.conversation import Conversation, Speaker, Utterance
from evals.importing.source import Source, shown
from evals.scenario.fields import kind_of
from evals.scenario.yaml_lines import BROKEN, Node, read_yaml

MAX_YAML_BYTES = 4 * 1024 * 1024  # the YAML reader takes seconds for a mebibyte

_ENTITY = re.compile(r"\[([^\[\]]+)\](?:\([^()]*\)|\{[^{}]*\})")
_PASSED_OVER = ("slot_was_set", "active_loop", "checkpoint", "entities", "metadata", "slots")


@dataclass(slots=True)
class RasaData:
    """What the files of an import hold beside stories: examples by intent, an agent's texts by response."""

    examples: dict[str, list[str]] = field(default_factory=dict)
    responses: dict[str, str] = field(default_factory=dict)


def read_rasa(sources: Sequence[Source]) -> Iterator[Conversation]:
    """The stories of all the files, in order."""
    data = RasaData()
    stories: list[tuple[Source, Node]] = []
    for source in sources:
        if len(source.text) > MAX_YAML_BYTES:
            source.mistakes.add(1, f"larger than {MAX_YAML_BYTES // 1024**2} MiB; split the file")
            continue
        root = read_yaml(source.text, source.mistakes)
        source.progress(len(source.text.encode("utf-8", "surrogatepass")))
        if not isinstance(root.value, dict):
            if root.value is not BROKEN:
                source.mistakes.add(root.line, f"must be a mapping with `stories`, not {kind_of(root)}")
            continue
        _take_nlu(root.value.get("nlu"), source, data)
        _take_responses(root.value.get("responses"), source, data)
        stories += [(source, node) for node in _items(root.value.get("stories"), "stories", source)]
    if not stories and not any(source.mistakes.found for source in sources):
        sources[0].mistakes.add(1, "there are no `stories` in the Rasa files")
    for number, (source, node) in enumerate(stories, start=1):
        found = _story(node, number, source, data)
        if found is not None:
            yield found


def without_entities(text: str) -> str:
    """A user's words without Rasa's annotation: `to [Paris](city)` is "to Paris"."""
    return _ENTITY.sub(r"\1", text)


def _take_nlu(node: Node | None, source: Source, data: RasaData) -> None:
    for item in _items(node, "nlu", source):
        if not isinstance(item.value, dict) or "intent" not in item.value:
            continue  # synonyms, look-up tables and regular expressions
        intent = _text(item.value["intent"], "intent", source)
        examples = item.value.get("examples")
        if intent and examples is not None:
            found = [without_entities(example) for example in _examples(examples, source)]
            data.examples.setdefault(intent, []).extend(found)


def _examples(node: Node, source: Source) -> list[str]:
    """Examples as Rasa writes them: one text with a line `- ...` for each, or a list."""
    if isinstance(node.value, str):
        lines = (line.strip() for line in node.value.split("\n"))
        return [line.removeprefix("-").strip() for line in lines if line.startswith("-") and line != "-"]
    found = []
    for item in _items(node, "examples", source):
        inner = item.value.get("text") if isinstance(item.value, dict) else item
        text = _text(inner, "an example", source) if inner is not None else ""
        if text:
            found.append(text.strip().removeprefix("-").strip())
    return found


def _take_responses(node: Node | None, source: Source, data: RasaData) -> None:
    if node is None or not isinstance(node.value, dict):
        return
    for name, variants in node.value.items():
        for variant in _items(variants, f"`{name}`", source):
            text = variant.value.get("text") if isinstance(variant.value, dict) else None
            if text is not None and isinstance(text.value, str):
                data.responses.setdefault(name, text.value)


def _story(node: Node, number: int, source: Source, data: RasaData) -> Conversation | None:
    if not isinstance(node.value, dict):
        source.mistakes.add(node.line, f"story {number} must be a mapping, not {kind_of(node)}")
        return None
    named = node.value.get("story")
    name = _text(named, "story", source) if named is not None else ""
    name = name or f"story {number}"
    before = len(source.mistakes.found)
    steps = node.value.get("steps")
    if steps is None:
        source.mistakes.add(node.line, f"story `{shown(name)}`: `steps` is missing")
        return None
    utterances: list[Utterance] = []
    for place, step in enumerate(_items(steps, "steps", source), start=1):
        said = _step(step, name, place, source, data)
        if said is not None:
            utterances.append(said)
    if len(source.mistakes.found) > before:
        return None
    return source.conversation(name, node.line, utterances)


def _step(node: Node, story: str, place: int, source: Source, data: RasaData) -> Utterance | None:
    where = f"story `{shown(story)}`: step {place}"
    if not isinstance(node.value, dict):
        source.mistakes.add(node.line, f"{where} must be a mapping, not {kind_of(node)}")
        return None
    step = node.value
    if "or" in step:
        alternatives = _items(step["or"], "or", source)
        return _step(alternatives[0], story, place, source, data) if alternatives else None
    if "user" in step:
        text = _text(step["user"], "user", source)
        return Utterance(speaker=Speaker.CALLER, text=without_entities(text))
    if "intent" in step:
        return _example_said(
            _text(step["intent"], "intent", source), node.line, where, story, place, source, data
        )
    if "bot" in step:
        return Utterance(speaker=Speaker.AGENT, text=_text(step["bot"], "bot", source))
    if "action" in step:
        name = _text(step["action"], "action", source)
        return Utterance(speaker=Speaker.AGENT, text=data.responses.get(name, ""))
    if not any(key in step for key in _PASSED_OVER):
        known = "user, intent, bot, action, or, " + ", ".join(_PASSED_OVER)
        source.mistakes.add(node.line, f"{where} has none of {known}")
    return None


def _example_said(
    intent: str, line: int, where: str, story: str, place: int, source: Source, data: RasaData
) -> Utterance | None:
    # Retrieval intents are trained as `faq/hours` and may be told as either.
    examples = data.examples.get(intent) or data.examples.get(intent.partition("/")[0])
    if not examples:
        if intent:
            source.mistakes.add(
                line, f"{where}: the intent `{shown(intent)}` has no example; add its NLU file to the command"
            )
        return None
    drawn = hashlib.sha256(f"{story}\n{place}".encode("utf-8", "surrogatepass")).digest()
    return Utterance(speaker=Speaker.CALLER, text=examples[int.from_bytes(drawn[:8]) % len(examples)])


def _items(node: Node | None, what: str, source: Source) -> list[Node]:
    if node is None or node.value is BROKEN or node.value is None:
        return []
    if not isinstance(node.value, list):
        source.mistakes.add(node.line, f"{what} must be a list, not {kind_of(node)}")
        return []
    return node.value


def _text(node: Node, what: str, source: Source) -> str:
    match node.value:
        case str():
            return node.value
        case bool() | int() | float():
            return node.source  # `user: 42` is what the user said
        case _ if node.value is BROKEN:
            return ""
        case _:
            source.mistakes.add(node.line, f"`{what}` must be a text, not {kind_of(node)}")
            return ""
