"""Every segment that can be said finds whom it says."""

from random import Random
from typing import Any

import asyncpg
import pytest
from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncEngine

from contracts.segment import RULES, written
from database.connect import transaction
from database.queries.segment_rules import CONTACTS, Compiler
from tests.integration.segment.people import NOW, invented, rule, settle
from tests.integration.segment.plainly import finds

PEOPLE, SEGMENTS = 40, 400


@pytest.mark.unchecked_ledger("mails are written past its functions, with whatever came back")
async def test_any_segment_finds_exactly_whom_plain_python_finds(
    engine: AsyncEngine, pool: "asyncpg.Pool[asyncpg.Record]"
) -> None:
    draw = Random("segments")
    town = invented(draw, PEOPLE)
    await settle(pool, town)
    compiler = Compiler(town.user_id, NOW)
    async with transaction(engine) as connection:
        for _ in range(SEGMENTS):
            asked = RULES.validate_python(rule(draw, town))
            found: Select[Any] = select(CONTACTS.c.id).where(compiler.condition(asked))
            ids = set((await connection.execute(found)).scalars())
            assert ids == {each.id for each in town.people if finds(asked, each)}, written(asked)
