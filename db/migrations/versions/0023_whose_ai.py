"""Whose verdict is a campaign's recommendation: ours, or that of the team's own AI"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("campaigns", sa.Column("recommends", sa.String(), nullable=False, server_default="ours"))


def downgrade() -> None:
    op.drop_column("campaigns", "recommends")
