"""Group commit: what comes while a write is under way, or in the rest after it, is written together."""

import asyncio
from collections.abc import Sequence

import pytest

from database.group_commit import GroupCommit


class Book:
    """Keeps what was written, in groups."""

    def __init__(self) -> None:
        self.groups: list[list[str]] = []

    async def write(self, items: Sequence[str]) -> Sequence[str]:
        """Answer each item in capitals; refuse `bad` with all that came with it."""
        self.groups.append(list(items))
        await asyncio.sleep(0)
        if "bad" in items:
            raise ValueError("bad")
        return [item.upper() for item in items]


async def test_an_item_alone_is_written_at_once_and_answered() -> None:
    book = Book()
    assert await GroupCommit(book.write, rest=3600).submit("a") == "A"


async def test_items_that_come_during_a_write_share_the_next_and_each_gets_its_own_answer() -> None:
    book = Book()
    commit = GroupCommit(book.write)
    first = asyncio.create_task(commit.submit("a"))
    await asyncio.sleep(0)
    assert await asyncio.gather(first, *(commit.submit(item) for item in "bcd")) == ["A", "B", "C", "D"]
    assert book.groups == [["a"], ["b", "c", "d"]]


async def test_items_that_come_in_the_rest_after_a_write_share_the_next() -> None:
    book = Book()
    commit = GroupCommit(book.write, rest=2)
    await commit.submit("a")
    first = asyncio.create_task(commit.submit("b"))
    for _ in range(5):  # time enough to write it, were there no rest
        await asyncio.sleep(0)
    await asyncio.gather(first, commit.submit("c"))
    assert book.groups == [["a"], ["b", "c"]]


async def test_no_group_is_larger_than_the_most() -> None:
    book = Book()
    commit = GroupCommit(book.write, most=2)
    await asyncio.gather(*(commit.submit(item) for item in "abc"))
    assert max(len(group) for group in book.groups) == 2


async def test_a_write_that_fails_fails_for_its_callers_alone() -> None:
    commit = GroupCommit(Book().write)
    with pytest.raises(ValueError, match="bad"):
        await commit.submit("bad")
    assert await commit.submit("good") == "GOOD"
