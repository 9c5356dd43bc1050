"""One's own month: what somebody answered lately is found without reading everybody's judgements"""

from __future__ import annotations

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_judgements_expert", "judgements", ["expert", "at"])


def downgrade() -> None:
    op.drop_index("ix_judgements_expert", table_name="judgements")
