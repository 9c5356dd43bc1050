"""What the team's own AI says of a candidate"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("candidates", sa.Column("theirs", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("candidates", "theirs")
