"""The rows: one SQLModel class per table, and the conditions that partial indexes share with the queries on them.

What they mean is in bot.core.types, how they are read in the repositories.
"""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field

from bot.core.types import State
from db.campaign_tables import CAMPAIGNS as CAMPAIGNS  # noqa: PLC0414 - read with all the others
from db.campaign_tables import CampaignRow as CampaignRow  # noqa: PLC0414
from db.columns import Row, moment, partial_index, plain_json, table_of, word
from db.people_tables import MEMBER_ROLES as MEMBER_ROLES  # noqa: PLC0414
from db.people_tables import MEMBERS as MEMBERS  # noqa: PLC0414
from db.people_tables import REFERRERS as REFERRERS  # noqa: PLC0414
from db.people_tables import UNFINISHED as UNFINISHED  # noqa: PLC0414
from db.people_tables import UPLOADS as UPLOADS  # noqa: PLC0414
from db.people_tables import WISHES as WISHES  # noqa: PLC0414
from db.people_tables import MemberRoleRow as MemberRoleRow  # noqa: PLC0414
from db.people_tables import MemberRow as MemberRow  # noqa: PLC0414
from db.people_tables import TrustedReferrerRow as TrustedReferrerRow  # noqa: PLC0414
from db.people_tables import UploadRow as UploadRow  # noqa: PLC0414
from db.people_tables import WishRow as WishRow  # noqa: PLC0414


class CreatorRow(Row, table=True):
    __tablename__ = "creators"
    __table_args__ = (sa.UniqueConstraint("platform", "handle_key", name="uq_creators_handle"),)
    id: str = Field(primary_key=True)
    platform: str
    handle: str
    handle_key: str
    """Casefolded: one creator, however the handle was typed."""
    name: str
    country: str | None = None
    categories: list[str] = plain_json()


CREATORS = table_of(CreatorRow)


class SnapshotRow(Row, table=True):
    """A creator's numbers as one file had them: history for the norms."""

    __tablename__ = "snapshots"
    __table_args__ = (sa.UniqueConstraint("creator_id", "digest", name="uq_snapshots_numbers"),)
    id: str = Field(primary_key=True)
    creator_id: str = Field(foreign_key="creators.id", index=True)
    import_id: str = Field(foreign_key="imports.id", index=True)
    digest: str
    """Of the numbers: the same file twice adds nothing."""
    metrics: dict[str, Any] = plain_json()
    taken_at: datetime = moment()


SNAPSHOTS = table_of(SnapshotRow)


class ImportRow(Row, table=True):
    __tablename__ = "imports"
    id: str = Field(primary_key=True)
    campaign: str = Field(foreign_key="campaigns.key", index=True)
    file_name: str
    digest: str
    at: datetime = moment()
    accepted: int
    duplicates: int
    rejected: int


IMPORTS = table_of(ImportRow)


class CandidateRow(Row, table=True):
    __tablename__ = "candidates"
    __table_args__ = (sa.UniqueConstraint("campaign", "creator_id", name="uq_candidates_once"),)
    id: str = Field(primary_key=True)
    campaign: str = Field(foreign_key="campaigns.key")
    creator_id: str = Field(foreign_key="creators.id", index=True)
    import_id: str = Field(foreign_key="imports.id", index=True)
    line: int
    market: str
    name: str
    handle: str
    platform: str
    country: str | None = None
    categories: list[str] = plain_json()
    metrics: dict[str, Any] = plain_json()
    url: str | None = None
    fee: float | None = None
    currency: str | None = None
    referred_by: str | None = None
    strategic: bool = False
    past_outcome: str | None = None
    contact: str | None = None
    text: str = ""
    theirs: dict[str, Any] | None = plain_json(default=None)
    asked: dict[str, Any] | None = plain_json(default=None)


CANDIDATES = table_of(CandidateRow)


