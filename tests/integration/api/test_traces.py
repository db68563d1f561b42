"""One trace from the request to the SMTP dialogue, and none of what serves everyone."""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

import worker
from runtime.resources import Resources, open_resources
from runtime.settings import Settings, SettingsError, TemporalSettings, TraceSettings
from runtime.traces import Traces
from stack.simulator.config import ProviderConfig, SimulatorConfig
from stack.simulator.server import running
from tests.integration.api import orders
from tests.integration.api.asker import Asker
from tests.integration.api.test_temporal import TO_EVA, until

ALL = TraceSettings(share=1)
TRACE_ID = "0af7651916cd43dd8448eb211c80319c"
SAMPLED = {"traceparent": f"00-{TRACE_ID}-b7ad6b7169203331-01"}


@pytest.fixture
def exporter() -> InMemorySpanExporter:
    """Where spans go."""
    return InMemorySpanExporter()


@pytest.fixture
def traces(exporter: InMemorySpanExporter) -> Traces:
    """Of everything."""
    return Traces(ALL, exporter)


@pytest.fixture
def settings(settings: Settings, temporal_address: str) -> Settings:
    """Settings of a process whose Temporal is up."""
    temporal = TemporalSettings(address=temporal_address, task_queue=f"test-{uuid4().hex}")
    return settings.model_copy(update={"temporal": temporal})


@pytest.fixture
async def resources(settings: Settings, traces: Traces) -> AsyncIterator[Resources]:
    """What API and worker hold; here they are one process."""
    stop = asyncio.Event()
    async with open_resources(settings, stop, traces) as opened:
        serving = asyncio.create_task(worker.run(opened, stop))
        yield opened
        stop.set()
        await serving


def tree(spans: tuple[ReadableSpan, ...], trace_id: str) -> dict[str, list[str]]:
    """The names of a trace's spans, each with those of its parents up to the request."""
    ours = {span.context.span_id: span for span in spans if f"{span.context.trace_id:032x}" == trace_id}
    found: dict[str, list[str]] = {}
    for span in ours.values():
        above, parent = [], span.parent
        while parent is not None and parent.span_id in ours:
            above.append(ours[parent.span_id].name)
            parent = ours[parent.span_id].parent
        found[span.name] = above
    return found


async def test_a_trace_goes_from_the_request_to_the_dialogue(
    ann: Asker, traces: Traces, exporter: InMemorySpanExporter, tmp_path: Path
) -> None:
    config = SimulatorConfig(journal=tmp_path / "journal", providers=(ProviderConfig(name="open"),))
    async with running(config) as (simulator, _):
        port = simulator.providers["open"].port
        here = {"host": "127.0.0.1", "port": port, "security": "none", "username": None, "password": None}
        await ann.made("/api/services", orders.service(**here))
        task = (await ann.post("/api/tasks", TO_EVA, headers=SAMPLED)).json()
        await until(ann, f"/api/tasks/{task['id']}", lambda answer: answer["status"] == "completed")
    traces.flush()

    found = tree(exporter.get_finished_spans(), TRACE_ID)

    request, start, deliver = "POST /api/tasks", "StartWorkflow:TaskWorkflow", "RunActivity:delivery.deliver"
    assert found["smtp"][0] == deliver
    assert [name for name in found["smtp"] if name in (request, start)] == [start, request]
    assert not [name for name in found if "allocator.exchange" in name], "that serves everyone, for ever"
    (dialogue,) = [span for span in exporter.get_finished_spans() if span.name == "smtp"]
    assert dialogue.attributes is not None
    assert dialogue.attributes["outcome"] == "sent"
    assert dialogue.attributes["taskId"] == task["id"]
    assert "eva@example.org" not in str([dict(span.attributes or {}) for span in exporter.get_finished_spans()])


def test_without_a_share_nothing_is_traced() -> None:
    traces = Traces(TraceSettings())
    assert not traces.tracer.start_span("x").is_recording()
    assert not traces.interceptors


async def test_spans_reach_a_collector_by_otlp_over_http() -> None:
    pytest.importorskip("opentelemetry.exporter.otlp", reason="the extra `otlp` is not installed")
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    taken: asyncio.Queue[bytes] = asyncio.Queue()

    async def collect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.partition("content-length: ")[2].split()[0])
        await taken.put(await reader.readexactly(length))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(collect, "127.0.0.1", 0) as collector:
        port = collector.sockets[0].getsockname()[1]
        traces = Traces(TraceSettings(share=1, endpoint=f"http://127.0.0.1:{port}/v1/traces"))
        traces.tracer.start_span("smtp").end()
        await asyncio.to_thread(traces.close)
        (resource,) = ExportTraceServiceRequest.FromString(taken.get_nowait()).resource_spans
    assert [span.name for scope in resource.scope_spans for span in scope.spans] == ["smtp"]
    assert "tempost" in str(resource.resource)


def test_a_share_without_its_exporter_is_told_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    with pytest.raises(SettingsError, match=r"tempost\[otlp\]"):
        Traces(ALL)
