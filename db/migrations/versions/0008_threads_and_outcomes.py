"""Threads and outcomes: where people answer, what they wrote there, what became of a deal"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "replies",
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("ts", sa.String(), nullable=False),
        sa.Column("disagreement_id", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("edited_at", _MOMENT, nullable=True),
        sa.Column("deleted_at", _MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("channel", "ts"),
        sa.ForeignKeyConstraint(["disagreement_id"], ["disagreements.id"]),
    )
    op.create_index("ix_replies_disagreement", "replies", ["disagreement_id", "at"])
    op.create_table(
        "outcomes",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("review_id", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("happened_at", _MOMENT, nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("review_id", "what", name="uq_outcomes_once"),
        sa.ForeignKeyConstraint(["review_id"], ["reviews.id"]),
    )
    op.add_column("posts", sa.Column("thread_ts", sa.String(), nullable=True))
    threaded = sa.text("thread_ts IS NOT NULL")
    op.create_index(
        "ix_posts_thread", "posts", ["channel", "thread_ts"], sqlite_where=threaded, postgresql_where=threaded
    )


def downgrade() -> None:
    op.drop_index("ix_posts_thread", table_name="posts")
    op.drop_column("posts", "thread_ts")
    op.drop_table("outcomes")
    op.drop_table("replies")
