"""When a lane's times were written, so that a clock which is set back stops none"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("lanes", sa.Column("written_at", sa.DateTime(timezone=True), nullable=True))
    # Nobody knows when; a pause that is longer than clocks may differ is then cut short once, and Slack asks again.
    op.execute("UPDATE lanes SET written_at = next_at")
    with op.batch_alter_table("lanes") as table:
        table.alter_column("written_at", nullable=False)


def downgrade() -> None:
    with op.batch_alter_table("lanes") as table:
        table.drop_column("written_at")
