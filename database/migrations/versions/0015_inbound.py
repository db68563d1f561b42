"""Inbound: addresses that bounces return to, and mailboxes that are read"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

NOW = sa.text("clock_timestamp()")


def upgrade() -> None:
    op.add_column("email_services", sa.Column("bounce_address", sa.String()))
    op.create_table(
        "mailboxes",
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("port", sa.Integer(), nullable=False),
        sa.Column("security", sa.String(), nullable=False),
        sa.Column("username", sa.String()),
        sa.Column("password_sealed", sa.LargeBinary()),
        sa.Column("marks_read", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True)),
        sa.Column("error", sa.Text()),
        sa.Column("failed_at", sa.DateTime(timezone=True)),
        sa.Column("mails_read", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("mails_matched", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.CheckConstraint("security IN ('none', 'starttls', 'tls')", name=op.f("ck_mailboxes_security")),
        sa.ForeignKeyConstraint(
            ["service_id"], ["email_services.id"], name=op.f("fk_mailboxes_service_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("service_id", name=op.f("pk_mailboxes")),
    )
    op.create_table(
        "mailbox_folders",
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("folder", sa.String(), nullable=False),
        sa.Column("uid_validity", sa.BigInteger(), nullable=False),
        sa.Column("last_uid", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["service_id"], ["mailboxes.service_id"], name=op.f("fk_mailbox_folders_service_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("service_id", "folder", name=op.f("pk_mailbox_folders")),
    )


def downgrade() -> None:
    raise NotImplementedError("schemas go forward only; restore a backup instead")
