"""Contacts by the million: tags, segments, modes of an import, erased people"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

NOW = sa.text("clock_timestamp()")


def upgrade() -> None:
    _contacts()
    _imports()
    _segments()
    _erasures()
    op.create_index("ix_subtasks_contact", "subtasks", ["contact_id"])


def _tags() -> sa.Column[list[str]]:
    return sa.Column("tags", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False)


def _contacts() -> None:
    op.add_column("contacts", _tags())
    op.create_check_constraint(op.f("ck_contacts_tags"), "contacts", "cardinality(tags) <= 100")
    op.create_index("ix_contacts_user", "contacts", ["user_id", "id"])
    op.create_index(
        "ix_contacts_tags", "contacts", ["tags"], postgresql_using="gin", postgresql_where=sa.text("tags <> '{}'")
    )


def _imports() -> None:
    op.add_column("contact_imports", sa.Column("mode", sa.String(), server_default="merge", nullable=False))
    op.add_column("contact_imports", _tags())
    op.add_column("contact_imports", sa.Column("skipped", sa.Integer(), server_default="0", nullable=False))
    op.add_column("contact_imports", sa.Column("merging_at", sa.DateTime(timezone=True)))
    op.create_check_constraint(
        op.f("ck_contact_imports_mode"), "contact_imports", "mode IN ('merge', 'replace', 'insert', 'update')"
    )
    op.add_column("contact_import_rows", _tags())


def _segments() -> None:
    op.create_table(
        "segments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("rules", postgresql.JSONB(none_as_null=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_segments_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_segments")),
        sa.UniqueConstraint("user_id", "name", name=op.f("uq_segments_user_id_name")),
    )
    op.create_index(op.f("ix_segments_user_id"), "segments", ["user_id"])
    op.create_foreign_key(
        op.f("fk_rounds_segment_id"), "rounds", "segments", ["segment_id"], ["id"], ondelete="SET NULL"
    )


def _erasures() -> None:
    op.create_table(
        "erasures",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("email_hash", sa.LargeBinary(), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.Column("key_id", sa.Uuid()),
        sa.Column("erased", postgresql.JSONB(none_as_null=True), server_default=sa.text("'{}'"), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_erasures_user_id")),
        sa.PrimaryKeyConstraint("user_id", "email_hash", name=op.f("pk_erasures")),
    )


def downgrade() -> None:
    raise NotImplementedError("schemas go forward only; restore a backup instead")
