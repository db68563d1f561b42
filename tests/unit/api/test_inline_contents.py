"""The same content of many tasks is checked once, and what is refused is refused each time."""

import asyncio

import pytest

from api.inline_contents import FRESH_SECONDS, InlineContents
from api.problems import InvalidError
from api.schemas.template import ContentIn
from content.trial import TemplateTrial


class CountedTrial(TemplateTrial):
    """Counts what it is asked to try."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    async def _ask(self, request: bytes) -> dict[str, object]:
        self.count += 1
        return await super()._ask(request)


def content(subject: str) -> ContentIn:
    """A body as it comes, a new object each time."""
    return ContentIn.model_validate({"subject": subject, "text": "Dear {{ first_name }}"})


async def test_the_same_content_is_tried_once_for_all_who_send_it_within_a_minute() -> None:
    now = 0.0
    async with CountedTrial() as trial:
        contents = InlineContents(trial, lambda: now)
        found = await asyncio.gather(*(contents.checked(content("Hi")) for _ in range(5)))
        assert {tuple(each.variables) for each in found} == {("first_name",)}
        once = trial.count
        now = FRESH_SECONDS
        await contents.checked(content("Hi"))
        assert trial.count == once
        now = FRESH_SECONDS + 1
        await contents.checked(content("Hi"))
        assert trial.count == 2 * once


async def test_another_content_is_tried_for_itself() -> None:
    async with CountedTrial() as trial:
        contents = InlineContents(trial)
        assert (await contents.checked(content("Hi"))).content.subject == "Hi"
        assert (await contents.checked(content("Hi {{ city }}"))).variables == ["city", "first_name"]


async def test_what_is_refused_is_tried_again_and_named_by_its_place() -> None:
    async with CountedTrial() as trial:
        contents = InlineContents(trial)
        for tries in (1, 2):
            with pytest.raises(InvalidError) as refused:
                await contents.checked(content("Hi {{"))
            assert refused.value.errors[0].pointer == "#/content/subject"
            assert trial.count == tries
