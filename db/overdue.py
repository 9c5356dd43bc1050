"""Reviews whose deadline has passed: what the sweep asks of each and no more, since ten thousand may fall at once."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from bot.core.review import EXPIRES_BY
from bot.core.types import UserId
from db.store import Unit
from db.tables import AWAITING, RECOMMENDED, REVIEWS
from scoring.types import Verdict


class Due(NamedTuple):
    """One of them."""

    id: str
    campaign: str
    expert: UserId | None
    deadline_at: datetime
    shown: bool
    """Whether there is a card of it."""
    reminded: bool
    """Whether a reminder may show it."""
    ai: Verdict
    """What the AI recommends."""
    like: tuple[Any, ...]
    """What the rule asks of it, as it is stored: those that have this in common become the same."""


_FOUND = (
    sa.select(
        REVIEWS.c.id, REVIEWS.c.campaign, REVIEWS.c.expert, REVIEWS.c.deadline_at, REVIEWS.c.opened_at.is_not(None),
        REVIEWS.c.reminded_at.is_not(None), RECOMMENDED, *(REVIEWS.c[name] for name in EXPIRES_BY),
    )
    .where(AWAITING, REVIEWS.c.deadline_at <= sa.bindparam("now"))
    .order_by(REVIEWS.c.deadline_at)
    .limit(sa.bindparam("most"))
    .with_for_update(skip_locked=True)  # what another replica is changing right now is passed by
)  # fmt: skip


def first(unit: Unit, now: datetime, most: int) -> list[Due]:
    """Unanswered reviews whose deadline has passed, oldest first."""
    rows = unit.execute(_FOUND, {"now": now, "most": most}).all()
    return [
        Due(review, campaign, expert, deadline, shown, reminded, Verdict(ai), (ai, *like))
        for review, campaign, expert, deadline, shown, reminded, ai, *like in rows
    ]
