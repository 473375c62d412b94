"""Reading the caller's side of a scenario: what they say, play, press, and when they hang up."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from evals.scenario.clips import Clip, read_clip
from evals.scenario.fields import Fields, kind_of, to_json, unknown
from evals.scenario.heard import NOTHING_HEARD
from evals.scenario.model import CallerStep, Entity, EntityKind, Sound, StepKind
from evals.scenario.yaml_lines import BROKEN

# What each kind of step may hold beside its own key. The key of a kind is its name in the file.
STEP_KEYS = {
    "says": ("entities", "hangs_up_after_ms", "replies_to", "heard"),
    "interrupts": ("after_ms", "entities", "hangs_up_after_ms", "replies_to", "heard"),
    "plays": ("after_ms", "text", "entities", "hangs_up_after_ms", "replies_to", "heard"),
    "sound": ("after_ms", "text", "replies_to"),
    "dtmf": ("replies_to",),
    "hangs_up": ("after_ms",),
}
ALL_STEP_KEYS = (*STEP_KEYS, "after_ms", "text", "entities", "hangs_up_after_ms", "replies_to", "heard")
ENTITY_KEYS = ("type", "value", "unit")
PLAIN_TEXT = "text"

DEFAULT_WORDS = {
    Sound.BACKCHANNEL: "mm-hmm",
    Sound.ASIDE: "I'm on the phone, I'll be with you in a minute.",
    Sound.VOICEMAIL_GREETING: "Hello, I can't come to the phone just now. Please leave a message after the tone.",
}
MAX_WAIT_MS = 60_000
MAX_PAUSE_MS = 10_000

_KEYS = re.compile(r"[0-9*#A-D]{1,40}")  # the sixteen keys of ITU-T Q.23
_MARK = re.compile(r"\[[^\]]*\]?")
_PAUSE = re.compile(r"\[pause ([1-9][0-9]{0,4})\]")


def read_caller(fields: Fields, folder: Path) -> tuple[CallerStep, ...]:
    """The steps under `caller`; those that are wrong are noted and left out."""
    nodes = fields.sequence("caller")
    node = fields.node("caller")
    if node is not None and node.value == []:
        fields.wrong(node.line, "`caller` has no steps; a caller who says nothing is `- sound: silence`")
    steps = []
    for number, item in enumerate(nodes, start=1):
        inner = Fields(item, f"{fields.place}: step {number}", ALL_STEP_KEYS, fields.mistakes)
        step = _read_step(inner, folder)
        if step is None:
            continue
        steps.append(replace(step, replies_to=inner.text("replies_to"), heard=_heard(inner)))
        if number < len(nodes) and (step.kind is StepKind.HANGS_UP or step.hangs_up_after_ms is not None):
            fields.wrong(item.line, f"step {number}: the caller hangs up here, but more steps follow")
    return tuple(steps)


def _read_step(fields: Fields, folder: Path) -> CallerStep | None:
    kinds = [key for key in STEP_KEYS if key in fields]
    if not fields.usable:
        return None
    if len(kinds) != 1:
        got = " and ".join(f"`{kind}`" for kind in kinds) or "none of them"
        fields.wrong(fields.line, f"a step has exactly one of {', '.join(STEP_KEYS)}; here is {got}")
        return None
    kind = kinds[0]
    for key, node in fields.items():
        if key in ALL_STEP_KEYS and key != kind and key not in STEP_KEYS[kind]:
            fields.wrong(node.line, f"`{key}` has no meaning in a step with `{kind}`")
    after_ms = fields.integer("after_ms", 0, MAX_WAIT_MS)
    if kind == "interrupts" and "after_ms" not in fields:
        fields.wrong(
            fields.line, "`interrupts` needs `after_ms`, counted from the reply's first audible sample"
        )
    hangs_up_after_ms = fields.integer("hangs_up_after_ms", 0, MAX_WAIT_MS)
    entities = _read_entities(fields)
    match kind:
        case "says" | "interrupts":
            return CallerStep(
                kind=StepKind(kind),
                text=_spoken(fields, kind),
                after_ms=after_ms,
                hangs_up_after_ms=hangs_up_after_ms,
                entities=entities,
            )
        case "plays":
            name = fields.text("plays")
            clip = _clip(fields, name, folder)
            return CallerStep(
                kind=StepKind.PLAYS,
                text=_clip_text(fields, name, clip),
                after_ms=after_ms,
                hangs_up_after_ms=hangs_up_after_ms,
                clip=name,
                clip_sha256=clip.sha256 if clip else "",
                clip_speech_ms=clip.speech_ms if clip else (),
                entities=entities,
            )
        case "sound":
            return _sound(fields, after_ms)
        case "dtmf":
            keys = fields.text("dtmf")
            if keys and not _KEYS.fullmatch(keys):
                fields.wrong(
                    fields.line_of("dtmf"), f'`dtmf` must be keys such as "3" or "1234#", not "{keys[:40]}"'
                )
            return CallerStep(kind=StepKind.KEYS, keys=keys)
        case _:
            told = fields.node("hangs_up")
            if told is not None and told.value is not True and told.value is not BROKEN:
                fields.wrong(told.line, f"`hangs_up` must be true, not {kind_of(told)}")
            return CallerStep(kind=StepKind.HANGS_UP, after_ms=after_ms)


def _spoken(fields: Fields, key: str) -> str:
    """The words under `key`, their pause marks checked."""
    text = fields.text(key)
    line = fields.line_of(key)
    for mark in _MARK.findall(text):
        pause = _PAUSE.fullmatch(mark)
        if pause is None:
            fields.wrong(line, f"`{mark[:40]}` is no mark; a pause is written [pause 800], in milliseconds")
        elif int(pause[1]) > MAX_PAUSE_MS:
            fields.wrong(line, f"a pause of {pause[1]} ms is longer than {MAX_PAUSE_MS} ms")
    parts = _MARK.split(text)
    if text and not all(any(character.isalnum() for character in part) for part in parts):
        what = "a pause must stand between words" if len(parts) > 1 else f"`{key}` holds no word"
        fields.wrong(line, what)
    return text


def _heard(fields: Fields) -> str:
    """What a recogniser made of the step's words: words, or the mark for nothing."""
    text = fields.text("heard")
    if text and text != NOTHING_HEARD and ("[" in text or not any(character.isalnum() for character in text)):
        fields.wrong(
            fields.line_of("heard"), f"`heard` must be words, or {NOTHING_HEARD} when none were heard"
        )
        return ""
    return text


