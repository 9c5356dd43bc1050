"""Reminders: when people work, when they are away, and when each review's people are reminded next"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_MEMBERS: tuple[tuple[str, sa.types.TypeEngine[Any]], ...] = (
    ("language", sa.String()),
    ("work_from", sa.Integer()),
    ("work_to", sa.Integer()),
    ("work_days", sa.String()),
    ("backup", sa.String()),
    ("away_from", _MOMENT),
    ("away_until", _MOMENT),
    ("status_until", _MOMENT),
    ("dnd_from", _MOMENT),
    ("dnd_until", _MOMENT),
    ("dnd_seen_at", _MOMENT),
    ("nudged_at", _MOMENT),
)
_REVIEWS: tuple[tuple[str, sa.types.TypeEngine[Any]], ...] = (
    ("hot_at", _MOMENT),
    ("extended_at", _MOMENT),
    ("moved_at", _MOMENT),
    ("nudge_at", _MOMENT),
    ("nudge_step", sa.Integer()),
    ("nudges", sa.Integer()),
    ("backup_at", _MOMENT),
    ("owner_at", _MOMENT),
    ("owner_step", sa.Integer()),
)
_AWAITS = "state IN ('pending', 'held', 'reopened')"
_INDEXES = (
    ("ix_reviews_nudge", "nudge_at", f"{_AWAITS} AND opened_at IS NOT NULL AND nudge_at IS NOT NULL"),
    ("ix_reviews_owner", "owner_at", f"{_AWAITS} AND owner_at IS NOT NULL"),
)


def upgrade() -> None:
    for name, kind in _MEMBERS:
        op.add_column("members", sa.Column(name, kind, nullable=True))
    for name, kind in _REVIEWS:
        op.add_column("reviews", sa.Column(name, kind, nullable=True))
    # What waits is looked at once; whose card is open has been told so.
    reviews = sa.table("reviews", *(sa.column(name) for name in ("intake_at", "nudge_at", "nudge_step", "owner_at")))
    awaits, opened = sa.text(_AWAITS), sa.text(f"{_AWAITS} AND opened_at IS NOT NULL")
    op.execute(reviews.update().where(awaits).values(owner_at=reviews.c.intake_at))
    op.execute(reviews.update().where(opened).values(nudge_at=reviews.c.intake_at, nudge_step=1))
    for name, column, where in _INDEXES:
        op.create_index(name, "reviews", [column], sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def downgrade() -> None:
    for name, *_ in _INDEXES:
        op.drop_index(name, table_name="reviews")
    for name, _ in _REVIEWS:
        op.drop_column("reviews", name)
    for name, _ in _MEMBERS:
        op.drop_column("members", name)
