"""Learned models, and what those in shadow would have said"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "models",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("labels", sa.Integer(), nullable=False),
        sa.Column("card", sa.JSON(), nullable=False),
        sa.Column("made_at", _MOMENT, nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("changed_at", _MOMENT, nullable=False),
        sa.Column("changed_by", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
    for state in ("active", "shadow"):
        only = sa.text(f"state = '{state}'")
        op.create_index(
            f"uq_models_{state}", "models", ["target"], unique=True, sqlite_where=only, postgresql_where=only
        )
    op.create_table(
        "shadow_calls",
        sa.Column("candidate_id", sa.String(), nullable=False),
        sa.Column("model_id", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("match", sa.Float(), nullable=True),
        sa.Column("risk", sa.Float(), nullable=False),
        sa.Column("confident", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("candidate_id", "model_id"),
        sa.ForeignKeyConstraint(["candidate_id"], ["candidates.id"]),
        sa.ForeignKeyConstraint(["model_id"], ["models.id"]),
    )
    op.create_index("ix_shadow_calls_model_id", "shadow_calls", ["model_id"])


def downgrade() -> None:
    op.drop_table("shadow_calls")
    op.drop_table("models")
