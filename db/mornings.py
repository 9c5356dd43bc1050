"""Morning digests: whose is due, from when it tells, and what happened in a campaign since."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.core.morning import Ended, Waiting
from bot.core.outcome import What
from bot.core.types import By, State
from db import tables
from db.knowledge_tables import OUTCOMES
from db.people_tables import DIGESTED, MEMBERS
from db.store import Unit
from db.tables import AWAITING, CAMPAIGNS, CANDIDATES, DECISIONS
from scoring.types import Verdict

_R = tables.REVIEWS.c
_NAMED = sa.join(tables.REVIEWS, CANDIDATES, CANDIDATES.c.id == _R.candidate_id)


def due(unit: Unit, now: datetime, limit: int) -> tuple[tuple[str, datetime | None], ...]:
    """Whose digest is due, longest due first, and from when it tells; nobody else's while this unit lasts."""
    found = sa.select(MEMBERS.c.id, MEMBERS.c.digest_since).where(DIGESTED, MEMBERS.c.digest_at <= now)
    found = found.order_by(MEMBERS.c.digest_at).limit(limit)
    if unit.get_bind().dialect.name == "postgresql":
        found = found.with_for_update(skip_locked=True)
    return tuple((row.id, row.digest_since) for row in unit.execute(found))


def schedule(unit: Unit, person: str, at: datetime, since: datetime | None) -> None:
    """When the next one is due, and from when it will tell: None, as it was."""
    values = {"digest_at": at} | ({"digest_since": since} if since is not None else {})
    unit.execute(sa.update(MEMBERS).where(MEMBERS.c.id == person).values(**values))


def unscheduled(unit: Unit) -> tuple[str, ...]:
    """Owners of campaigns who have none yet, as far as we know them."""
    owners = sa.select(CAMPAIGNS.c.owner)
    found = sa.select(MEMBERS.c.id).where(MEMBERS.c.id.in_(owners), MEMBERS.c.digest_at.is_(None))
    return tuple(unit.execute(found.order_by(MEMBERS.c.id)).scalars())


def decided(unit: Unit, campaign: str, since: datetime, until: datetime) -> tuple[list[Ended], list[Ended]]:
    """What stands of what was decided in that time: by people, and without anybody's answer; in that order."""
    current = sa.and_(DECISIONS.c.review_id == _R.id, DECISIONS.c.round == _R.round, DECISIONS.c.undone_at.is_(None))
    rows = unit.execute(
        sa.select(_R.id, CANDIDATES.c.name, DECISIONS.c.verdict, DECISIONS.c.by)
        .select_from(_NAMED.join(DECISIONS, current))
        .where(_R.campaign == campaign, _R.state == State.DECIDED.value)
        .where(DECISIONS.c.at > since, DECISIONS.c.at <= until)
        .order_by(DECISIONS.c.at, _R.id)
    )
    sides: tuple[list[Ended], list[Ended]] = ([], [])
    for row in rows:
        sides[row.by in (By.AI.value, By.DEADLINE.value)].append(Ended(row.id, row.name, Verdict(row.verdict)))
    return sides


def waiting(unit: Unit, campaign: str) -> tuple[Waiting, ...]:
    """What waits for an answer now, soonest deadline first."""
    rows = unit.execute(
        sa.select(_R.id, CANDIDATES.c.name, _R.deadline_at)
        .select_from(_NAMED)
        .where(_R.campaign == campaign, AWAITING)
        .order_by(_R.deadline_at, _R.id)
    )
    return tuple(_waiting(row) for row in rows)


def _waiting(row: Any) -> Waiting:
    return Waiting(row.id, row.name, row.deadline_at)


def lost(unit: Unit, campaign: str, since: datetime, until: datetime) -> tuple[Ended, ...]:
    """Deals that were recorded in that time as lost because we were too slow."""
    rows: Sequence[Any] = unit.execute(
        sa.select(_R.id, CANDIDATES.c.name)
        .select_from(_NAMED.join(OUTCOMES, OUTCOMES.c.review_id == _R.id))
        .where(_R.campaign == campaign, OUTCOMES.c.what == What.LOST_SLOW.value)
        .where(OUTCOMES.c.at > since, OUTCOMES.c.at <= until)
        .order_by(OUTCOMES.c.at, _R.id)
    ).all()
    return tuple(Ended(row.id, row.name) for row in rows)
