"""The rows of reminders: which message shows which reviews, so that it changes when one of them does."""

from datetime import datetime

from sqlmodel import Field

from db.columns import Row, moment, partial_index, table_of


class ReminderRow(Row, table=True):
    """One review in one message to one person; `ref` is the message's own, with which it stands in `posts`."""

    __tablename__ = "reminders"
    ref: str = Field(primary_key=True)
    review_id: str = Field(primary_key=True)
    kind: str
    lane: str
    at: datetime = moment(index=True)
    instead: str | None = None
    """Whose place the reader is asked to take; of what was passed on, by whom."""
    newer_at: datetime | None = moment(default=None)
    """When a newer one of its kind showed this review to this person: since then that one answers for it."""


REMINDERS = table_of(ReminderRow)
CURRENT = REMINDERS.c.newer_at.is_(None)
partial_index("ix_reminders_review", CURRENT, REMINDERS.c.review_id)
