"""The rows of people: who they are, what they may do, what they offer, when they work, and who is trusted."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field

from db.columns import Row, moment, partial_index, plain_json, table_of, word


class MemberRow(Row, table=True):
    __tablename__ = "members"
    id: str = Field(primary_key=True)
    name: str
    tz: str | None = None
    locale: str | None = None
    team: str | None = None
    guest: bool = False
    deleted: bool = False
    seen_at: datetime | None = moment(default=None)
    language: str | None = None
    """Their own setting; what Slack reports is `locale`."""
    work_from: int | None = None
    """Minutes after midnight, in their own zone; None until they have set their hours."""
    work_to: int | None = None
    work_days: str | None = None
    """'12345' for Monday to Friday."""
    backup: str | None = None
    away_from: datetime | None = moment(default=None)
    away_until: datetime | None = moment(default=None)
    status_until: datetime | None = moment(default=None)
    """Until when their Slack status says that they are on holiday; in the year 9999 where it has no end."""
    dnd_from: datetime | None = moment(default=None)
    dnd_until: datetime | None = moment(default=None)
    dnd_seen_at: datetime | None = moment(default=None)
    nudged_at: datetime | None = moment(default=None)
    """When they got a reminder last."""
    digest_at: datetime | None = moment(default=None)
    """When their morning digest is due next, as an owner of campaigns."""
    digest_since: datetime | None = moment(default=None)
    """What happened before that was in an earlier one."""


class MemberRoleRow(Row, table=True):
    __tablename__ = "member_roles"
    member_id: str = Field(primary_key=True, foreign_key="members.id")
    role: str = Field(primary_key=True)
    market: str = Field(primary_key=True, default="")
    """ISO country, "" for roles that have no market."""


MEMBERS = table_of(MemberRow)
DIGESTED = MEMBERS.c.digest_at.is_not(None)
partial_index("ix_members_digest", DIGESTED, MEMBERS.c.digest_at)
MEMBER_ROLES = table_of(MemberRoleRow)


class TrustedReferrerRow(Row, table=True):
    __tablename__ = "trusted_referrers"
    key: str = Field(primary_key=True)
    """The name, casefolded."""
    name: str


REFERRERS = table_of(TrustedReferrerRow)


class WishRow(Row, table=True):
    """Somebody offers to answer for a market; the newest word on it."""

    __tablename__ = "wishes"
    person: str = Field(primary_key=True)
    market: str = Field(primary_key=True)
    text: str
    state: str
    """open, accepted, declined."""
    asked: str
    """The lead who was asked, and whose message shows what became of it."""
    at: datetime = moment()
    answered_by: str | None = None
    answered_at: datetime | None = moment(default=None)


WISHES = table_of(WishRow)


class UploadRow(Row, table=True):
    """A list that somebody brought into Slack."""

    __tablename__ = "uploads"
    __table_args__ = (sa.UniqueConstraint("source", "file", name="uq_uploads_once"),)
    id: str = Field(primary_key=True)
    person: str
    source: str
    """The view or the message that it came with: whatever Slack brings twice is one."""
    file: str
    name: str
    stage: str
    campaign: str | None = Field(default=None, foreign_key="campaigns.key")
    market: str | None = None
    """Of the rows that name none, as whoever brought it says."""
    outlook: dict[str, Any] | None = plain_json(default=None)
    """What would come in, then what did: counts, and every row that was left out."""
    error: dict[str, Any] | None = plain_json(default=None)
    at: datetime = moment()


UPLOADS = table_of(UploadRow)
UNFINISHED = UPLOADS.c.stage.in_([word("reading"), word("importing")])
sa.Index("ix_uploads_at", UPLOADS.c.at)
partial_index("ix_uploads_unfinished", UNFINISHED, UPLOADS.c.at)
