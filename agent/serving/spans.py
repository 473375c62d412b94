"""What OpenTelemetry is told: a span for each turn, within it one for dispatch and one for each tool call.

A turn's span continues the trace that the request names (`traceparent`, W3C Trace Context). Attributes are names of the
flow file, numbers and ids: a caller's words, variables and a tool's answers are never among them.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Iterator, Mapping
from contextlib import aclosing, contextmanager

from opentelemetry import context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.propagate import extract
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind, Status, StatusCode

from agent.clock import epoch_ns
from agent.cognitive.ports import AskableAgain, Tool, ToolResult
from agent.turn import Action, Json, StreamTurn, TurnInput, TurnOutput

SERVICE = "milliwatt-flow"


class Spans:
    """Spans sent to a collector over OTLP/HTTP.

    Args:
        endpoint: the collector's address for traces, such as `http://127.0.0.1:4318/v1/traces`.
        version: of the code.
    """

    def __init__(self, endpoint: str, version: str) -> None:
        resource = Resource.create({"service.name": SERVICE, "service.version": version})
        self._provider = TracerProvider(resource=resource)
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint)))
        self.tracer = self._provider.get_tracer("agent.serving")

    def close(self) -> None:
        """Sends what is left."""
        self._provider.shutdown()

    @contextmanager
    def continuing(self, headers: Mapping[str, str]) -> Iterator[None]:
        """Spans made within belong to the trace that the headers name."""
        token = context.attach(
            extract({key: headers[key] for key in ("traceparent", "tracestate") if key in headers})
        )
        try:
            yield
        finally:
            context.detach(token)

    def traced(self, stream_turn: StreamTurn) -> StreamTurn:
        """The same dialogue, with a span for each turn."""

        async def stream(turn: TurnInput) -> AsyncGenerator[Action | TurnOutput, None]:
            begun_ns = epoch_ns()
            with self.tracer.start_as_current_span(
                "turn",
                kind=SpanKind.SERVER,
                start_time=begun_ns,
                record_exception=False,  # an error's message may hold what the caller said
                set_status_on_exception=False,
                attributes={
                    "milliwatt.flow": turn.flow_id,
                    "milliwatt.call_sid": turn.call_sid,
                    "milliwatt.turn_id": turn.turn_id,
                    "milliwatt.seq": turn.seq,
                    "milliwatt.event": turn.event.value,
                    "milliwatt.provisional": turn.provisional,
                },
            ) as span:
                try:
                    async with aclosing(stream_turn(turn)) as items:
                        async for item in items:
                            if isinstance(item, TurnOutput):
                                self._dispatched(item, begun_ns)
                                span.set_attribute("milliwatt.node", item.state.node_id)
                                span.set_attribute("milliwatt.actions", len(item.actions))
                                span.set_attribute("milliwatt.outcome", item.state.outcome or "")
                            yield item
                except Exception as error:
                    span.set_status(Status(StatusCode.ERROR, type(error).__name__))
                    raise

        return stream

    def traced_tools(self, tools: Mapping[str, Tool]) -> dict[str, Tool]:
        """The same tools, with a span for each call."""
        return {name: _TracedTool(self, tool) for name, tool in tools.items()}

    def _dispatched(self, output: TurnOutput, begun_ns: int) -> None:
        """The dispatch that the trace tells of, which is a turn's first stage."""
        took_ns = output.trace.stage_ns.get("dispatch")
        if took_ns is None:
            return
        span = self.tracer.start_span(
            "dispatch",
            start_time=begun_ns,
            attributes={
                "milliwatt.chosen": output.trace.chosen,
                "milliwatt.intents": len(output.trace.intents),
                "milliwatt.model": output.trace.model,
            },
        )
        span.end(begun_ns + took_ns)


class _TracedTool:
    def __init__(self, spans: Spans, tool: Tool) -> None:
        self._spans = spans
        self._tool = tool

    @property
    def name(self) -> str:
        return self._tool.name

    @property
    def read_only(self) -> bool:
        return self._tool.read_only

    @property
    def idempotent(self) -> bool:
        return self._tool.idempotent

    @property
    def arguments_schema(self) -> Mapping[str, Json]:
        return self._tool.arguments_schema

    async def call(self, arguments: Mapping[str, Json], idempotency_key: str) -> ToolResult:
        return await self._spanned(self._tool.call(arguments, idempotency_key))

    async def call_again(self, arguments: Mapping[str, Json], idempotency_key: str) -> ToolResult:
        ask = self._tool.call_again if isinstance(self._tool, AskableAgain) else self._tool.call
        return await self._spanned(ask(arguments, idempotency_key))

    async def _spanned(self, answer: Awaitable[ToolResult]) -> ToolResult:
        with self._spans.tracer.start_as_current_span(
            "tool",
            kind=SpanKind.CLIENT,
            record_exception=False,
            set_status_on_exception=False,
            attributes={"milliwatt.tool": self.name},
        ) as span:
            try:
                result = await answer
            except Exception as error:
                span.set_status(Status(StatusCode.ERROR, type(error).__name__))
                raise
            span.set_attribute("milliwatt.ok", result.ok)
            return result
