"""What one person answered: the decisions of theirs that stand, and what became of those against the AI."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from bot.core.disagreement import Kind, Standing, Winner
from db.knowledge_tables import DISAGREEMENTS, VALID
from db.store import Unit
from db.tables import DECISIONS, JUDGEMENTS, REVIEWS


class Answered(NamedTuple):
    """One decision: when it could be given at first, when it was, and how its disagreement with the AI stands."""

    opened_at: datetime | None
    at: datetime
    standing: Standing | None
    """None: it agreed with the AI."""
    winner: Winner | None


_MINE = (
    sa.select(REVIEWS.c.opened_at, JUDGEMENTS.c.at, DISAGREEMENTS.c.standing, DISAGREEMENTS.c.winner)
    .select_from(
        JUDGEMENTS.join(
            DECISIONS,  # its key finds it, and the judgement is the one that decided
            sa.and_(
                DECISIONS.c.review_id == JUDGEMENTS.c.review_id,
                DECISIONS.c.round == JUDGEMENTS.c.round,
                DECISIONS.c.judgement_id == JUDGEMENTS.c.id,
            ),
        )
        .join(REVIEWS, REVIEWS.c.id == JUDGEMENTS.c.review_id)
        .outerjoin(
            DISAGREEMENTS,
            sa.and_(DISAGREEMENTS.c.judgement_id == JUDGEMENTS.c.id, VALID, DISAGREEMENTS.c.kind != Kind.EXPERTS.value),
        )
    )
    .where(
        JUDGEMENTS.c.expert == sa.bindparam("person"),
        JUDGEMENTS.c.at >= sa.bindparam("since"),
        DECISIONS.c.undone_at.is_(None),
    )
)


def since(unit: Unit, person: str, when: datetime) -> tuple[Answered, ...]:
    """Every decision that this person made since, and that was not undone."""
    rows = unit.execute(_MINE, {"person": person, "since": when})
    return tuple(
        Answered(
            r.opened_at, r.at, Standing(r.standing) if r.standing else None, Winner(r.winner) if r.winner else None
        )
        for r in rows
    )
