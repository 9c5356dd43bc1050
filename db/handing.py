"""Whose name was put on a review and why, who handed it on, and when it goes back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime

import sqlalchemy as sa

from bot.core.assignment import Grounds
from bot.core.returning import Handed
from bot.core.types import Review, UserId
from db import reviews, tables
from db.store import Unit

_TABLE = tables.REVIEWS
_DUE = sa.select(*reviews.COLUMNS, _TABLE.c.handed_by)
_OF = sa.select(_TABLE.c.handed_by, _TABLE.c.returns_at, _TABLE.c.grounds)


def hand(
    unit: Unit, review_id: str, grounds: Mapping[UserId, Grounds], handed: Handed | None = None
) -> None:  # fmt: skip
    """Note why its people were named, and when it goes back to whom; after the review itself was saved."""
    values = {
        "grounds": plain(grounds),
        "handed_by": handed.by if handed else None,
        "returns_at": handed.returns_at if handed else None,
    }
    unit.execute(sa.update(_TABLE).where(_TABLE.c.id == review_id).values(**values))


def plain(grounds: Mapping[UserId, Grounds]) -> dict[str, dict[str, float | None]]:
    """As it is kept."""
    return {person: asdict(of) for person, of in grounds.items()}


def of(unit: Unit, review_id: str) -> tuple[Handed | None, dict[UserId, Grounds]]:
    """Whether it goes back and when, and why its people were named; nothing for reviews of an older version."""
    row = unit.execute(_OF.where(_TABLE.c.id == review_id)).first()
    if row is None:
        return None, {}
    handed = Handed(row.handed_by, row.returns_at) if row.returns_at is not None else None
    return handed, {person: Grounds(**known) for person, known in (row.grounds or {}).items()}


def due(unit: Unit, now: datetime, limit: int) -> tuple[tuple[Review, UserId | None], ...]:
    """What was handed on and is to go back by now, longest due first, each with who handed it on."""
    found = _DUE.where(tables.RETURNING, _TABLE.c.returns_at <= now).order_by(_TABLE.c.returns_at).limit(limit)
    if unit.get_bind().dialect.name == "postgresql":
        found = found.with_for_update(skip_locked=True)
    return tuple((reviews.review_of(row[:-1]), row[-1]) for row in unit.execute(found))


def put_off(unit: Unit, review_id: str, until: datetime | None) -> None:
    """It goes back later; or, with None, not at all."""
    unit.execute(sa.update(_TABLE).where(_TABLE.c.id == review_id).values(returns_at=until))


def looked(unit: Unit, review_id: str, person: UserId) -> bool:
    """Whoever has got it has looked, so it stays with them; False when nobody waited for that."""
    theirs = sa.and_(_TABLE.c.id == review_id, _TABLE.c.expert == person, _TABLE.c.returns_at.is_not(None))
    found = unit.execute(sa.update(_TABLE).where(theirs).values(returns_at=None).returning(_TABLE.c.id))
    return found.first() is not None
