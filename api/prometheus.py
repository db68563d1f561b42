"""Figures in the format of Prometheus. The key figures have the names that the API's series have."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4, CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from api.response_times import ResponseTimes
from contracts.metric import MEANINGS, QUEUE_STATES, UNITS, SystemMetric
from runtime.health import Snapshot
from scheduling.health import STATUSES

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4
PER_HOUR = 12
"""Mails of 5 minutes are twelve times as many an hour."""

Samples = Mapping[tuple[str, ...], float | None]
"""Values by those of the labels. What there is nothing to say of is left out."""


@dataclass(frozen=True, slots=True)
class Gauge:
    """One name that is exposed."""

    name: str
    help: str
    read: Callable[[Snapshot, ResponseTimes], Samples]
    labels: tuple[str, ...] = field(default=())


def _key_figure(name: SystemMetric, read: Callable[[Snapshot, ResponseTimes], float | None]) -> Gauge:
    return Gauge(name, f"{MEANINGS[name]} In {UNITS[name]}.", lambda snapshot, times: {(): read(snapshot, times)})


GAUGES = (
    _key_figure("queue_throughput", lambda snapshot, _: snapshot.part(None).sent * PER_HOUR),
    _key_figure("service_utilization", lambda snapshot, _: snapshot.part(None).utilization),
    _key_figure("avg_response_time", lambda _, times: times.mean_milliseconds),
    _key_figure("error_rate", lambda snapshot, _: snapshot.part(None).error_rate),
    _key_figure("first_email_delay", lambda snapshot, _: snapshot.lately.first_email_delay),
    _key_figure("task_completion_time", lambda snapshot, _: snapshot.lately.task_completion_time),
    _key_figure("user_avg_wait_time", lambda snapshot, _: snapshot.lately.user_avg_wait_time),
    _key_figure("stuck_task_alert", lambda snapshot, _: snapshot.alerts.get(("stuck_task", "warning"), 0)),
    Gauge(
        "queue_mails",
        MEANINGS["queue_mails"],
        lambda snapshot, _: {(state,): getattr(snapshot.part(None), state) for state in QUEUE_STATES},
        ("state",),
    ),
    Gauge(
        "tempost_services",
        "Services: total (not deleted), active (not paused), available, used, rested.",
        lambda snapshot, _: {
            ("total",): snapshot.part(None).services,
            **{(state,): getattr(snapshot.part(None), state) for state in ("active", "available", "used", "rested")},
        },
        ("state",),
    ),
    Gauge(
        "tempost_workers",
        "Worker processes: live, and how many are expected.",
        lambda snapshot, _: {
            ("live",): snapshot.around.live_workers, ("expected",): snapshot.around.expected_workers
        },
        ("state",),
    ),
    Gauge(
        "tempost_health",
        "1 for the present status of the whole, 0 for the others.",
        lambda snapshot, _: {(status,): float(status == snapshot.status) for status in STATUSES},
        ("status",),
    ),
    Gauge(
        "tempost_fault",
        "1 for each cause that makes the status what it is.",
        lambda snapshot, _: {(fault.cause,): 1.0 for fault in snapshot.faults()},
        ("cause",),
    ),
    Gauge(
        "tempost_availability",
        "Share of recorded minutes that were not unhealthy; a minute without a record counts as unavailable.",
        lambda snapshot, _: {
            ("1d",): snapshot.availability.last_day, ("30d",): snapshot.availability.last_30_days
        },
        ("span",),
    ),
    Gauge(
        "tempost_alerts",
        "Alerts that are raised.",
        lambda snapshot, _: {labels: float(count) for labels, count in snapshot.alerts.items()},
        ("kind", "severity"),
    ),
    Gauge(
        "tempost_figures_timestamp_seconds",
        "When these figures were read, as a Unix time.",
        lambda snapshot, _: {(): snapshot.as_of.timestamp()},
    ),
)  # fmt: skip


class _Figures(Collector):
    """One reading, as Prometheus' client wants it."""

    def __init__(self, snapshot: Snapshot, times: ResponseTimes) -> None:
        self._snapshot = snapshot
        self._times = times

    def collect(self) -> Iterable[Metric]:
        """Give every gauge with its samples."""
        return self._families()

    def _families(self) -> Iterator[Metric]:
        for gauge in GAUGES:
            family = GaugeMetricFamily(gauge.name, gauge.help, labels=gauge.labels)
            for labels, value in gauge.read(self._snapshot, self._times).items():
                if value is not None:
                    family.add_metric(labels, value)
            yield family


def exposition(snapshot: Snapshot, times: ResponseTimes) -> bytes:
    """Write it all down, with what this process uses of the machine."""
    registry = CollectorRegistry()
    registry.register(_Figures(snapshot, times))
    ProcessCollector(registry=registry)
    return generate_latest(registry)
