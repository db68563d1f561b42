"""Starts the workflow of a contact import."""

from uuid import UUID

from temporalio.client import Client
from temporalio.common import SearchAttributePair, TypedSearchAttributes, WorkflowIDConflictPolicy

from contracts import identifiers
from contracts.contact_import import MergeImport
from runtime.temporal import RPC_TIMEOUT
from workflows.contact_import import ContactImportWorkflow


async def start_contact_import(client: Client, import_id: UUID, user_id: UUID, file_name: str) -> None:
    """Start `contact-import-{id}`; one that runs is left alone. Raises `RPCError` where Temporal is down."""
    await client.start_workflow(
        ContactImportWorkflow.run,
        MergeImport(import_id=import_id),
        id=identifiers.contact_import_workflow_id(import_id),
        task_queue=identifiers.TASK_QUEUE,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        static_summary=f"Import: {file_name}",
        static_details="Merges an uploaded file into contacts and a list. Its rows are staged in the database.",
        search_attributes=TypedSearchAttributes([SearchAttributePair(identifiers.USER, str(user_id))]),
        rpc_timeout=RPC_TIMEOUT,
    )
