"""Disagreements that somebody must not see yet, because they are to give their own view of that creator first."""

from __future__ import annotations

import sqlalchemy as sa

from bot.core.blinding import UNSEEN
from bot.core.types import Member
from db.columns import word
from db.knowledge_tables import DISAGREEMENTS
from db.store import Unit
from db.tables import AWAITING, CANDIDATES, REVIEWS

_UNSEEN = REVIEWS.c.route.in_([word(route.value) for route in sorted(UNSEEN)])


def hidden(unit: Unit, person: Member) -> frozenset[str]:
    """Of every creator on whom this person may yet answer blind (`core.blinding.is_blind`), all disagreements."""
    asked = sa.or_(
        REVIEWS.c.expert == person.id, REVIEWS.c.backup == person.id, REVIEWS.c.market.in_(list(person.markets))
    )
    creators = (
        sa.select(CANDIDATES.c.creator_id)
        .join(REVIEWS, REVIEWS.c.candidate_id == CANDIDATES.c.id)
        .where(AWAITING, _UNSEEN, asked)
    )
    found = sa.select(DISAGREEMENTS.c.id).where(DISAGREEMENTS.c.creator_id.in_(creators))
    return frozenset(unit.execute(found).scalars())
