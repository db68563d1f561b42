"""The language of segments: saved filters on contacts, as JSON that can only say what is foreseen here.

A rule is one object, known by its first word: a condition (`field`, `tag`, `list`, `domain`, `created`, `updated`,
`engagement`, `suppressed`) or a group of rules (`all`, `any`, `not`). Every rule is true or false of every contact, so
`not` is exactly the rest. `database.queries.segment_rules` compiles them.
"""

from collections.abc import Iterator
from typing import Annotated, Any, Final, Literal, Self, TypeAlias
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    StrictBool,
    Tag,
    TypeAdapter,
    model_validator,
)
from pydantic.alias_generators import to_camel

from contracts.segment_value import Days, Domain, FieldName, Value, some
from contracts.tag import TagName

MAX_DEPTH = 5
"""Groups inside groups, the outermost counted."""
MAX_CONDITIONS = 50

Op = Literal["equals", "notEquals", "contains", "startsWith", "in", "greater", "less", "exists"]
EngagementKind = Literal[
    "sent", "opened", "clicked", "replied", "autoReplied", "bounced", "complained", "unsubscribed"
]  # fmt: skip
KINDS: Final = ("all", "any", "not", "field", "tag", "list", "domain", "created", "updated", "engagement", "suppressed")


class Node(BaseModel):
    """What every rule shares. A word that is not known is an error, so that a typing mistake is seen."""

    model_config = ConfigDict(
        alias_generator=to_camel, validate_by_name=True, validate_by_alias=True, extra="forbid", frozen=True,
        hide_input_in_errors=True,
    )  # fmt: skip


class All(Node):
    """Every one of these."""

    all: Annotated[tuple["Rule", ...], AfterValidator(some)]


class AnyOf(Node):
    """At least one of these."""

    any: Annotated[tuple["Rule", ...], AfterValidator(some)]


class Not(Node):
    """All other contacts."""

    not_: Annotated["Rule", Field(alias="not")]


class FieldRule(Node):
    """A field of the contact against a value; `email` is the address. The case of letters is left out.

    With a number, the field is read as one, whether it is stored as a number or, as imports do, as text. A contact
    without the field equals nothing.
    """

    field: FieldName
    op: Op
    value: Value | None = None

    @model_validator(mode="after")
    def _fits(self) -> Self:
        wanted: dict[Op, tuple[type, ...]] = {
            "equals": (bool, int, float, str), "notEquals": (bool, int, float, str), "contains": (str,),
            "startsWith": (str,), "in": (tuple,), "greater": (int, float), "less": (int, float),
            "exists": (type(None),),
        }  # fmt: skip
        number_only = self.op in {"greater", "less"} and isinstance(self.value, bool)
        if number_only or not isinstance(self.value, wanted[self.op]):
            raise ValueError(f"`{self.op}` takes {VALUES[self.op]}")
        return self


VALUES: Final[dict[Op, str]] = {
    "equals": "a text, number or boolean as `value`", "notEquals": "a text, number or boolean as `value`",
    "contains": "a text as `value`", "startsWith": "a text as `value`", "in": "a list as `value`",
    "greater": "a number as `value`", "less": "a number as `value`", "exists": "no `value`",
}  # fmt: skip


class TagRule(Node):
    """The contact has this tag."""

    tag: TagName


class ListRule(Node):
    """The contact stands on this list."""

    list: UUID


class DomainRule(Node):
    """The address is one of this domain."""

    domain: Domain


class Span(Node):
    """A stretch of time: after and before instants, or the last days. Bounds belong to it."""

    after: AwareDatetime | None = None
    before: AwareDatetime | None = None
    within_days: Days | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.after is None and self.before is None and self.within_days is None:
            raise ValueError("give `after`, `before` or `withinDays`")
        return self


class CreatedRule(Node):
    """When the contact was first written."""

    created: Span


class UpdatedRule(Node):
    """When the contact was last changed."""

    updated: Span


class EngagementRule(Node):
    """A mail to the contact was sent, or came to this, ever or within so many days; of one task or campaign, if said.

    The first time of each kind per mail counts: a mail that is opened again is opened when it was first. Opens and
    clicks of machines do not count. `bounced` is for good.
    """

    engagement: EngagementKind
    within_days: Days | None = None
    task: UUID | None = None
    campaign: UUID | None = None


class SuppressedRule(Node):
    """The address is never written to; or, with false, may be."""

    suppressed: StrictBool


def _kind(value: Any) -> str | None:
    """Which rule this is: the first of the known words that it says."""
    if isinstance(value, Node):
        return next(iter(type(value).model_fields)).rstrip("_")
    return next((kind for kind in KINDS if kind in value), None) if isinstance(value, dict) else None


Rule: TypeAlias = Annotated[
    Annotated[All, Tag("(all)")]
    | Annotated[AnyOf, Tag("(any)")]
    | Annotated[Not, Tag("(not)")]
    | Annotated[FieldRule, Tag("(field)")]
    | Annotated[TagRule, Tag("(tag)")]
    | Annotated[ListRule, Tag("(list)")]
    | Annotated[DomainRule, Tag("(domain)")]
    | Annotated[CreatedRule, Tag("(created)")]
    | Annotated[UpdatedRule, Tag("(updated)")]
    | Annotated[EngagementRule, Tag("(engagement)")]
    | Annotated[SuppressedRule, Tag("(suppressed)")],
    Discriminator(
        lambda value: f"({kind})" if (kind := _kind(value)) else None,
        custom_error_type="unknown_rule",
        custom_error_message=f"a rule is an object with one of the words {', '.join(KINDS)}",
    ),
]


def bounded(rules: object) -> object:
    """Refuse what is nested too deep or says too much before it is read. Raises `ValueError`."""
    conditions = 0
    waiting: list[tuple[object, int]] = [(rules, 0)]
    while waiting:
        rule, depth = waiting.pop()
        inner = list(_inner(rule))
        if inner and depth >= MAX_DEPTH:
            raise ValueError(f"groups stand at most {MAX_DEPTH} deep inside each other")
        conditions += not inner
        if conditions > MAX_CONDITIONS:
            raise ValueError(f"a segment has at most {MAX_CONDITIONS} conditions")
        waiting += [(each, depth + 1) for each in inner]
    return rules


def _inner(rule: object) -> Iterator[Any]:
    if isinstance(rule, All):
        yield from rule.all
    elif isinstance(rule, AnyOf):
        yield from rule.any
    elif isinstance(rule, Not):
        yield rule.not_
    elif isinstance(rule, dict):
        for group in ("all", "any"):
            members = rule.get(group)
            yield from members if isinstance(members, list | tuple) else ()
        if "not" in rule:
            yield rule["not"]


Rules: TypeAlias = Annotated[Rule, BeforeValidator(bounded)]
"""A whole segment."""

for group in (All, AnyOf, Not):
    group.model_rebuild()
RULES: Final[TypeAdapter[Rule]] = TypeAdapter(Rules)


def written(rule: Rule) -> str:
    """A segment as the JSON that `RULES` reads."""
    return RULES.dump_json(rule, by_alias=True, exclude_none=True).decode()


def conditions(rule: Rule) -> Iterator[Node]:
    """Every condition of a segment."""
    inner = list(_inner(rule))
    if not inner:
        yield rule
    for each in inner:
        yield from conditions(each)
