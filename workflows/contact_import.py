"""Merges an uploaded contact file: what the upload staged becomes contacts on a list."""

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

from contracts.contact_import import ImportTotals, MergeImport

with workflow.unsafe.imports_passed_through():
    from activities.contact_import import ContactImportActivities

MERGE_TIMEOUT = timedelta(hours=4)
HEARTBEAT_TIMEOUT = timedelta(minutes=1)
"""Far above the time of one chunk, which is about a second, and of counting the duplicates of a large file."""
RETRY = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(seconds=30))


@workflow.defn
class ContactImportWorkflow:
    """One import. Its state is the staged rows; a second run finds what the first has left."""

    @workflow.run
    async def run(self, order: MergeImport) -> ImportTotals | None:
        """Merge until nothing is staged; none if the import was deleted with its list."""
        totals = await workflow.execute_activity_method(
            ContactImportActivities.merge,
            order,
            start_to_close_timeout=MERGE_TIMEOUT,
            heartbeat_timeout=HEARTBEAT_TIMEOUT,
            retry_policy=RETRY,
            summary="validated rows → contacts and list",
        )
        workflow.set_current_details(_described(totals))
        return totals


def _described(totals: ImportTotals | None) -> str:
    if totals is None:
        return "The import was deleted together with its list."
    return (
        f"{totals.status}: {totals.accepted:,} contacts on the list, {totals.merged:,} rows merged into another of "
        f"the same address, {totals.rejected:,} refused, of {totals.rows_read:,} rows."
    )
