"""Disagreements"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "disagreements",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("review_id", sa.String(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("judgement_id", sa.String(), nullable=False),
        sa.Column("against", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("campaign", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("market", sa.String(), nullable=False),
        sa.Column("tier", sa.String(), nullable=True),
        sa.Column("creator_id", sa.String(), nullable=False),
        sa.Column("expert", sa.String(), nullable=False),
        sa.Column("ai_verdict", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("flags", sa.JSON(), nullable=False),
        sa.Column("disputed", sa.JSON(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("ai_visible", sa.Boolean(), nullable=False),
        sa.Column("opened_at", _MOMENT, nullable=False),
        sa.Column("standing", sa.String(), nullable=False),
        sa.Column("winner", sa.String(), nullable=True),
        sa.Column("lesson", sa.String(), nullable=False),
        sa.Column("resolved_by", sa.String(), nullable=True),
        sa.Column("resolved_at", _MOMENT, nullable=True),
        sa.Column("remind_at", _MOMENT, nullable=True),
        sa.Column("reminded", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("judgement_id"),
        sa.ForeignKeyConstraint(["review_id"], ["reviews.id"]),
        sa.ForeignKeyConstraint(["judgement_id"], ["judgements.id"]),
        sa.ForeignKeyConstraint(["against"], ["judgements.id"]),
        sa.ForeignKeyConstraint(["campaign"], ["campaigns.key"]),
        sa.ForeignKeyConstraint(["creator_id"], ["creators.id"]),
    )
    op.create_index("ix_disagreements_review_id", "disagreements", ["review_id"])
    op.create_index("ix_disagreements_creator_id", "disagreements", ["creator_id"])
    waiting, valid = sa.text("remind_at IS NOT NULL"), sa.text("standing != 'void'")
    op.create_index(
        "ix_disagreements_remind", "disagreements", ["remind_at"], sqlite_where=waiting, postgresql_where=waiting
    )
    op.create_index(
        "ix_disagreements_market", "disagreements", ["market", "opened_at"], sqlite_where=valid, postgresql_where=valid
    )


def downgrade() -> None:
    op.drop_table("disagreements")
