"""What colleagues were asked and said of a review: an opinion, which decides nothing."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from db.columns import Row, moment, table_of


class OpinionRow(Row, table=True):
    """One question to one person; asked again by the same person it is the same row."""

    __tablename__ = "opinions"
    __table_args__ = (sa.UniqueConstraint("review_id", "asker", "colleague", name="uq_opinions_once"),)
    id: str = Field(primary_key=True)
    review_id: str = Field(foreign_key="reviews.id")
    asker: str
    colleague: str
    question: str
    asked_at: datetime = moment()
    text: str | None = None
    """None until they have said something."""
    said_at: datetime | None = moment(default=None)


OPINIONS = table_of(OpinionRow)
