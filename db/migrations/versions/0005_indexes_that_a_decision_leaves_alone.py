"""Indexes of reviews: fewer that a decision has to move, and one on what is open on somebody's desk"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_OPEN = sa.text("state IN ('pending', 'held', 'reopened') AND opened_at IS NOT NULL")


def upgrade() -> None:
    op.drop_index("ix_reviews_expert", table_name="reviews")
    op.drop_index("ix_reviews_campaign", table_name="reviews")
    op.create_index("ix_reviews_campaign", "reviews", ["campaign"])
    columns = ["expert", "deadline_at", "id"]
    op.create_index("ix_reviews_open", "reviews", columns, sqlite_where=_OPEN, postgresql_where=_OPEN)


def downgrade() -> None:
    op.drop_index("ix_reviews_open", table_name="reviews")
    op.drop_index("ix_reviews_campaign", table_name="reviews")
    op.create_index("ix_reviews_campaign", "reviews", ["campaign", "state"])
    op.create_index("ix_reviews_expert", "reviews", ["expert", "state"])
