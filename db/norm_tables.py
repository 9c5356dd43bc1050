"""The rows of market norms: the norms themselves, what was said of each, and on which candidates they were applied."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from db.columns import Row, moment, partial_index, plain_json, table_of, word


class MarketNormRow(Row, table=True):
    __tablename__ = "market_norms"
    __table_args__ = (sa.UniqueConstraint("platform", "market", "flag", "measure", name="uq_market_norms_key"),)
    id: str = Field(primary_key=True)
    platform: str
    market: str
    flag: str
    measure: str
    """Side of the band, and for growth the window (scoring.market_norms.measure_of)."""
    state: str
    for_weight: float
    against_weight: float
    """Effective cases at `counted_at`."""
    counted_at: datetime = moment()
    experts: int
    campaigns: int
    cases: int
    opposed: int
    turned: int
    confirmed: bool
    reach: float | None = None
    tier: str | None = None
    category: str | None = None
    months: list[int] = plain_json()
    since: datetime | None = moment(default=None)
    fades_at: datetime | None = moment(default=None)
    """When an active one ends, if nobody says anything more."""
    changed_at: datetime = moment()
    changed_by: str | None = None
    why: str | None = None
    announced_to: list[str] = plain_json()


class NormVoteRow(Row, table=True):
    __tablename__ = "norm_votes"
    __table_args__ = (sa.UniqueConstraint("judgement_id", "norm_id", name="uq_norm_votes_once"),)
    id: str = Field(primary_key=True)
    norm_id: str = Field(foreign_key="market_norms.id")
    judgement_id: str | None = Field(default=None, foreign_key="judgements.id")
    """None for a lead's confirmation."""
    review_id: str | None = Field(default=None, foreign_key="reviews.id", index=True)
    round: int | None = None
    campaign: str
    person: str
    word: str
    value: float | None = None
    tier: str | None = None
    categories: list[str] = plain_json()
    month: int
    blind: bool
    turned: bool
    void: bool
    """Its judgement was undone, or a confirmation was used up."""
    at: datetime = moment()


class NormUseRow(Row, table=True):
    __tablename__ = "norm_uses"
    candidate_id: str = Field(primary_key=True, foreign_key="candidates.id")
    norm_id: str = Field(primary_key=True, foreign_key="market_norms.id", index=True)


MARKET_NORMS = table_of(MarketNormRow)
NORM_VOTES = table_of(NormVoteRow)
NORM_USES = table_of(NormUseRow)
IN_FORCE = MARKET_NORMS.c.state == word("active")
VALID_VOTE = NORM_VOTES.c.void.is_(sa.false())
partial_index("ix_market_norms_fade", IN_FORCE, MARKET_NORMS.c.fades_at)
sa.Index("ix_norm_votes_norm", NORM_VOTES.c.norm_id, NORM_VOTES.c.at)
