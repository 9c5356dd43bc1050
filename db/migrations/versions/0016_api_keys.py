"""Keys of the HTTP API, and answers that are given again"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "api_keys",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("campaigns", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    in_use = sa.text("revoked_at IS NULL")
    op.create_index("uq_api_keys_name", "api_keys", ["name"], unique=True, sqlite_where=in_use, postgresql_where=in_use)
    op.create_table(
        "api_answers",
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["key_id"], ["api_keys.id"]),
        sa.PrimaryKeyConstraint("key_id", "token"),
    )
    op.create_index("ix_api_answers_at", "api_answers", ["at"])


def downgrade() -> None:
    op.drop_table("api_answers")
    op.drop_table("api_keys")
