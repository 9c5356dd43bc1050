"""The rows by which a past disagreement is found again and compared: written with it, beside it, never changed.

Who was right stands with the disagreement alone; only by which side it may be looked for is repeated here.
"""

from typing import Any

import sqlalchemy as sa
from sqlmodel import Field

from db.columns import Row, partial_index, plain_json, table_of, word

_SEQ = sa.BigInteger().with_variant(sa.Integer, "sqlite")


class PrecedentRow(Row, table=True):
    """What a disagreement is compared by (`scoring.similarity.Likeness`), as it was when it was opened."""

    __tablename__ = "precedents"
    seq: int | None = Field(default=None, sa_column=sa.Column(_SEQ, primary_key=True, autoincrement=True))
    """Grows with time: the newest have the greatest."""
    disagreement_id: str = Field(foreign_key="disagreements.id", unique=True)
    likeness: dict[str, Any] = plain_json()
    """Its parts in one, as they are read by the hundred: flags, numbers, and words in one string."""


class PrecedentFlagRow(Row, table=True):
    """One warning by which it is looked for; kept in the order of its key, so that the newest lie together."""

    __tablename__ = "precedent_flags"
    __table_args__ = ({"sqlite_with_rowid": False},)
    market: str = Field(primary_key=True)
    flag: str = Field(primary_key=True)
    towards: str = Field(primary_key=True)
    seq: int = Field(sa_column=sa.Column(_SEQ, sa.ForeignKey("precedents.seq"), primary_key=True, autoincrement=False))
    channel: str
    won: str = ""
    """ai or expert, while it stands so."""


PRECEDENTS = table_of(PrecedentRow)
BY_FLAG = table_of(PrecedentFlagRow)
WON = BY_FLAG.c.won != word("")
partial_index(
    "ix_precedent_flags_won", WON, BY_FLAG.c.market, BY_FLAG.c.flag, BY_FLAG.c.towards, BY_FLAG.c.won, BY_FLAG.c.seq,
    BY_FLAG.c.channel,
)  # fmt: skip
sa.Index("ix_precedent_flags_seq", BY_FLAG.c.seq)
