"""The pure readers of both stream formats: what differs between servers, and whatever else may come."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.cognitive.models.anthropic_events import EventReader
from agent.cognitive.models.openai_chunks import ChunkReader
from agent.cognitive.models.reply import ReplySoFar
from agent.cognitive.models.values import StopReason, ToolCall, Usage
from tests.ports.language_model import a_request


def a_piece(index: int | None, *, id: str = "", name: str = "", arguments: str = "") -> dict[str, Any]:
    piece: dict[str, Any] = {"function": {"name": name, "arguments": arguments}}
    return {**piece, **({"index": index} if index is not None else {}), **({"id": id} if id else {})}


def calls_of(*chunks: Sequence[Mapping[str, Any]]) -> tuple[ToolCall, ...]:
    reader, reply = ChunkReader(), ReplySoFar(a_request())
    for pieces in chunks:
        for event in reader.read({"choices": [{"index": 0, "delta": {"tool_calls": list(pieces)}}]}):
            reply.take(event)
    return reply.tool_calls


TWO = (ToolCall(id="a", name="find", arguments='{"n":1}'), ToolCall(id="b", name="book", arguments="{}"))


@pytest.mark.parametrize(
    "chunks",
    [
        # fragments by index
        [
            [a_piece(0, id="a", name="find")],
            [a_piece(0, arguments='{"n"')],
            [a_piece(0, arguments=":1}")],
            [a_piece(1, id="b", name="book")],
        ],
        # fragments of both by turns
        [
            [a_piece(0, id="a", name="find"), a_piece(1, id="b", name="book")],
            [a_piece(1, arguments="{"), a_piece(0, arguments='{"n":')],
            [a_piece(0, arguments="1}"), a_piece(1, arguments="}")],
        ],
        # whole calls, all at index 0
        [
            [a_piece(0, id="a", name="find", arguments='{"n":1}')],
            [a_piece(0, id="b", name="book", arguments="{}")],
        ],
        # indices that count something else
        [
            [a_piece(7, id="a", name="find")],
            [a_piece(7, arguments='{"n":1}')],
            [a_piece(3, id="b", name="book")],
        ],
        # no indices at all
        [
            [a_piece(None, id="a", name="find")],
            [a_piece(None, arguments='{"n":1}')],
            [a_piece(None, id="b", name="book")],
        ],
        # the id again on every fragment
        [
            [a_piece(0, id="a", name="find")],
            [a_piece(0, id="a", name="find", arguments="")],
            [a_piece(0, id="a", arguments='{"n":1}')],
            [a_piece(1, id="b", name="book")],
        ],
    ],
)
def test_tool_calls_come_together_whatever_the_fragments(chunks: list[list[dict[str, Any]]]) -> None:
    assert calls_of(*chunks) == TWO


def test_usage_on_every_chunk_is_a_running_total() -> None:
    reader, reply = ChunkReader(), ReplySoFar(a_request())
    for count, stop in ((3, None), (7, "stop")):
        chunk = {
            "choices": [{"index": 0, "delta": {"content": "word "}, "finish_reason": stop}],
            "usage": {"prompt_tokens": 50, "completion_tokens": count},
        }
        for event in reader.read(chunk):
            reply.take(event)
    finished = reader.finished()
    assert finished is not None
    reply.take(finished)
    assert reply.usage == Usage(tokens_in=50, tokens_out=7)


def test_thinking_is_not_text() -> None:
    reader = ChunkReader()
    assert (
        reader.read({"choices": [{"index": 0, "delta": {"reasoning": "hm", "reasoning_content": "hm"}}]})
        == []
    )
    events = EventReader()
    thought = {
        "type": "content_block_delta",
        "index": 0,
        "delta": {"type": "thinking_delta", "thinking": "hm"},
    }
    assert events.read(thought) == []


def test_a_stream_that_never_says_why_it_stopped_has_no_end() -> None:
    assert ChunkReader().finished() is None
    assert EventReader().finished() is None


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("end_turn", StopReason.DONE),
        ("stop_sequence", StopReason.DONE),
        ("pause_turn", StopReason.DONE),
        ("something_new", StopReason.DONE),
        ("max_tokens", StopReason.LENGTH),
        ("model_context_window_exceeded", StopReason.LENGTH),
        ("tool_use", StopReason.TOOL_CALLS),
        ("refusal", StopReason.REFUSED),
    ],
)
def test_anthropics_words_for_stopping(word: str, reason: StopReason) -> None:
    reader = EventReader()
    reader.read({"type": "message_delta", "delta": {"stop_reason": word}, "usage": {"output_tokens": 3}})
    finished = reader.finished()
    assert finished is not None
    assert (finished.reason, finished.usage) == (reason, Usage(tokens_out=3))


WORDS = st.sampled_from(
    [
        *("type", "index", "delta", "usage", "message", "content_block", "choices", "tool_calls", "function"),
        *("message_start", "content_block_start", "content_block_delta", "message_delta", "tool_use", "text"),
        *(
            "text_delta",
            "input_json_delta",
            "partial_json",
            "stop_reason",
            "finish_reason",
            "content",
            "id",
            "name",
        ),
    ]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 9) | st.floats(allow_nan=False) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=5),
    max_leaves=20,
)


@settings(deadline=None)
@given(st.lists(JSON, max_size=6))
def test_whatever_a_server_sends_the_readers_read_on(sent: list[object]) -> None:
    for reader in (ChunkReader(), EventReader()):
        reply = ReplySoFar(a_request())
        for item in sent:
            for event in reader.read(item):
                reply.take(event)
        reader.finished()
        assert reply.usage.tokens_out >= 0