class RecommendationRow(Row, table=True):
    """What the AI said, never changed: the learned parts live in one JSON record, what is queried in columns."""

    __tablename__ = "recommendations"
    candidate_id: str = Field(primary_key=True, foreign_key="candidates.id")
    model: str
    verdict: str
    match: float | None = None
    risk: float
    confident: bool
    record: dict[str, Any] = plain_json()
    at: datetime = moment()


RECOMMENDATIONS = table_of(RecommendationRow)


class ReviewRow(Row, table=True):
    __tablename__ = "reviews"
    id: str = Field(primary_key=True)
    candidate_id: str = Field(foreign_key="candidates.id", unique=True)
    campaign: str = Field(foreign_key="campaigns.key")
    market: str
    route: str
    wanted: str
    """The route that the policy drew, before falling back to what is built."""
    rule: str
    policy: int
    propensity: float
    stakes: str
    state: str
    expert: str | None = None
    backup: str | None = None
    why_me: str
    recommended: str = Field(default="unsaid", sa_column_kwargs={"server_default": "unsaid"})
    """The verdict of its recommendation, which never changes; read as RECOMMENDED."""
    rank: float
    """Match at intake: the best opens first."""
    intake_at: datetime = moment()
    opened_at: datetime | None = moment(default=None)
    deadline_at: datetime = moment()
    half_at: datetime | None = moment(default=None)
    """When half the window is gone; None once it is open or its people have been told."""
    on_deadline: str
    round: int
    version: int
    undone: bool
    form_held: bool
    held_once: bool
    undo_until: datetime | None = moment(default=None)
    disclosure: str | None = None
    disclosed_by: str | None = None
    executed: bool = False
    hot_at: datetime | None = moment(default=None)
    extended_at: datetime | None = moment(default=None)
    moved_at: datetime | None = moment(default=None)
    hot_until: datetime | None = moment(default=None)
    reminded_at: datetime | None = moment(default=None)
    nudge_at: datetime | None = moment(default=None)
    """When its people's reminders are looked at next, while it is open."""
    nudge_step: int | None = None
    """How many of its reminders have been said or have passed (core.nudges); None for none."""
    nudges: int | None = None
    """How many its expert has got."""
    backup_at: datetime | None = moment(default=None)
    """When the backup was asked, because nobody else was there."""
    owner_at: datetime | None = moment(default=None)
    """When the reminders of its campaign's owner are looked at next."""
    owner_step: int | None = None
    handed_by: str | None = None
    returns_at: datetime | None = moment(default=None)
    """When it goes back to them (core.returning), unless whoever has got it looks; None once they have."""
    grounds: dict[str, Any] | None = plain_json(default=None)
    """Why its people were named, in numbers (core.assignment)."""


REVIEWS = table_of(ReviewRow)
AWAITING = REVIEWS.c.state.in_([word(s.value) for s in State if s.awaits])
OPEN = sa.and_(AWAITING, REVIEWS.c.opened_at.is_not(None))
HELD = sa.and_(AWAITING, REVIEWS.c.state == word(State.HELD.value))
QUEUED = sa.and_(REVIEWS.c.state == word(State.PENDING.value), REVIEWS.c.opened_at.is_(None))
UNDOABLE = REVIEWS.c.undo_until.is_not(None)
HALF_UNTOLD = REVIEWS.c.half_at.is_not(None)
NUDGING = sa.and_(OPEN, REVIEWS.c.nudge_at.is_not(None))
OWNED = sa.and_(AWAITING, REVIEWS.c.owner_at.is_not(None))
RETURNING = sa.and_(AWAITING, REVIEWS.c.returns_at.is_not(None))
_THEIRS = sa.select(RECOMMENDATIONS.c.verdict).where(RECOMMENDATIONS.c.candidate_id == REVIEWS.c.candidate_id)
RECOMMENDED = sa.case((REVIEWS.c.recommended != word("unsaid"), REVIEWS.c.recommended), else_=_THEIRS.scalar_subquery())
"""The AI's verdict; from the recommendation itself where a replica of an older version has written the review."""
# What a decision changes (the state) stands in no index but in conditions: it takes entries out and moves none.
sa.Index("ix_reviews_campaign", REVIEWS.c.campaign)
partial_index("ix_reviews_open", OPEN, REVIEWS.c.expert, REVIEWS.c.deadline_at, REVIEWS.c.id)
partial_index("ix_reviews_due", AWAITING, REVIEWS.c.deadline_at)
partial_index("ix_reviews_queue", QUEUED, REVIEWS.c.expert, REVIEWS.c.rank.desc(), REVIEWS.c.intake_at, REVIEWS.c.id)
partial_index("ix_reviews_undo", UNDOABLE, REVIEWS.c.undo_until)
partial_index("ix_reviews_half", HALF_UNTOLD, REVIEWS.c.half_at)
partial_index("ix_reviews_nudge", NUDGING, REVIEWS.c.nudge_at)
partial_index("ix_reviews_owner", OWNED, REVIEWS.c.owner_at)
partial_index("ix_reviews_returns", RETURNING, REVIEWS.c.returns_at)


