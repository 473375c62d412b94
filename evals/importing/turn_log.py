"""The agent's own turns: a part of a stored run (one finished call a line), or a journal's entries as JSON lines.

A part's line holds the call's record, whose events tell each turn that was opened and whose words tell what was heard
of the replies. A journal's line is one entry in the form of `evals.record.canonical_json`: `{"turn": {...}, "before":
...}` when a turn was opened, `{"output": {...}, "after": ...}` when it was answered; one line may hold both, and
other entries are passed over.

What the caller says here is what the agent's recogniser made of it: the truth of a call from production is not in its
log.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from agent.turn import TurnEvent
from evals.importing.conversation import Conversation, Doing, Speaker, Utterance
from evals.importing.source import Source, json_kind, shown

_DOING = {
    TurnEvent.SPEECH: Doing.SAYS,
    TurnEvent.DTMF: Doing.KEYS,
    TurnEvent.NO_SPEECH: Doing.SILENCE,
    TurnEvent.VOICEMAIL: Doing.VOICEMAIL,
    TurnEvent.HANGUP: Doing.HANGS_UP,
}


@dataclass(slots=True)
class _Turn:
    opened: Mapping[str, Any]
    reply: str = ""
    answered: bool = False


@dataclass(slots=True)
class _Call:
    line: int
    flow: str = ""
    now_iso: str = ""
    variables: dict[str, str] = field(default_factory=dict)
    turns: dict[str, _Turn] = field(default_factory=dict)


def read_turn_log(source: Source) -> Iterator[Conversation]:
    """The calls of the file, in the order they begin."""
    calls: dict[str, _Call] = {}
    call_of_turn: dict[str, str] = {}
    stored: dict[str, int] = {}
    for line, row in source.objects():
        try:
            if isinstance(row.get("record"), dict):
                found = _stored_call(row["record"], line, source)
                if found is not None and stored.setdefault(found.id, line) == line:
                    yield found  # a case that was finished twice counts once, as in the store
                continue
            if isinstance(row.get("turn"), dict):
                _open(row["turn"], line, calls, call_of_turn)
            if isinstance(row.get("output"), dict):
                _answer(row["output"], calls, call_of_turn)
            elif not {"turn", "action", "trace"} & row.keys():
                source.mistakes.add(line, "this is no stored call (`record`) and no entry of a journal")
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            what = f"`{error.args[0]}` is missing" if isinstance(error, KeyError) else str(error)
            source.mistakes.add(line, f"this is no log of turns: {what[:120]}")
    for identity, call in calls.items():
        utterances = _utterances(list(call.turns.values()))
        whole = source.conversation(
            identity,
            call.line,
            utterances,
            flow=call.flow,
            now_iso=_wall(call.now_iso),
            variables=call.variables,
        )
        if whole is not None:
            yield whole


def _open(turn: Mapping[str, Any], line: int, calls: dict[str, _Call], owners: dict[str, str]) -> None:
    sid, turn_id = _word(turn, "call_sid"), _word(turn, "turn_id")
    TurnEvent(turn["event"])
    call = calls.setdefault(sid, _Call(line=line))
    call.flow = call.flow or str(turn.get("flow_id") or "")
    call.now_iso = call.now_iso or str(turn.get("now_iso") or "")
    call.variables = call.variables or {str(k): str(v) for k, v in (turn.get("variables") or {}).items()}
    call.turns.setdefault(turn_id, _Turn(turn))
    owners[turn_id] = sid


def _answer(output: Mapping[str, Any], calls: dict[str, _Call], owners: Mapping[str, str]) -> None:
    turn_id = _word(output, "turn_id")
    if turn_id not in owners:
        raise ValueError(f"turn `{shown(turn_id)}` is answered, but was not opened before")
    turn = calls[owners[turn_id]].turns[turn_id]
    turn.answered = True
    turn.reply = " ".join(str(action["text"]) for action in output["actions"] if "text" in action)


def _utterances(turns: list[_Turn]) -> list[Utterance]:
    found: list[Utterance] = []
    for turn in turns:
        if turn.opened.get("provisional") and not turn.answered:
            continue  # the caller went on; the words come again in the turn that counted
        found += _done(turn.opened)
        if turn.reply:
            found.append(Utterance(speaker=Speaker.AGENT, text=turn.reply))
    return found


def _stored_call(record: Mapping[str, Any], line: int, source: Source) -> Conversation | None:
    scenario = record["scenario"]
    dropped = {event["seq"] for event in record["events"] if event["kind"] == "turn_dropped"}
    opened = [event for event in record["events"] if event["kind"] == "turn_opened"]
    replies: dict[int, list[str]] = {}
    for word in record["agent_words"]:
        replies.setdefault(int(word["seq"]), []).append(str(word["text"]))
    utterances: list[Utterance] = []
    for event in opened:
        if event["seq"] not in dropped:
            utterances += _done(event)
        if replies.get(event["seq"]):
            utterances.append(Utterance(speaker=Speaker.AGENT, text=" ".join(replies[event["seq"]])))
    return source.conversation(
        _word(record, "case_id"),
        line,
        utterances,
        flow=str(scenario["flow"]),
        now_iso=_wall(str(scenario["now_iso"])),
        time_zone=str(scenario["time_zone"]),
        variables={str(key): str(value) for key, value in scenario["variables"].items()},
    )


def _done(turn: Mapping[str, Any]) -> list[Utterance]:
    event = TurnEvent(turn["event"])
    if event is TurnEvent.ANSWERED:
        return []
    text = turn.get("transcript", "")
    heard = turn.get("heard")
    if not isinstance(text, str):
        raise TypeError(f"`transcript` must be a text, not {json_kind(text)}")
    doing = _DOING[event]
    return [
        Utterance(
            speaker=Speaker.CALLER,
            text=text if doing in (Doing.SAYS, Doing.KEYS) else "",
            doing=doing,
            heard_words=len(heard.split()) if isinstance(heard, str) and doing is Doing.SAYS else None,
        )
    ]


def _word(fields: Mapping[str, Any], key: str) -> str:
    value = fields[key]
    if not isinstance(value, str) or not value:
        raise TypeError(f"`{key}` must be a text, not {json_kind(value)}")
    return value


def _wall(iso: str) -> str:
    """The wall clock of an ISO time, without fractions and offset."""
    return iso[:19] if len(iso) >= 19 else iso