def _clip(fields: Fields, name: str, folder: Path) -> Clip | None:
    if not name:
        return None
    try:
        return read_clip(name, folder)
    except (ValueError, OSError) as error:
        fields.wrong(fields.line_of("plays"), str(error))
        return None


def _clip_text(fields: Fields, name: str, clip: Clip | None) -> str:
    text = _spoken(fields, "text")
    if clip is None:
        return text
    if not text and not clip.text:
        fields.wrong(
            fields.line, f"what is said in {name}? Give `text` here or a row in its folder's manifest.jsonl"
        )
    elif text and clip.text and text != clip.text:
        fields.wrong(
            fields.line_of("text"), f'`text` differs from the manifest, which has "{clip.text[:60]}"'
        )
    return text or clip.text


def _sound(fields: Fields, after_ms: int | None) -> CallerStep | None:
    name = fields.text("sound")
    if not name:
        return None
    if name not in set(Sound):
        fields.wrong(fields.line_of("sound"), unknown("sound", name, [str(sound) for sound in Sound]))
        return None
    sound = Sound(name)
    overlaps = sound in (Sound.BACKCHANNEL, Sound.COUGH, Sound.ASIDE)
    if overlaps and "after_ms" not in fields:
        fields.wrong(
            fields.line, f"sound `{name}` needs `after_ms`, counted from the reply's first audible sample"
        )
    if not overlaps and "after_ms" in fields:
        fields.wrong(
            fields.line_of("after_ms"), f"sound `{name}` takes the caller's turn and has no `after_ms`"
        )
    if sound not in DEFAULT_WORDS and "text" in fields:
        fields.wrong(fields.line_of("text"), f"sound `{name}` has no words")
    return CallerStep(
        kind=StepKind.SOUND,
        sound=sound,
        text=_spoken(fields, "text") or DEFAULT_WORDS.get(sound, ""),
        after_ms=after_ms,
    )


def _read_entities(fields: Fields) -> tuple[Entity, ...]:
    found = []
    for name, node in fields.mapping("entities", None).items():
        place = f"{fields.place}: entity `{name}`"
        if isinstance(node.value, dict):
            inner = Fields(node, place, ENTITY_KEYS, fields.mistakes)
            inner.require("type", "value")
            found.append(
                Entity(name=name, type=_entity_type(inner), value=_value(inner), unit=inner.text("unit"))
            )
        elif isinstance(node.value, list) or node.value is None:
            fields.wrong(
                node.line, f"entity `{name}` must be a value or {{type, value, unit}}, not {kind_of(node)}"
            )
        elif node.value is not BROKEN:
            # `phone: "07700 900123"` says what it is by its name.
            kind = name if name in set(EntityKind) else PLAIN_TEXT
            found.append(Entity(name=name, type=kind, value=to_json(node)))
    return tuple(found)


def _entity_type(fields: Fields) -> str:
    name = fields.text("type")
    kinds = [*(str(kind) for kind in EntityKind), PLAIN_TEXT]
    if name and name not in kinds:
        fields.wrong(fields.line_of("type"), unknown("type", name, kinds))
    return name


def _value(fields: Fields) -> str | int | float | bool | None:
    node = fields.node("value")
    if node is None:
        return None
    if isinstance(node.value, str | int | float):
        return node.value
    if node.value is not BROKEN:
        fields.wrong(node.line, f"`value` must be a text or a number, not {kind_of(node)}")
    return None
