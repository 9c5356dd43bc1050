"""Search on PostgreSQL: room that is taken by a document's tokens, so that they lie beside the table"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("search_documents", sa.Column("room", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("search_documents", "room")