class JudgementRow(Row, table=True):
    __tablename__ = "judgements"
    id: str = Field(primary_key=True)
    review_id: str = Field(foreign_key="reviews.id", index=True)
    round: int
    expert: str
    verdict: str
    how: str
    reasons: list[str] = plain_json()
    confidence: str | None = None
    narrative: str
    evidence: str | None = None
    disputed: list[str] = plain_json()
    ai_visible: bool
    at: datetime = moment()
    undone_at: datetime | None = moment(default=None)


JUDGEMENTS = table_of(JudgementRow)


class DecisionRow(Row, table=True):
    """At most one per review and round, whatever races: the constraint is the backstop of the compare-and-set."""

    __tablename__ = "decisions"
    review_id: str = Field(primary_key=True, foreign_key="reviews.id")
    round: int = Field(primary_key=True)
    verdict: str
    by: str
    basis: str
    at: datetime = moment()
    undone_at: datetime | None = moment(default=None)
    judgement_id: str | None = Field(default=None, foreign_key="judgements.id")


DECISIONS = table_of(DecisionRow)


class CommentRow(Row, table=True):
    __tablename__ = "comments"
    id: str = Field(primary_key=True)
    review_id: str = Field(foreign_key="reviews.id", index=True)
    author: str
    text: str
    at: datetime = moment()


class DraftRow(Row, table=True):
    """What somebody typed into a form that came too late: kept until they keep or discard it."""

    __tablename__ = "drafts"
    id: str = Field(primary_key=True)
    review_id: str = Field(foreign_key="reviews.id", index=True)
    author: str
    verdict: str | None = None
    rationale: dict[str, Any] = plain_json()
    at: datetime = moment()


