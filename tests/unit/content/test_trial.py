from collections.abc import AsyncIterator

import pytest

from content.errors import MissingFieldError, RenderError, TemplateError
from content.template import Rendered
from content.trial import Content, TemplateTrial, TrialLimits


@pytest.fixture
async def trial() -> AsyncIterator[TemplateTrial]:
    async with TemplateTrial() as running:
        yield running


async def test_a_template_is_rendered_as_a_mail_would_be(trial: TemplateTrial) -> None:
    content = Content("Hi {{ name }}", "<b>{{ name }}</b>", "{{ name }}")
    assert await trial.try_template(content, {"name": "Ann & 你"}) == Rendered(
        "Hi Ann & 你", "<b>Ann &amp; 你</b>", "Ann & 你"
    )


async def test_errors_arrive_as_they_were_raised(trial: TemplateTrial) -> None:
    with pytest.raises(TemplateError) as wrong:
        await trial.try_template(Content("x", text="\n{{ a b }}"), {})
    with pytest.raises(MissingFieldError) as missing:
        await trial.try_template(Content("x", text="{{ a }}"), {})
    with pytest.raises(RenderError) as endless:
        await trial.try_template(Content("x", text="{% for a in range(9999) %}" * 9 + "{% endfor %}" * 9), {})
    assert (wrong.value.part, wrong.value.line) == ("text", 2)
    assert (missing.value.part, missing.value.field) == ("text", "a")
    assert "steps" in endless.value.message


async def test_one_child_serves_many_trials(trial: TemplateTrial) -> None:
    await trial.try_template(Content("x", text="t"), {})
    first = trial._child
    await trial.try_template(Content("x", text="t"), {})
    assert first is not None
    assert trial._child is first


async def test_a_child_out_of_memory_is_replaced() -> None:
    async with TemplateTrial(TrialLimits(memory_bytes=150_000_000)) as trial:
        with pytest.raises(TemplateError) as error:
            await trial.try_template(Content("x", text="t"), {"a": "x" * 80_000_000})
        assert "memory" in error.value.message
        assert (await trial.try_template(Content("x", text="t"), {})).text == "t"


async def test_a_child_that_gives_no_answer_is_ended() -> None:
    async with TemplateTrial(TrialLimits(wall_seconds=0)) as trial:
        with pytest.raises(TemplateError):
            await trial.try_template(Content("x", text="t"), {})
        assert trial._child is None


async def test_the_child_knows_nothing_of_our_environment(
    trial: TemplateTrial, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEMPOST_SECRET_OF_THIS_TEST", "s3cret")
    await trial.try_template(Content("x", text="t"), {})
    assert trial._child is not None
    with open(f"/proc/{trial._child.pid}/environ", encoding="utf-8") as environment:  # noqa: ASYNC230, PTH123
        assert "TEMPOST_SECRET_OF_THIS_TEST" not in environment.read()
