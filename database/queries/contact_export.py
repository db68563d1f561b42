"""Contacts as they leave: all, or those of a filter, through a cursor."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.segment import Rule
from database.queries.segment import guard_time
from database.queries.segment_rules import CONTACTS, Compiler


async def field_names(connection: AsyncConnection, user_id: UUID, rule: Rule | None) -> list[str]:
    """Every field that some of these contacts have, sorted."""
    name = func.jsonb_object_keys(CONTACTS.c.fields).label("name")
    asked = await _chosen(connection, user_id, rule, name)
    return sorted((await connection.execute(asked.distinct())).scalars())


async def export(connection: AsyncConnection, user_id: UUID, rule: Rule | None) -> AsyncIterator[RowMapping]:
    """Address, tags and fields of these contacts by id; memory stays flat."""
    asked = await _chosen(connection, user_id, rule, CONTACTS.c.email, CONTACTS.c.tags, CONTACTS.c.fields)
    async with connection.stream(asked.order_by(CONTACTS.c.id)) as result:
        async for row in result.mappings():
            yield row


async def _chosen(
    connection: AsyncConnection, user_id: UUID, rule: Rule | None, *columns: ColumnElement[Any]
) -> Select[Any]:
    asked = select(*columns).where(CONTACTS.c.user_id == user_id)
    if rule is None:
        return asked
    return asked.where(Compiler(user_id, await guard_time(connection)).condition(rule))