class EventRow(Row, table=True):
    """The audit: one row per change, written with it, never changed (the database refuses)."""

    __tablename__ = "events"
    seq: int | None = Field(
        default=None,
        sa_column=sa.Column(sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
    )
    review_id: str | None = Field(default=None, index=True)
    at: datetime = moment()
    actor: str
    """A user id, "deadline", "ai" or "import"."""
    what: str
    before: dict[str, Any] = plain_json()
    after: dict[str, Any] = plain_json()


EVENTS = table_of(EventRow)


class OutboxRow(Row, table=True):
    """One message to be sent: a reference and a kind, never the blocks; the card shows the state at sending."""

    __tablename__ = "outbox"
    seq: int | None = Field(
        default=None,
        sa_column=sa.Column(sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
    )
    id: str = Field(unique=True)
    """Opaque: what the message's metadata carries."""
    lane: str
    """A channel id, or a user id for a direct message: sent in order within it."""
    kind: str
    ref: str
    state: str = "ready"
    """ready, sending, unknown (it may have arrived), sent; laid aside: dead (it did not arrive), stuck (who knows)."""
    tries: int = 0
    """How often it was claimed: who comes back with an older number has lost it to somebody else."""
    strikes: int = 0
    """How often it failed for a reason that may be its own."""
    created_at: datetime = moment()
    tried_at: datetime | None = moment(default=None)
    """When the last attempt began that may have arrived."""
    sent_at: datetime | None = moment(default=None)
    error: str | None = None
    """Why it did not arrive the last time, or why it went elsewhere: Slack's code or the error's type."""
    detail: dict[str, Any] = plain_json()


OUTBOX = table_of(OutboxRow)
TO_SEND = OUTBOX.c.state.in_([word("ready"), word("sending"), word("unknown")])
READY = OUTBOX.c.state == word("ready")
UNSENT = OUTBOX.c.state != word("sent")
"""What is to be sent, and what was laid aside."""
ASIDE = OUTBOX.c.state.in_([word("dead"), word("stuck")])
SENT = OUTBOX.c.sent_at.is_not(None)
partial_index("ix_outbox_lane", TO_SEND, OUTBOX.c.lane, OUTBOX.c.seq)
partial_index("ix_outbox_unsent", UNSENT, OUTBOX.c.state)
partial_index("ix_outbox_sent", SENT, OUTBOX.c.sent_at)
partial_index("uq_outbox_ready", READY, OUTBOX.c.kind, OUTBOX.c.ref, OUTBOX.c.lane, unique=True)


class AddedRow(Row, table=True):
    """What was added to an errand while it waited to leave: a row each time, and not a list that is written anew."""

    __tablename__ = "outbox_added"
    id: int | None = Field(
        default=None,
        sa_column=sa.Column(sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
    )
    seq: int = Field(
        sa_column=sa.Column(sa.ForeignKey("outbox.seq", ondelete="CASCADE"), nullable=False, index=True),
    )
    detail: dict[str, Any] = plain_json()


ADDED = table_of(AddedRow)


class LaneRow(Row, table=True):
    """A channel or person: when the next message to it may leave, and which process serves it until when."""

    __tablename__ = "lanes"
    lane: str = Field(primary_key=True)
    next_at: datetime = moment()
    owner: str | None = None
    lease_until: datetime | None = moment(default=None)
    written_at: datetime = moment()
    """When both times were written: what was written in the future was written by another clock than today's."""


LANES = table_of(LaneRow)


class PostRow(Row, table=True):
    """Where a message that can change stands: the same kind and reference in the same lane is updated, not repeated."""

    __tablename__ = "posts"
    kind: str = Field(primary_key=True)
    ref: str = Field(primary_key=True)
    lane: str = Field(primary_key=True)
    channel: str
    ts: str
    at: datetime = moment()
    thread_ts: str | None = None
    """The message under which people answer it, where they do: the first one of its thread."""


POSTS = table_of(PostRow)
THREADED = POSTS.c.thread_ts.is_not(None)
partial_index("ix_posts_thread", THREADED, POSTS.c.channel, POSTS.c.thread_ts)


class ArrivalRow(Row, table=True):
    """An event from Slack, kept before it is acted on; its words go when that is done, its id stays a while."""

    __tablename__ = "arrivals"
    event_id: str = Field(primary_key=True)
    at: datetime = moment()
    body: dict[str, Any] = plain_json()
    tries: int
    next_at: datetime = moment()
    """When it may be taken: in the future while somebody is at it, or until it is tried again."""
    done_at: datetime | None = moment(default=None)


ARRIVALS = table_of(ArrivalRow)
UNDONE = ARRIVALS.c.done_at.is_(None)
DONE = ARRIVALS.c.done_at.is_not(None)
partial_index("ix_arrivals_undone", UNDONE, ARRIVALS.c.next_at)
partial_index("ix_arrivals_done", DONE, ARRIVALS.c.done_at)
