"""Lanes: pace and leases in rows of their own; when a doubtful errand was tried, and how often it failed by itself"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_INDEXES = (
    ("ix_outbox_lane", ["lane", "seq"], False, "state IN ('ready', 'sending', 'unknown')"),
    ("ix_outbox_unsent", ["state"], False, "state != 'sent'"),
    ("ix_outbox_sent", ["sent_at"], False, "sent_at IS NOT NULL"),
    ("uq_outbox_ready", ["kind", "ref", "lane"], True, "state = 'ready'"),
)


def upgrade() -> None:
    op.create_table(
        "lanes",
        sa.Column("lane", sa.String(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("owner", sa.String(), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("lane"),
    )
    # Batches copy the table on SQLite, and would not bring back the conditions of its indexes.
    _drop_indexes()
    with op.batch_alter_table("outbox") as table:
        table.add_column(sa.Column("strikes", sa.Integer(), nullable=False, server_default="0"))
        table.add_column(sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE outbox SET tried_at = created_at WHERE state IN ('sending', 'unknown')")
    with op.batch_alter_table("outbox") as table:
        table.alter_column("strikes", server_default=None)
        table.drop_column("next_at")
    _create_indexes()


def downgrade() -> None:
    _drop_indexes()
    with op.batch_alter_table("outbox") as table:
        table.add_column(sa.Column("next_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE outbox SET next_at = created_at")
    op.execute("UPDATE outbox SET state = 'dead' WHERE state = 'stuck'")
    with op.batch_alter_table("outbox") as table:
        table.alter_column("next_at", nullable=False)
        table.drop_column("tried_at")
        table.drop_column("strikes")
    _create_indexes()
    op.drop_table("lanes")


def _drop_indexes() -> None:
    for name, *_ in _INDEXES:
        op.drop_index(name, "outbox")


def _create_indexes() -> None:
    for name, columns, unique, where in _INDEXES:
        condition = sa.text(where)
        op.create_index(name, "outbox", columns, unique=unique, sqlite_where=condition, postgresql_where=condition)
