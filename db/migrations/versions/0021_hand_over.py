"""Hand-over: what goes back when nobody looks, why somebody was named, and what colleagues say"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_RETURNING = "state IN ('pending', 'held', 'reopened') AND returns_at IS NOT NULL"


def upgrade() -> None:
    for name, kind in (("handed_by", sa.String()), ("returns_at", _MOMENT), ("grounds", sa.JSON())):
        op.add_column("reviews", sa.Column(name, kind, nullable=True))
    op.create_index(
        "ix_reviews_returns", "reviews", ["returns_at"],
        sqlite_where=sa.text(_RETURNING), postgresql_where=sa.text(_RETURNING),
    )  # fmt: skip
    op.create_table(
        "opinions",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("review_id", sa.String(), nullable=False),
        sa.Column("asker", sa.String(), nullable=False),
        sa.Column("colleague", sa.String(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("asked_at", _MOMENT, nullable=False),
        sa.Column("text", sa.String(), nullable=True),
        sa.Column("said_at", _MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["review_id"], ["reviews.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("review_id", "asker", "colleague", name="uq_opinions_once"),
    )


def downgrade() -> None:
    op.drop_table("opinions")
    op.drop_index("ix_reviews_returns", table_name="reviews")
    for name in ("grounds", "returns_at", "handed_by"):
        op.drop_column("reviews", name)
