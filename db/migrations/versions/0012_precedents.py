"""Precedents: what a disagreement is compared by, and by which warnings it is looked for"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_SEQ = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "precedents",
        sa.Column("seq", _SEQ, autoincrement=True, nullable=False),
        sa.Column("disagreement_id", sa.String(), nullable=False),
        sa.Column("likeness", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("disagreement_id"),
        sa.ForeignKeyConstraint(["disagreement_id"], ["disagreements.id"]),
    )
    op.create_table(
        "precedent_flags",
        sa.Column("market", sa.String(), nullable=False),
        sa.Column("flag", sa.String(), nullable=False),
        sa.Column("towards", sa.String(), nullable=False),
        sa.Column("seq", _SEQ, nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("won", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("market", "flag", "towards", "seq"),
        sa.ForeignKeyConstraint(["seq"], ["precedents.seq"]),
        sqlite_with_rowid=False,
    )
    won = sa.text("won != ''")
    op.create_index(
        "ix_precedent_flags_won", "precedent_flags", ["market", "flag", "towards", "won", "seq", "channel"],
        sqlite_where=won, postgresql_where=won,
    )  # fmt: skip
    op.create_index("ix_precedent_flags_seq", "precedent_flags", ["seq"])


def downgrade() -> None:
    op.drop_table("precedent_flags")
    op.drop_table("precedents")
