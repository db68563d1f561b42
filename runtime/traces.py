"""Traces by OpenTelemetry, of a share of requests: API, workflow, activity, SMTP. Off unless asked for.

What is sampled is decided where a trace begins, and kept by all that follows, in other processes too.
"""

from collections.abc import Sequence
from importlib import import_module

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import NoOpTracer, Tracer
from temporalio.client import Interceptor
from temporalio.contrib.opentelemetry import TracingInterceptor

from runtime.settings import SettingsError, TraceSettings

NAME = "tempost"


class Traces:
    """Spans of a process, and where they go. Without a share all of it does nothing and costs nothing."""

    def __init__(self, settings: TraceSettings, exporter: SpanExporter | None = None) -> None:
        self._provider: TracerProvider | None = None
        self.tracer: Tracer = NoOpTracer()
        if settings.share > 0:
            self._provider = TracerProvider(
                sampler=ParentBased(TraceIdRatioBased(settings.share)),
                resource=Resource.create({"service.name": NAME}),
            )
            self._provider.add_span_processor(BatchSpanProcessor(exporter or _over_http(settings)))
            self.tracer = self._provider.get_tracer(NAME)

    @property
    def interceptors(self) -> Sequence[Interceptor]:
        """What carries a trace through Temporal; a worker takes it from its client."""
        return [TracingInterceptor(self.tracer)] if self._provider is not None else []

    def flush(self) -> None:
        """Send what was not yet sent."""
        if self._provider is not None:
            self._provider.force_flush()

    def close(self) -> None:
        """Send the rest and end."""
        if self._provider is not None:
            self._provider.shutdown()


def _over_http(settings: TraceSettings) -> SpanExporter:
    try:
        exporters = import_module("opentelemetry.exporter.otlp.proto.http.trace_exporter")  # an extra
    except ImportError:
        raise SettingsError(
            "TEMPOST_TRACES__SHARE: traces need the exporter: pip install 'tempost[otlp]', or set the share to 0"
        ) from None
    exporter: SpanExporter = exporters.OTLPSpanExporter(endpoint=settings.endpoint)
    return exporter
