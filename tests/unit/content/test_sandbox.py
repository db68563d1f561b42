"""What a stranger may write into a template: it can neither get out nor use up the machine."""

import pytest

from content.errors import ContentError, RenderError
from content.limits import Limits
from content.template import compile_content

FIELDS = {"name": "Ann", "n": 5}


def render(source: str, limits: Limits | None = None) -> str:
    return compile_content("s", text=source).render(FIELDS, limits or Limits()).text


@pytest.mark.parametrize(
    "source",
    [
        "{{ ''.__class__ }}",
        "{{ ''['__class__'] }}",
        "{{ name.__class__.__mro__ }}",
        "{{ name|attr('__class__') }}",
        "{{ range.__globals__ }}",
        "{{ range.__init__ }}",
        "{{ loop.__class__ }}",
        "{% for a in 'x' %}{{ loop._iterable }}{% endfor %}",
        "{% for a in 'x' %}{{ loop.__init__.__globals__ }}{% endfor %}",
        "{% for a in 'x' %}{{ loop('x') }}{% endfor %}",
        "{{ self.__init__ }}",
        "{{ cycler }}",
        "{{ joiner() }}",
        "{{ lipsum(1000) }}",
        "{{ namespace() }}",
        "{{ dict(a=1) }}",
        "{{ config }}",
        "{{ name.format }}",
        "{{ '{0.__class__}'.format(1) }}",
        "{{ name['format'] }}",
        "{{ name.format_map({}) }}",
        "{{ name.encode() }}",
        "{{ name.translate('') }}",
        "{{ '%s'|format(name) }}",
        "{{ '%s' % name }}",
        "{{ [name]|map('upper') }}",
        "{{ [name]|map(attribute='__class__') }}",
        "{{ [1]|unique(attribute='__class__') }}",
        "{{ n.real }}",
        "{{ n.__class__ }}",
        "{{ [1].append(2) }}",
        "{{ undefined_name.__class__ }}",
        "{{ (name|default).__class__ }}",
        "{{ none.__class__ }}",
        "{{ true.__class__ }}",
        "{{ ''.join.__self__ }}",
        "{{ ''.upper.__self__ }}",
        "{{ name|tojson }}",
        "{{ name|pprint }}",
        "{% do 1 %}",
        "{% debug %}",
        "{% import 'os' as os %}",
        "{% from 'os' import system %}",
        "{% extends 'x' %}",
        "{% filter upper %}x{% endfilter %}",
        "{% call range() %}{% endcall %}",
        "{% autoescape false %}{{ name }}{% endautoescape %}",
        "{% block x %}{% endblock %}",
    ],
)
def test_there_is_no_way_out(source: str) -> None:
    with pytest.raises(ContentError):
        render(source)


@pytest.mark.parametrize(
    "source",
    [
        "{{ 'a' * 1000000000 }}",
        "{{ 1000000000 * 'a' }}",
        "{{ [1] * 1000000000 }}",
        "{{ [1] + [2] }}",
        "{{ 999999999 * 999999999 * 999999999 }}",
        "{{ 99999999999999999999 }}",
        "{{ range(1000000000)|list }}",
        "{{ range(10 ** 9) }}",
        "{{ 'a'.center(1000000000) }}",
        "{{ 'a'.ljust(1000000000) }}",
        "{{ 'a'.zfill(1000000000) }}",
        "{{ '\t'.expandtabs(1000000000) }}",
        "{{ 'a'|center(1000000000) }}",
        "{{ 'a'|indent(1000000000) }}",
        "{{ '%1000000000s'|format('a') }}",
        "{{ '%1000000000s' % 'a' }}",
        "{{ '{:1000000000}'.format(1) }}",
        "{{ 'ffffffffffffffffffff'|int(base=16) }}",
        "{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}",
        "{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}",
        "{% for a in range(9999) if range(9999)|list %}{% endfor %}",
        "{% set a = 'aaaaaaaaaaaaaaaa' %}" + "{% set a = a ~ a %}" * 40,
        "{% set a = 'aaaaaaaaaaaaaaaa' %}" + "{% set a = a + a %}" * 40,
        "{% set a = 'aaaaaaaaaaaaaaaa' %}" + "{% set a = a.replace('a', a) %}" * 9,
        "{% set a = 'aaaaaaaaaaaaaaaa' %}" + "{% set a = a|replace('a', a) %}" * 9,
        "{% set a = 'aaaaaaaaaaaaaaaa' %}" + "{% set a = [a, a, a, a]|join(a) %}" * 20,
        "{% set a = [1, 2] %}" + "{% set a = [a, a] %}" * 40 + "{{ a }}",
        "{% set a = [1, 2] %}" + "{% set a = (a, a) %}" * 40 + "{{ a == a }}",
        "{{ [name, name] }}",
        "{{ [name, name]|string }}",
        "{{ [name, name]|upper }}",
        "{% set a = 9 %}" + "{% set a = a * a %}" * 60 + "{{ a }}",
    ],
)
def test_what_would_grow_without_bound_is_stopped(source: str) -> None:
    with pytest.raises(ContentError):
        render(source)


def test_output_is_stopped_at_its_cap() -> None:
    source = "{% for a in range(9999) %}" + "x" * 1000 + "{% endfor %}"
    with pytest.raises(RenderError) as error:
        render(source, Limits(output_bytes=50_000))
    assert "50000 bytes" in error.value.message


def test_the_cap_counts_bytes_not_characters() -> None:
    with pytest.raises(RenderError):
        render("{% for a in range(100) %}你{{ a - a }}{% endfor %}", Limits(output_bytes=399))
    assert render("{% for a in range(100) %}你{{ a - a }}{% endfor %}", Limits(output_bytes=400))


def test_processor_time_is_stopped_at_its_limit() -> None:
    with pytest.raises(RenderError) as error:
        render("{% for a in range(99) %}{{ a }}{% endfor %}", Limits(cpu_seconds=0))
    assert "too long" in error.value.message


def test_steps_are_stopped_at_their_limit_and_each_mail_has_its_own() -> None:
    content = compile_content("s", text="{% for a in range(n) %}{{ a }}{% endfor %}")
    limits = Limits(steps=1000)
    for _ in range(5):
        content.render({"n": 100}, limits)
    with pytest.raises(RenderError):
        content.render({"n": 1001}, limits)


def test_memory_cannot_be_filled_by_many_values() -> None:
    sets = "".join(f"{{% set a{number} = a ~ '{number}' %}}" for number in range(900))
    with pytest.raises(RenderError) as error:
        render("{% set a = 'a' ~ range(9999)|join('abcdefghi') %}" + sets)
    assert "steps" in error.value.message
