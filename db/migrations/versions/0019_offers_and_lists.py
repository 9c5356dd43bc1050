"""Who offers to answer for a market, and lists that people bring into Slack"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "wishes",
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("market", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("asked", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_by", sa.String(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("person", "market"),
    )
    op.create_table(
        "uploads",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("campaign", sa.String(), nullable=True),
        sa.Column("market", sa.String(), nullable=True),
        sa.Column("outlook", sa.JSON(), nullable=True),
        sa.Column("error", sa.JSON(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["campaign"], ["campaigns.key"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("source", "file", name="uq_uploads_once"),
    )
    op.create_index("ix_uploads_at", "uploads", ["at"])
    busy = sa.text("stage IN ('reading', 'importing')")
    op.create_index("ix_uploads_unfinished", "uploads", ["at"], sqlite_where=busy, postgresql_where=busy)


def downgrade() -> None:
    op.drop_table("uploads")
    op.drop_table("wishes")
