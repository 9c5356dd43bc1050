"""Channels and who is in them"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "channels",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("private", sa.Boolean(), nullable=True),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("checked_at", _MOMENT, nullable=True),
        sa.Column("members_at", _MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "channel_members",
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("member", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "member"),
        sa.ForeignKeyConstraint(["channel"], ["channels.id"]),
    )
    op.create_index("ix_channel_members_member", "channel_members", ["member"])
    op.execute("INSERT INTO channels (id, shared) SELECT DISTINCT channel, TRUE FROM disagreements")


def downgrade() -> None:
    op.drop_table("channel_members")
    op.drop_table("channels")
