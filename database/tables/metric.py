"""What was measured: of tasks, and of the whole. Partitioned by month of UTC (seed: both tables)."""

from sqlalchemy import Column, DateTime, Float, Index, Integer, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from contracts.metric import TASK_METRIC_STATUSES
from database.tables.base import UUID, Table, datetime, one_of

BY_MONTH = {"postgresql_partition_by": 'RANGE ("timestamp")'}


class TaskProcessingMetric(Table, table=True):
    """What happened to a task, and once a minute how far it was. No foreign keys: a figure outlives its task."""

    __tablename__ = "task_processing_metrics"
    __table_args__ = (
        one_of("status", TASK_METRIC_STATUSES),
        Index("ix_task_processing_metrics_status", "status", "timestamp"),
        BY_MONTH,
    )
    task_id: UUID = Field(primary_key=True)
    status: str = Field(primary_key=True)
    timestamp: datetime = Field(sa_column=Column(DateTime(timezone=True), primary_key=True))
    user_id: UUID
    subtasks_sent: int = Field(sa_column=Column(Integer, nullable=False))
    total_subtasks: int = Field(sa_column=Column(Integer, nullable=False))


class SystemPerformanceMetric(Table, table=True):
    """One figure of one minute; `contracts.metric` says what each means."""

    __tablename__ = "system_performance_metrics"
    __table_args__ = (BY_MONTH,)
    metric_name: str = Field(sa_column=Column(String, primary_key=True))
    timestamp: datetime = Field(sa_column=Column(DateTime(timezone=True), primary_key=True))
    tags: dict[str, object] = Field(sa_column=Column(JSONB(none_as_null=True), primary_key=True, server_default="{}"))
    metric_value: float = Field(sa_column=Column(Float, nullable=False))
