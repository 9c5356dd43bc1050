"""One review with what a rule needs to judge it: its campaign, its candidate's name, what the AI recommends."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from bot.core.types import Campaign, Review
from db import campaigns, reviews
from db.store import Unit
from db.tables import CAMPAIGNS, CANDIDATES, RECOMMENDED, REVIEWS
from scoring.types import Verdict

_FOUND = (
    sa.select(*reviews.COLUMNS, *campaigns.COLUMNS, CANDIDATES.c.name, CANDIDATES.c.referred_by, RECOMMENDED)
    .select_from(REVIEWS)
    .join(CAMPAIGNS, CAMPAIGNS.c.key == REVIEWS.c.campaign)
    .join(CANDIDATES, CANDIDATES.c.id == REVIEWS.c.candidate_id)
    .where(REVIEWS.c.id == sa.bindparam("review_id"))
)
_FIRST = len(reviews.COLUMNS)


@dataclass(frozen=True, slots=True)
class Proposed:
    """A candidate, as far as a rule asks: see bot.core.access."""

    name: str
    referred_by: str | None


def get(unit: Unit, review_id: str) -> tuple[Review, Campaign, Proposed, Verdict] | None:
    """The review, its campaign, its candidate and the AI's verdict, in one statement: every click begins here."""
    row = unit.execute(_FOUND, {"review_id": review_id}).first()
    if row is None:
        return None
    *brief, name, referred_by, verdict = row[_FIRST:]
    campaign = campaigns.campaign_of(brief)
    return reviews.review_of(row[:_FIRST]), campaign, Proposed(name, referred_by), Verdict(verdict)
