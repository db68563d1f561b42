"""The first schema"""

import sqlalchemy as sa
import sqlmodel
from alembic import op
from sqlalchemy.dialects import postgresql

from database.migrate import run_file

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('system_config',
    sa.Column('key', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('value', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('category', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('description', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('value_type', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('constraints', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
    sa.Column('default_value', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_system_config'))
    )
    op.create_table('guard_clock',
    sa.Column('singleton', sa.Boolean(), server_default=sa.text('true'), nullable=False),
    sa.Column('ahead', sa.Interval(), server_default=sa.text("'0'"), nullable=False),
    sa.CheckConstraint('singleton', name=op.f('ck_guard_clock_singleton')),
    sa.PrimaryKeyConstraint('singleton', name=op.f('pk_guard_clock'))
    )
    op.create_table('users',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('email', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('role', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.CheckConstraint("role IN ('admin', 'member')", name=op.f('ck_users_role')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_users')),
    sa.UniqueConstraint('email', name=op.f('uq_users_email'))
    )
    op.create_table('api_keys',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('prefix', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('key_hash', sa.LargeBinary(), nullable=False),
    sa.Column('scopes', sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('last_used_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_api_keys_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_api_keys')),
    sa.UniqueConstraint('key_hash', name=op.f('uq_api_keys_key_hash'))
    )
    op.create_index(op.f('ix_api_keys_user_id'), 'api_keys', ['user_id'], unique=False)
    op.create_table('contact_lists',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('hidden', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_contact_lists_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_contact_lists'))
    )
    op.create_index(op.f('ix_contact_lists_user_id'), 'contact_lists', ['user_id'], unique=False)
    op.create_table('contacts',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('email', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('email_key', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('fields', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_contacts_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_contacts')),
    sa.UniqueConstraint('user_id', 'email_key', name=op.f('uq_contacts_user_id_email_key'))
    )
    op.create_table('idempotency_keys',
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('key', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('request_hash', sa.LargeBinary(), nullable=False),
    sa.Column('status_code', sa.Integer(), nullable=True),
    sa.Column('response', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_idempotency_keys_user_id')),
    sa.PrimaryKeyConstraint('user_id', 'key', name=op.f('pk_idempotency_keys'))
    )
    op.create_table('pools',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_pools_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pools'))
    )
    op.create_index(op.f('ix_pools_user_id'), 'pools', ['user_id'], unique=False)
    op.create_table('suppressions',
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('email', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('reason', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_suppressions_user_id')),
    sa.PrimaryKeyConstraint('user_id', 'email', name=op.f('pk_suppressions'))
    )
    op.create_table('templates',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('subject', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('html', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('text', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('variables', sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_templates_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_templates'))
    )
    op.create_index(op.f('ix_templates_user_id'), 'templates', ['user_id'], unique=False)
    op.create_table('contact_imports',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('contact_list_id', sa.Uuid(), nullable=False),
    sa.Column('file_name', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('status', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('encoding', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('delimiter', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('columns', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
    sa.Column('rows_read', sa.Integer(), server_default='0', nullable=False),
    sa.Column('rejected', sa.Integer(), server_default='0', nullable=False),
    sa.Column('merged', sa.Integer(), server_default='0', nullable=False),
    sa.Column('accepted', sa.Integer(), server_default='0', nullable=False),
    sa.Column('error', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.Column('completed_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("status IN ('staging', 'staged', 'merging', 'completed', 'failed')", name=op.f('ck_contact_imports_status')),
    sa.ForeignKeyConstraint(['contact_list_id'], ['contact_lists.id'], name=op.f('fk_contact_imports_contact_list_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_contact_imports_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_contact_imports'))
    )
    op.create_index(op.f('ix_contact_imports_contact_list_id'), 'contact_imports', ['contact_list_id'], unique=False)
    op.create_index(op.f('ix_contact_imports_user_id'), 'contact_imports', ['user_id'], unique=False)
    op.create_table('contact_list_members',
    sa.Column('contact_list_id', sa.Uuid(), nullable=False),
    sa.Column('contact_id', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['contact_id'], ['contacts.id'], name=op.f('fk_contact_list_members_contact_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['contact_list_id'], ['contact_lists.id'], name=op.f('fk_contact_list_members_contact_list_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('contact_list_id', 'contact_id', name=op.f('pk_contact_list_members'))
    )
    op.create_index(op.f('ix_contact_list_members_contact_id'), 'contact_list_members', ['contact_id'], unique=False)
    op.create_table('email_services',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('pool_id', sa.Uuid(), nullable=False),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('kind', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('host', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('port', sa.Integer(), nullable=False),
    sa.Column('security', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('username', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('password_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('from_address', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('from_name', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('max_connections', sa.Integer(), nullable=False),
    sa.Column('priority', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.CheckConstraint("kind IN ('mailbox', 'relay')", name=op.f('ck_email_services_kind')),
    sa.CheckConstraint("security IN ('none', 'starttls', 'tls')", name=op.f('ck_email_services_security')),
    sa.ForeignKeyConstraint(['pool_id'], ['pools.id'], name=op.f('fk_email_services_pool_id')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_email_services_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_email_services'))
    )
    op.create_index(op.f('ix_email_services_pool_id'), 'email_services', ['pool_id'], unique=False)
    op.create_index(op.f('ix_email_services_user_id'), 'email_services', ['user_id'], unique=False)
    op.create_table('pool_members',
    sa.Column('pool_id', sa.Uuid(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('may_prioritise', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.ForeignKeyConstraint(['pool_id'], ['pools.id'], name=op.f('fk_pool_members_pool_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_pool_members_user_id')),
    sa.PrimaryKeyConstraint('pool_id', 'user_id', name=op.f('pk_pool_members'))
    )
    op.create_index(op.f('ix_pool_members_user_id'), 'pool_members', ['user_id'], unique=False)
    op.create_table('tasks',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('pool_id', sa.Uuid(), nullable=False),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('status', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('priority', sa.SmallInteger(), server_default='0', nullable=False),
    sa.Column('contact_list_id', sa.Uuid(), nullable=False),
    sa.Column('template_id', sa.Uuid(), nullable=True),
    sa.Column('subject', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('html', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('text', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('unknown_policy', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('max_retries', sa.SmallInteger(), server_default='10', nullable=False),
    sa.Column('start_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.Column('prepared_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('completed_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("status IN ('scheduled', 'sending', 'paused', 'completed', 'cancelled')", name=op.f('ck_tasks_status')),
    sa.CheckConstraint("unknown_policy IN ('hold', 'resend', 'count_as_sent')", name=op.f('ck_tasks_unknown_policy')),
    sa.ForeignKeyConstraint(['contact_list_id'], ['contact_lists.id'], name=op.f('fk_tasks_contact_list_id')),
    sa.ForeignKeyConstraint(['pool_id'], ['pools.id'], name=op.f('fk_tasks_pool_id')),
    sa.ForeignKeyConstraint(['template_id'], ['templates.id'], name=op.f('fk_tasks_template_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_tasks_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_tasks'))
    )
    op.create_index(op.f('ix_tasks_contact_list_id'), 'tasks', ['contact_list_id'], unique=False)
    op.create_index(op.f('ix_tasks_pool_id'), 'tasks', ['pool_id'], unique=False)
    op.create_index('ix_tasks_unfinished', 'tasks', ['id'], unique=False, postgresql_where=sa.text('completed_at IS NULL'))
    op.create_index(op.f('ix_tasks_user_id'), 'tasks', ['user_id'], unique=False)
    op.create_table('contact_import_errors',
    sa.Column('import_id', sa.Uuid(), nullable=False),
    sa.Column('line', sa.BigInteger(), nullable=False),
    sa.Column('reason', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('value', sqlmodel.sql.sqltypes.AutoString(), server_default=sa.text("''"), nullable=False),
    sa.ForeignKeyConstraint(['import_id'], ['contact_imports.id'], name=op.f('fk_contact_import_errors_import_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('import_id', 'line', name=op.f('pk_contact_import_errors'))
    )
    op.create_table('contact_import_rows',
    sa.Column('import_id', sa.Uuid(), nullable=False),
    sa.Column('line', sa.BigInteger(), nullable=False),
    sa.Column('email', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('email_key', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('fields', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
    sa.ForeignKeyConstraint(['import_id'], ['contact_imports.id'], name=op.f('fk_contact_import_rows_import_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('import_id', 'line', name=op.f('pk_contact_import_rows'))
    )
    op.create_table('deliveries',
    sa.Column('permit_id', sa.Uuid(), nullable=False),
    sa.Column('permit_no', sa.BigInteger(), nullable=False),
    sa.Column('task_id', sa.Uuid(), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('service_id', sa.Uuid(), nullable=False),
    sa.Column('attempt', sa.SmallInteger(), nullable=False),
    sa.Column('phase', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('outcome', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('reason', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('reply_code', sa.SmallInteger(), nullable=True),
    sa.Column('reply_text', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('worker', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('charge_day', sa.Date(), nullable=False),
    sa.Column('charged_next_day', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('deadline', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('claimed_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.Column('marked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("outcome IN ('sent', 'failed', 'unknown', 'returned')", name=op.f('ck_deliveries_outcome')),
    sa.CheckConstraint("phase IN ('claimed', 'transmitting', 'ended')", name=op.f('ck_deliveries_phase')),
    sa.ForeignKeyConstraint(['task_id'], ['tasks.id'], name=op.f('fk_deliveries_task_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('permit_id', name=op.f('pk_deliveries'))
    )
    op.create_index('ix_deliveries_ended', 'deliveries', ['task_id', 'ended_at'], unique=False, postgresql_where=sa.text("phase = 'ended'"))
    op.create_index('ix_deliveries_mail', 'deliveries', ['task_id', 'seq'], unique=False)
    op.create_index('ix_deliveries_open', 'deliveries', ['deadline'], unique=False, postgresql_where=sa.text("phase <> 'ended'"))
    op.create_table('email_service_schedule',
    sa.Column('service_id', sa.Uuid(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('pool_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('status', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('time_zone', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('last_sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('sending_interval', sa.Interval(), nullable=False),
    sa.Column('next_available_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.Column('expected_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.Column('daily_quota', sa.Integer(), nullable=False),
    sa.Column('used_quota', sa.Integer(), server_default='0', nullable=False),
    sa.Column('carried_quota', sa.Integer(), server_default='0', nullable=False),
    sa.Column('remaining_quota', sa.Integer(), sa.Computed('daily_quota - used_quota', persisted=True), nullable=True),
    sa.Column('quota_day', sa.Date(), nullable=True),
    sa.Column('quota_reset_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.Column('success_rate', sa.Float(), nullable=True),
    sa.Column('dialogue', sa.Interval(), server_default=sa.text("'100 ms'"), nullable=False),
    sa.Column('finished', sa.BigInteger(), server_default='0', nullable=False),
    sa.Column('last_permit_no', sa.BigInteger(), server_default='0', nullable=False),
    sa.Column('last_permit_id', sa.Uuid(), nullable=True),
    sa.Column('rested_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('rest_level', sa.Integer(), server_default='0', nullable=False),
    sa.Column('rest_reason', sa.Text(), nullable=True),
    sa.Column('changed_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.CheckConstraint("kind IN ('mailbox', 'relay')", name=op.f('ck_email_service_schedule_kind')),
    sa.CheckConstraint("status IN ('active', 'paused', 'deleted')", name=op.f('ck_email_service_schedule_status')),
    sa.ForeignKeyConstraint(['pool_id'], ['pools.id'], name=op.f('fk_email_service_schedule_pool_id')),
    sa.ForeignKeyConstraint(['service_id'], ['email_services.id'], name=op.f('fk_email_service_schedule_service_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_email_service_schedule_user_id')),
    sa.PrimaryKeyConstraint('service_id', name=op.f('pk_email_service_schedule'))
    )
    op.create_index('ix_email_service_schedule_changed', 'email_service_schedule', ['pool_id', 'changed_at'], unique=False)
    op.create_index('ix_email_service_schedule_choice', 'email_service_schedule', ['user_id', 'next_available_at', 'remaining_quota'], unique=False, postgresql_where=sa.text('remaining_quota > 0'))
    op.create_index('ix_email_service_schedule_free', 'email_service_schedule', ['next_available_at'], unique=False, postgresql_where=sa.text('remaining_quota > 0'))
    op.create_table('service_reservations',
    sa.Column('service_id', sa.Uuid(), nullable=False),
    sa.Column('connection_no', sa.Integer(), nullable=False),
    sa.Column('reserved_by', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('reserved_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['service_id'], ['email_services.id'], name=op.f('fk_service_reservations_service_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('service_id', 'connection_no', name=op.f('pk_service_reservations'))
    )
    op.create_table('subtasks',
    sa.Column('task_id', sa.Uuid(), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('contact_id', sa.BigInteger(), nullable=True),
    sa.Column('email', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('status', sqlmodel.sql.sqltypes.AutoString(), server_default='pending', nullable=False),
    sa.Column('reason', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('retry_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('retry_count', sa.SmallInteger(), server_default='0', nullable=False),
    sa.Column('claims', sa.SmallInteger(), server_default='0', nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('message_id', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('permit_id', sa.Uuid(), nullable=True),
    sa.Column('service_id', sa.Uuid(), nullable=True),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("status IN ('pending', 'claimed', 'transmitting', 'sent', 'failed', 'suppressed', 'unknown', 'cancelled')", name=op.f('ck_subtasks_status')),
    sa.ForeignKeyConstraint(['task_id'], ['tasks.id'], name=op.f('fk_subtasks_task_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('task_id', 'seq', name=op.f('pk_subtasks'))
    )
    op.create_index('ix_subtasks_noteworthy', 'subtasks', ['task_id', 'status', 'seq'], unique=False, postgresql_where=sa.text("status NOT IN ('pending', 'sent')"))
    op.create_index('ix_subtasks_ready', 'subtasks', ['task_id', sa.literal_column('retry_count DESC'), 'seq'], unique=False, postgresql_where=sa.text("status = 'pending' AND retry_at IS NULL"))
    op.create_index('ix_subtasks_retrying', 'subtasks', ['task_id', 'retry_at'], unique=False, postgresql_where=sa.text("status = 'pending' AND retry_at IS NOT NULL"))
    op.create_table('user_task_queues',
    sa.Column('task_id', sa.Uuid(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('pool_id', sa.Uuid(), nullable=False),
    sa.Column('priority', sa.SmallInteger(), server_default='0', nullable=False),
    sa.Column('total', sa.Integer(), server_default='0', nullable=False),
    sa.Column('ready', sa.Integer(), server_default='0', nullable=False),
    sa.Column('retrying', sa.Integer(), server_default='0', nullable=False),
    sa.Column('claimed', sa.Integer(), server_default='0', nullable=False),
    sa.Column('transmitting', sa.Integer(), server_default='0', nullable=False),
    sa.Column('sent', sa.Integer(), server_default='0', nullable=False),
    sa.Column('failed', sa.Integer(), server_default='0', nullable=False),
    sa.Column('suppressed', sa.Integer(), server_default='0', nullable=False),
    sa.Column('unknown', sa.Integer(), server_default='0', nullable=False),
    sa.Column('cancelled', sa.Integer(), server_default='0', nullable=False),
    sa.Column('pending_subtasks', sa.Integer(), sa.Computed('ready + retrying', persisted=True), nullable=True),
    sa.Column('processing_subtasks', sa.Integer(), sa.Computed('claimed + transmitting', persisted=True), nullable=True),
    sa.Column('next_retry_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('last_processed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('first_sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('last_sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('waits', postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.ForeignKeyConstraint(['pool_id'], ['pools.id'], name=op.f('fk_user_task_queues_pool_id')),
    sa.ForeignKeyConstraint(['task_id'], ['tasks.id'], name=op.f('fk_user_task_queues_task_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_user_task_queues_user_id')),
    sa.PrimaryKeyConstraint('task_id', name=op.f('pk_user_task_queues'))
    )
    op.create_index('ix_user_task_queues_changed', 'user_task_queues', ['pool_id', 'changed_at'], unique=False)
    op.create_index(op.f('ix_user_task_queues_user_id'), 'user_task_queues', ['user_id'], unique=False)
    for name in ("guard", "ledger_claim_v1", "ledger_mark_v1", "ledger_record_v1", "reservation_take_v1", "views", "system_config"):
        run_file(name)


def downgrade() -> None:
    raise NotImplementedError("schemas go forward only; restore a backup instead")
