"""What many deadlines at once cost: the AI's verdict beside the deadline, and what is added to an errand in rows"""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("reviews", sa.Column("recommended", sa.String(), nullable=False, server_default="unsaid"))
    op.execute(
        "UPDATE reviews SET recommended = "
        "(SELECT verdict FROM recommendations WHERE recommendations.candidate_id = reviews.candidate_id)"
    )
    op.create_table(
        "outbox_added",
        sa.Column("id", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("seq", _NUMBER, nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["seq"], ["outbox.seq"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_outbox_added_seq", "outbox_added", ["seq"])


def downgrade() -> None:
    bind = op.get_bind()
    found = bind.execute(
        sa.text(
            "SELECT outbox.seq, outbox.detail, outbox_added.detail FROM outbox_added "
            "JOIN outbox ON outbox.seq = outbox_added.seq ORDER BY outbox_added.id"
        )
    )
    whole: dict[int, dict[str, Any]] = {}
    for seq, detail, added in found.all():
        _join(whole.setdefault(seq, _read(detail)), _read(added))
    for seq, detail in whole.items():
        write = sa.text("UPDATE outbox SET detail = :detail WHERE seq = :seq").bindparams(
            sa.bindparam("detail", detail, sa.JSON()), seq=seq
        )
        bind.execute(write)
    op.drop_table("outbox_added")
    op.drop_column("reviews", "recommended")


def _read(stored: Any) -> dict[str, Any]:
    return dict(json.loads(stored) if isinstance(stored, str) else stored)


def _join(both: dict[str, Any], more: dict[str, Any]) -> None:
    for key, value in more.items():
        there = both.get(key)
        if isinstance(there, list) and isinstance(value, list):
            both[key] = [*there, *(one for one in value if one not in there)]
        else:
            both[key] = value
