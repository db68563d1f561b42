"""What Tempost needs to find on any Temporal server: a namespace, and in it the search attributes of its workflows."""

from collections.abc import Mapping
from datetime import timedelta

from google.protobuf.duration_pb2 import Duration
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.api.workflowservice.v1 import CountWorkflowExecutionsRequest, RegisterNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from contracts.identifiers import SEARCH_ATTRIBUTES

RETENTION = timedelta(days=7)
"""How long the history of a closed workflow is kept in a namespace that we register."""
CALL_LIMIT = timedelta(seconds=5)


class NamespaceError(Exception):
    """The server refuses us; the text says which and why."""


def search_attributes() -> dict[str, str]:
    """Return name and type of each search attribute of Tempost's workflows."""
    return {key.name: key.indexed_value_type.name for key in SEARCH_ATTRIBUTES}


async def provide(address: str, namespace: str, search_attributes: Mapping[str, str]) -> bool:
    """Register the namespace and the search attributes it lacks; False while the server cannot do it yet.

    True means usable: a query over all the attributes was answered. Safe to repeat. Raises `NamespaceError` where the
    server knows us and says no.
    """
    try:
        client = await Client.connect(address, namespace=namespace, lazy=True)
        await _register_namespace(client, namespace)
        await _add_search_attributes(client, namespace, search_attributes)
        query = " AND ".join(f"{name} IS NOT NULL" for name in search_attributes)
        count = CountWorkflowExecutionsRequest(namespace=namespace, query=query)
        await client.workflow_service.count_workflow_executions(count, timeout=CALL_LIMIT)
    except RPCError as error:
        if error.status in (RPCStatusCode.PERMISSION_DENIED, RPCStatusCode.UNAUTHENTICATED):
            raise NamespaceError(f"Temporal at {address} refuses us: {error.message}") from None
        return False
    except RuntimeError:  # what the SDK raises while nothing listens
        return False
    return True


async def _register_namespace(client: Client, namespace: str) -> None:
    """Register without asking first whether it is there: the server would remember its own "no" for a while."""
    kept = Duration()
    kept.FromTimedelta(RETENTION)
    register = RegisterNamespaceRequest(namespace=namespace, workflow_execution_retention_period=kept)
    try:
        await client.workflow_service.register_namespace(register, timeout=CALL_LIMIT)
    except RPCError as error:
        if error.status not in (RPCStatusCode.ALREADY_EXISTS, RPCStatusCode.PERMISSION_DENIED):
            raise


async def _add_search_attributes(client: Client, namespace: str, wanted: Mapping[str, str]) -> None:
    listing = ListSearchAttributesRequest(namespace=namespace)
    present = await client.operator_service.list_search_attributes(listing, timeout=CALL_LIMIT)
    missing = {
        name: IndexedValueType.Value(f"INDEXED_VALUE_TYPE_{kind.upper()}")
        for name, kind in wanted.items()
        if name not in present.custom_attributes
    }
    if missing:
        order = AddSearchAttributesRequest(namespace=namespace, search_attributes=missing)
        await client.operator_service.add_search_attributes(order, timeout=CALL_LIMIT)
