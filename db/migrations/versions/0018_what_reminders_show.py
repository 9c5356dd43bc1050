"""What reminders show, until when a hot deal's other offer stands, and when owners get their morning digest"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_CURRENT = "newer_at IS NULL"
_WAITS = "digest_at IS NOT NULL"


def upgrade() -> None:
    op.create_table(
        "reminders",
        sa.Column("ref", sa.String(), primary_key=True),
        sa.Column("review_id", sa.String(), primary_key=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("lane", sa.String(), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("instead", sa.String(), nullable=True),
        sa.Column("newer_at", _MOMENT, nullable=True),
    )
    op.create_index("ix_reminders_at", "reminders", ["at"])
    current = sa.text(_CURRENT)
    op.create_index(
        "ix_reminders_review", "reminders", ["review_id"], sqlite_where=current, postgresql_where=current
    )  # fmt: skip
    op.add_column("reviews", sa.Column("reminded_at", _MOMENT, nullable=True))
    op.add_column("reviews", sa.Column("hot_until", _MOMENT, nullable=True))
    op.add_column("members", sa.Column("digest_at", _MOMENT, nullable=True))
    op.add_column("members", sa.Column("digest_since", _MOMENT, nullable=True))
    waits = sa.text(_WAITS)
    op.create_index("ix_members_digest", "members", ["digest_at"], sqlite_where=waits, postgresql_where=waits)


def downgrade() -> None:
    op.drop_index("ix_members_digest", table_name="members")
    op.drop_column("members", "digest_since")
    op.drop_column("members", "digest_at")
    op.drop_column("reviews", "hot_until")
    op.drop_column("reviews", "reminded_at")
    op.drop_index("ix_reminders_review", table_name="reminders")
    op.drop_index("ix_reminders_at", table_name="reminders")
    op.drop_table("reminders")
