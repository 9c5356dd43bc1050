"""When whom to remind of which review: what is due to be looked at, and what was said."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.core.types import Review, UserId
from db import reviews, tables
from db.prepared import Prepared
from db.store import Unit, sliced
from db.tables import CAMPAIGNS, MEMBERS

_TABLE = tables.REVIEWS
_NOTES = (_TABLE.c.nudge_step, _TABLE.c.nudges, _TABLE.c.backup_at, _TABLE.c.owner_step)
_SELECT = sa.select(*reviews.COLUMNS, *_NOTES)


@dataclass(frozen=True, slots=True)
class Noted:
    """A review, and how far its reminders are."""

    review: Review
    fresh: bool
    """Whether nobody has looked yet: its card has just opened."""
    step: int
    """How many of its expert's have been said or have passed (core.nudges)."""
    said: int
    """How many its expert has got."""
    backup_at: datetime | None
    """When its backup was asked."""
    owner_step: int
    """As `step`, of its owner's."""


@dataclass(frozen=True, slots=True)
class Further:
    """How far they are afterwards, and when to look again: None for never, unless something changes."""

    at: datetime | None
    step: int
    said: int
    backup_at: datetime | None


def _noted(row: Any) -> Noted:
    *review, step, said, backup_at, owner_step = row
    return Noted(reviews.review_of(review), step is None, step or 0, said or 0, backup_at, owner_step or 0)


def _due(unit: Unit, where: sa.ColumnElement[bool], at: sa.Column[Any], now: datetime, limit: int) -> tuple[Noted, ...]:
    found = _SELECT.where(where, at <= now).order_by(at).limit(limit)
    if unit.get_bind().dialect.name == "postgresql":
        found = found.with_for_update(skip_locked=True)
    return tuple(_noted(row) for row in unit.execute(found))


def due(unit: Unit, now: datetime, limit: int, people: int) -> tuple[Noted, ...]:
    """Open reviews whose people's reminders are to be looked at, longest due first: all that so many people have."""
    first = sa.select(_TABLE.c.expert).where(tables.NUDGING, _TABLE.c.nudge_at <= now).order_by(_TABLE.c.nudge_at)
    whose = _ours(unit, list(dict.fromkeys(unit.execute(first.limit(limit)).scalars()))[:people])
    if not whose:
        return ()
    theirs = sa.or_(_TABLE.c.expert.in_([who for who in whose if who]), _TABLE.c.expert.is_(None))
    return _due(unit, sa.and_(tables.NUDGING, theirs), _TABLE.c.nudge_at, now, limit)


def owners_due(unit: Unit, now: datetime, limit: int) -> tuple[Noted, ...]:
    """Unanswered reviews whose owners' reminders are to be looked at: all that an owner has, as far as the limit."""
    joined = sa.join(_TABLE, CAMPAIGNS, CAMPAIGNS.c.key == _TABLE.c.campaign)
    first = sa.select(CAMPAIGNS.c.owner).select_from(joined).where(tables.OWNED, _TABLE.c.owner_at <= now)
    rows = unit.execute(first.order_by(_TABLE.c.owner_at).limit(limit)).scalars()
    whose = _ours(unit, list(dict.fromkeys(rows)))
    if not whose:
        return ()
    where = tables.OWNED
    if unit.get_bind().dialect.name == "postgresql":
        # On SQLite the first that are due are theirs all the same; asked for by owner, every one due would be sorted.
        where = sa.and_(where, _TABLE.c.campaign.in_(sa.select(CAMPAIGNS.c.key).where(CAMPAIGNS.c.owner.in_(whose))))
    return _due(unit, where, _TABLE.c.owner_at, now, limit)


def _ours(unit: Unit, people: Sequence[str | None]) -> list[str | None]:
    """Those whom no other replica is about to tell something: else two of them make two messages of one."""
    if unit.get_bind().dialect.name != "postgresql":
        return list(people)
    named = sa.select(MEMBERS.c.id).where(MEMBERS.c.id.in_([one for one in people if one])).order_by(MEMBERS.c.id)
    known = set(unit.execute(named).scalars())
    ours = set(unit.execute(named.with_for_update(skip_locked=True)).scalars())
    return [one for one in people if one in ours or one not in known]


def noted(unit: Unit, ids: Sequence[str]) -> dict[str, Noted]:
    """How far the reminders of these reviews are."""
    found: dict[str, Noted] = {}
    for part in sliced(ids):
        found |= {n.review.id: n for n in map(_noted, unit.execute(_SELECT.where(_TABLE.c.id.in_(part))))}
    return found


def went_on(unit: Unit, every: Iterable[tuple[str, Further]]) -> None:
    """Write how far each review's reminders are: those alike in one statement."""
    for further, ids in _alike(every).items():
        values = {
            "nudge_at": further.at, "nudge_step": further.step, "nudges": further.said, "backup_at": further.backup_at,
        }  # fmt: skip
        for part in sliced(ids):
            unit.execute(sa.update(_TABLE).where(_TABLE.c.id.in_(part)).values(**values))


_OWNER_STEP = Prepared(
    sa.update(_TABLE)
    .where(_TABLE.c.id == sa.bindparam("b_which"))
    .values({name: sa.bindparam(name, type_=_TABLE.c[name].type) for name in ("owner_at", "owner_step")}),
    ("owner_at", "owner_step", "b_which"),
)


def owners_went_on(unit: Unit, every: Iterable[tuple[str, tuple[datetime | None, int]]]) -> None:
    """The same of the owners' reminders: when to look again, and how many have been said or have passed.

    Deadlines differ by seconds, and so does nearly every row.
    """
    rows = [{"b_which": review_id, "owner_at": at, "owner_step": step} for review_id, (at, step) in every]
    if rows:
        _OWNER_STEP.run(unit, rows)


def _alike(every: Iterable[tuple[str, Any]]) -> dict[Any, list[str]]:
    found: dict[Any, list[str]] = {}
    for review_id, values in every:
        found.setdefault(values, []).append(review_id)
    return found


def look_again(unit: Unit, person: UserId) -> None:
    """Somebody's hours have changed: everything open with their name on it is looked at."""
    mine = sa.and_(tables.OPEN, _TABLE.c.expert == person)
    unit.execute(sa.update(_TABLE).where(mine).values(nudge_at=_TABLE.c.intake_at))


def tell_anew(unit: Unit, ids: Sequence[str]) -> None:
    """These have come to somebody who was not told: their card's opening is said again."""
    for part in sliced(ids):
        unit.execute(sa.update(_TABLE).where(_TABLE.c.id.in_(part)).values(nudge_step=0))


def pinged(unit: Unit, review_id: str, now: datetime, *, backup: bool) -> None:
    """Somebody asked for one reminder more: to the expert, or to the backup in their place."""
    more = {"backup_at": now} if backup else {"nudges": sa.func.coalesce(_TABLE.c.nudges, 0) + 1}
    unit.execute(sa.update(_TABLE).where(_TABLE.c.id == review_id).values(**more))


def reminded(unit: Unit, people: Sequence[UserId], now: datetime) -> None:
    """These got a reminder."""
    for part in sliced(people):
        unit.execute(sa.update(MEMBERS).where(MEMBERS.c.id.in_(part)).values(nudged_at=now))
