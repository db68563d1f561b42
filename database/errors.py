"""What an error of PostgreSQL means for whoever asked: try again soon, or ask for something else."""

import socket

import asyncpg
from sqlalchemy import exc
from sqlalchemy.exc import DBAPIError

UNREACHABLE = (
    OSError, TimeoutError, asyncpg.PostgresConnectionError, asyncpg.InterfaceError, asyncpg.CannotConnectNowError,
    asyncpg.InternalClientError,  # a connection whose server has just died
    asyncpg.InsufficientResourcesError, asyncpg.OperatorInterventionError, asyncpg.PostgresSystemError,
    asyncpg.TransactionRollbackError, asyncpg.ObjectNotInPrerequisiteStateError, asyncpg.ReadOnlySQLTransactionError,
    asyncpg.InvalidAuthorizationSpecificationError, asyncpg.InvalidCatalogNameError,
)  # fmt: skip
"""The database is away, full, busy, or not yet itself again: the same may succeed soon. For the bare driver."""
OUTAGES = (
    ConnectionError, TimeoutError, socket.gaierror, exc.TimeoutError, asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError, asyncpg.InsufficientResourcesError, asyncpg.OperatorInterventionError,
)  # fmt: skip
"""The same where anything may fail that opens a file or a socket, as in the API: only what is surely the database.

`exc.TimeoutError`: all connections of the engine are taken.
"""
DOWN_CLASSES = ("08", "28", "3D", "53", "55", "57", "58")
"""SQLSTATE classes: connection, login, no such database, resources (connections, disk), not yet in the state that is
needed (a lock not available, a database that takes no connections), operator, system."""
BUSY_STATES = ("40001", "40P01")
"""Serialisation, deadlock: the same again may succeed."""
UNSTORABLE_CLASS = "22"
"""Data exceptions: out of range, bytes that are no text."""


def is_down(error: DBAPIError) -> bool:
    """The server cannot be used now; nothing was written, and the same may succeed soon."""
    state = _state(error)
    return error.connection_invalidated or state is None or state.startswith(DOWN_CLASSES) or state in BUSY_STATES


def is_cancelled(error: DBAPIError) -> bool:
    """A statement was ended, as by its time-out."""
    return _state(error) == "57014"


def is_unstorable(error: DBAPIError) -> bool:
    """A value cannot be kept as it is."""
    state = _state(error)
    return state is not None and state.startswith(UNSTORABLE_CLASS)


def _state(error: DBAPIError) -> str | None:
    """SQLSTATE; none where the server was not even asked, such as on a closed connection."""
    state: str | None = getattr(error.orig, "sqlstate", None)
    return state
