"""Periodic work on metrics, started by Temporal Schedules: a measurement each minute, upkeep each hour."""

from temporalio import workflow

from contracts.metric import Kept, Measure
from workflows.options import LEDGER, LONG_LEDGER, told

with workflow.unsafe.imports_passed_through():
    from activities.metric import MetricActivities


@workflow.defn
class MeasureWorkflow:
    """Notes one minute. One that was missed stays missing: a figure made up afterwards would be none."""

    @workflow.run
    async def run(self) -> int:
        """Measure the minute that has just ended; how many figures were noted."""
        order = Measure(at=workflow.now().replace(second=0, microsecond=0))
        summary = f"the minute before {order.at:%H:%M}"
        return await workflow.execute_activity_method(MetricActivities.measure, order, **told(LEDGER, summary))


@workflow.defn
class UpkeepWorkflow:
    """Makes next month's partitions and forgets what is too old."""

    @workflow.run
    async def run(self) -> Kept:
        """Do it once; what it came to."""
        order = Measure(at=workflow.now())
        kept: Kept = await workflow.execute_activity_method(
            MetricActivities.upkeep, order, **told(LONG_LEDGER, "partitions and retention")
        )
        workflow.set_current_details(
            f"{kept.made} partitions made, {kept.dropped} dropped, {kept.deleted:,} rows deleted."
        )
        return kept
