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


def hidden(unit: Unit, person: Member | None) -> frozenset[str]:
    """All disagreements about those creators."""
    found = sa.select(DISAGREEMENTS.c.id).where(DISAGREEMENTS.c.creator_id.in_(_creators(person)))
    return frozenset(unit.execute(found).scalars())


def creators(unit: Unit, person: Member | None) -> frozenset[str]:
    """Every creator on whom this person may yet answer blind (`core.blinding.is_blind`); None: on whom anybody may."""
    return frozenset(unit.execute(_creators(person)).scalars())


def _creators(person: Member | None) -> sa.Select[tuple[str]]:
    found = sa.select(CANDIDATES.c.creator_id).join(REVIEWS, REVIEWS.c.candidate_id == CANDIDATES.c.id)
    if person is None:
        return found.where(AWAITING, _UNSEEN)
    asked = sa.or_(
        REVIEWS.c.expert == person.id, REVIEWS.c.backup == person.id, REVIEWS.c.market.in_(list(person.markets))
    )
    return found.where(AWAITING, _UNSEEN, asked)
