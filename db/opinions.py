"""What colleagues were asked of a review, and what they said."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.core.case import Opinion
from bot.core.types import UserId
from db.handover_tables import OPINIONS
from db.store import Unit, new

_O = OPINIONS.c


def _opinion(row: Any) -> Opinion:
    return Opinion(row.id, row.review_id, row.asker, row.colleague, row.question, row.asked_at, row.text, row.said_at)


def ask(unit: Unit, opinion: Opinion) -> bool:
    """Keep a question; False when the same person has asked the same colleague already."""
    values = {
        "id": opinion.id, "review_id": opinion.review_id, "asker": opinion.asker, "colleague": opinion.colleague,
        "question": opinion.question, "asked_at": opinion.asked_at,
    }  # fmt: skip
    return unit.execute(new(unit, OPINIONS).returning(_O.id), values).first() is not None


def say(unit: Unit, opinion_id: str, text: str, at: datetime) -> None:
    unit.execute(sa.update(OPINIONS).where(_O.id == opinion_id).values(text=text, said_at=at))


def get(unit: Unit, opinion_id: str) -> Opinion | None:
    row = unit.execute(sa.select(OPINIONS).where(_O.id == opinion_id)).first()
    return _opinion(row) if row is not None else None


def of_review(unit: Unit, review_id: str) -> tuple[Opinion, ...]:
    """All of them, oldest first, also those still waited for."""
    found = sa.select(OPINIONS).where(_O.review_id == review_id).order_by(_O.asked_at, _O.id)
    return tuple(_opinion(row) for row in unit.execute(found))


def asked_of(unit: Unit, review_id: str, asker: UserId) -> frozenset[UserId]:
    """Whom this person has asked about it."""
    found = sa.select(_O.colleague).where(_O.review_id == review_id, _O.asker == asker)
    return frozenset(unit.execute(found).scalars())
