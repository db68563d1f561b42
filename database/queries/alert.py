"""Alerts as they stand."""

from database.connect import PoolConnection

OPEN_COUNTS = """
    SELECT kind, severity, count(*) AS count FROM alerts
    WHERE raised_at IS NOT NULL AND cleared_at IS NULL GROUP BY kind, severity
"""


async def open_counts(connection: PoolConnection) -> dict[tuple[str, str], int]:
    """How many are raised, by kind and severity."""
    return {(row["kind"], row["severity"]): row["count"] for row in await connection.fetch(OPEN_COUNTS)}
