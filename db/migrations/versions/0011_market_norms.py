"""Market norms: what experts call normal, who said so, where it was applied"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "market_norms",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("market", sa.String(), nullable=False),
        sa.Column("flag", sa.String(), nullable=False),
        sa.Column("measure", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("for_weight", sa.Float(), nullable=False),
        sa.Column("against_weight", sa.Float(), nullable=False),
        sa.Column("counted_at", _MOMENT, nullable=False),
        sa.Column("experts", sa.Integer(), nullable=False),
        sa.Column("campaigns", sa.Integer(), nullable=False),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.Column("opposed", sa.Integer(), nullable=False),
        sa.Column("turned", sa.Integer(), nullable=False),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.Column("reach", sa.Float(), nullable=True),
        sa.Column("tier", sa.String(), nullable=True),
        sa.Column("category", sa.String(), nullable=True),
        sa.Column("months", sa.JSON(), nullable=False),
        sa.Column("since", _MOMENT, nullable=True),
        sa.Column("fades_at", _MOMENT, nullable=True),
        sa.Column("changed_at", _MOMENT, nullable=False),
        sa.Column("changed_by", sa.String(), nullable=True),
        sa.Column("why", sa.String(), nullable=True),
        sa.Column("announced_to", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("platform", "market", "flag", "measure", name="uq_market_norms_key"),
    )
    active = sa.text("state = 'active'")
    op.create_index("ix_market_norms_fade", "market_norms", ["fades_at"], sqlite_where=active, postgresql_where=active)
    op.create_table(
        "norm_votes",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("norm_id", sa.String(), nullable=False),
        sa.Column("judgement_id", sa.String(), nullable=True),
        sa.Column("review_id", sa.String(), nullable=True),
        sa.Column("round", sa.Integer(), nullable=True),
        sa.Column("campaign", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("word", sa.String(), nullable=False),
        sa.Column("value", sa.Float(), nullable=True),
        sa.Column("tier", sa.String(), nullable=True),
        sa.Column("categories", sa.JSON(), nullable=False),
        sa.Column("month", sa.Integer(), nullable=False),
        sa.Column("blind", sa.Boolean(), nullable=False),
        sa.Column("turned", sa.Boolean(), nullable=False),
        sa.Column("void", sa.Boolean(), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("judgement_id", "norm_id", name="uq_norm_votes_once"),
        sa.ForeignKeyConstraint(["norm_id"], ["market_norms.id"]),
        sa.ForeignKeyConstraint(["judgement_id"], ["judgements.id"]),
        sa.ForeignKeyConstraint(["review_id"], ["reviews.id"]),
    )
    op.create_index("ix_norm_votes_norm", "norm_votes", ["norm_id", "at"])
    op.create_index("ix_norm_votes_review_id", "norm_votes", ["review_id"])
    op.create_table(
        "norm_uses",
        sa.Column("candidate_id", sa.String(), nullable=False),
        sa.Column("norm_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("candidate_id", "norm_id"),
        sa.ForeignKeyConstraint(["candidate_id"], ["candidates.id"]),
        sa.ForeignKeyConstraint(["norm_id"], ["market_norms.id"]),
    )
    op.create_index("ix_norm_uses_norm_id", "norm_uses", ["norm_id"])


def downgrade() -> None:
    op.drop_table("norm_uses")
    op.drop_table("norm_votes")
    op.drop_table("market_norms")
