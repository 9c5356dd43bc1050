"""The rows that disagreements leave behind: themselves, and what is made of them."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from db.columns import Row, moment, partial_index, plain_json, table_of, word
from db.tables import JUDGEMENTS


class DisagreementRow(Row, table=True):
    __tablename__ = "disagreements"
    id: str = Field(primary_key=True)
    review_id: str = Field(foreign_key="reviews.id", index=True)
    round: int
    judgement_id: str = Field(foreign_key="judgements.id", unique=True)
    against: str | None = Field(default=None, foreign_key="judgements.id")
    kind: str
    campaign: str = Field(foreign_key="campaigns.key")
    channel: str
    platform: str
    market: str
    tier: str | None = None
    creator_id: str = Field(foreign_key="creators.id", index=True)
    expert: str
    ai_verdict: str
    verdict: str
    flags: list[str] = plain_json()
    disputed: list[str] = plain_json()
    reasons: list[str] = plain_json()
    ai_visible: bool
    opened_at: datetime = moment()
    standing: str
    winner: str | None = None
    lesson: str = ""
    resolved_by: str | None = None
    resolved_at: datetime | None = moment(default=None)
    remind_at: datetime | None = moment(default=None)
    reminded: bool = False


DISAGREEMENTS = table_of(DisagreementRow)
VALID = DISAGREEMENTS.c.standing != word("void")
UNRESOLVED = DISAGREEMENTS.c.remind_at.is_not(None)
partial_index("ix_disagreements_remind", UNRESOLVED, DISAGREEMENTS.c.remind_at)
partial_index("ix_disagreements_market", VALID, DISAGREEMENTS.c.market, DISAGREEMENTS.c.opened_at)


class ReplyRow(Row, table=True):
    """What somebody wrote in the thread of a disagreement; its words go when it is deleted in Slack."""

    __tablename__ = "replies"
    channel: str = Field(primary_key=True)
    ts: str = Field(primary_key=True)
    disagreement_id: str = Field(foreign_key="disagreements.id")
    author: str
    text: str
    at: datetime = moment()
    edited_at: datetime | None = moment(default=None)
    deleted_at: datetime | None = moment(default=None)


REPLIES = table_of(ReplyRow)
#: What one person answered lately.
sa.Index("ix_judgements_expert", JUDGEMENTS.c.expert, JUDGEMENTS.c.at)
sa.Index("ix_replies_disagreement", REPLIES.c.disagreement_id, REPLIES.c.at)


class OutcomeRow(Row, table=True):
    __tablename__ = "outcomes"
    __table_args__ = (sa.UniqueConstraint("review_id", "what", name="uq_outcomes_once"),)
    id: str = Field(primary_key=True)
    review_id: str = Field(foreign_key="reviews.id")
    what: str
    happened_at: datetime = moment()
    by: str
    at: datetime = moment()


OUTCOMES = table_of(OutcomeRow)
