"""Templates."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from api.schemas.base import Fields, Incoming, Line, Outgoing, Text
from api.schemas.finding import FindingOut

Subject = Annotated[Text, StringConstraints(min_length=1, max_length=2000)]
Body = Annotated[Text, StringConstraints(max_length=500_000)]


class ContentIn(Incoming):
    """Subject and bodies, with variables such as `{{ first_name }}`."""

    subject: Subject
    html: Body | None = None
    text: Body | None = None
    """Made from html unless given."""

    @model_validator(mode="after")
    def _has_a_body(self) -> "ContentIn":
        if not self.html and not self.text:
            raise ValueError("give `html`, `text` or both")
        return self


class TemplateIn(ContentIn):
    """A template to keep."""

    name: Line


class TemplateChange(Incoming):
    """What to change of a template; the rest stays."""

    name: Line | None = None
    subject: Subject | None = None
    html: Body | None = None
    text: Body | None = None

    @model_validator(mode="after")
    def _keeps_name_and_subject(self) -> "TemplateChange":
        for name in self.model_fields_set & {"name", "subject"}:
            if getattr(self, name) is None:
                raise ValueError(f"{name} cannot be empty")
        return self


class TemplateOut(Outgoing):
    """A template."""

    id: UUID
    name: str
    subject: str
    html: str | None
    text: str | None
    variables: list[str]
    """Fields that a contact must have; those with a default are not among them."""
    created_at: datetime
    updated_at: datetime


class PreviewIn(Incoming):
    """For whom to render."""

    fields: Fields = Field(default_factory=dict)
    email: Annotated[str, StringConstraints(max_length=320)] | None = None
    """What `{{ email }}` shows; an example unless given."""


class PreviewOut(Outgoing):
    """A rendered mail."""

    subject: str
    html: str | None
    text: str


class DraftIn(ContentIn):
    """Content to look at before it is kept."""

    fields: Fields | None = None
    """Of a contact; made up unless given."""
    email: Annotated[str, StringConstraints(max_length=320)] | None = None


class DraftOut(PreviewOut):
    """The mail that a draft would be, and what is to be said of it."""

    variables: list[str]
    """Fields that a contact must have."""
    findings: list[FindingOut]
    """What may cost the mail its readers, the worst first."""


class PreflightIn(PreviewIn):
    """For whom to judge a template. Fields without a value are made up."""

    contact_list_id: UUID | None = None
    """A list of yours: fields that nobody on it has are named."""


class PreflightOut(Outgoing):
    """What may cost a mail its readers."""

    ready: bool
    """There is no error among the findings; no promise."""
    findings: list[FindingOut]
    """The worst first."""
