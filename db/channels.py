"""Channels in which there are disagreements: what Slack told of them, and when."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.core.visibility import Place, added
from db.channel_tables import CHANNEL_MEMBERS, CHANNELS
from db.store import Unit, new, sliced

_C, _M = CHANNELS.c, CHANNEL_MEMBERS.c


def note(unit: Unit, channel: str) -> None:
    """Something is kept that was said there: from now on we ask Slack who may see it."""
    unit.execute(new(unit, CHANNELS), {"id": channel, "shared": True})


def places(unit: Unit, person: str | None = None) -> tuple[Place, ...]:
    """Every channel, as seen by this person."""
    inside = sa.exists().where(_M.channel == _C.id, _M.member == (person or ""))
    return tuple(_place(row) for row in unit.execute(_selected(inside).order_by(_C.id)))


def stale(unit: Unit, before: datetime, limit: int) -> tuple[Place, ...]:
    """Those that Slack has not been asked of since, the longest unasked first."""
    old = sa.or_(_C.checked_at.is_(None), _C.checked_at < before)
    never_first = sa.case((_C.checked_at.is_(None), 0), else_=1)
    found = _selected(sa.false()).where(old).order_by(never_first, _C.checked_at, _C.id).limit(limit)
    return tuple(_place(row) for row in unit.execute(found))


def _selected(inside: sa.ColumnElement[bool]) -> sa.Select[Any]:
    return sa.select(_C.id, _C.private, _C.shared, _C.checked_at, inside.label("inside"), _C.members_at)


def _place(row: Any) -> Place:
    return Place(row.id, row.private, row.shared, row.checked_at, bool(row.inside), row.members_at)


def names(unit: Unit) -> dict[str, str]:
    """Channels by id, as far as Slack has told us what they are called."""
    return {row.id: row.name for row in unit.execute(sa.select(_C.id, _C.name).where(_C.name.is_not(None)))}


def remember(unit: Unit, place: Place, name: str | None) -> None:
    """What Slack said of it at `checked_at`, unless something newer is known."""
    at = place.checked_at
    newer = sa.and_(_C.id == place.id, sa.or_(_C.checked_at.is_(None), _C.checked_at <= at))
    said = {"name": name, "private": place.private, "shared": place.shared, "checked_at": at}
    unit.execute(sa.update(CHANNELS).where(newer).values(**said))
    if place.private is None:
        forget_members(unit, place.id)


def remember_members(unit: Unit, channel: str, members: Collection[str], at: datetime) -> None:
    """Everybody who was in it at that moment, unless something newer is known."""
    newer = sa.and_(_C.id == channel, sa.or_(_C.members_at.is_(None), _C.members_at <= at))
    claimed = sa.update(CHANNELS).where(newer).values(members_at=at).returning(_C.id)
    if unit.execute(claimed).first() is None:
        return
    before = frozenset(unit.execute(sa.select(_M.member).where(_M.channel == channel)).scalars())
    come, gone = added(before, members)
    for part in sliced(sorted(gone)):
        unit.execute(sa.delete(CHANNEL_MEMBERS).where(_M.channel == channel, _M.member.in_(part)))
    if come:
        unit.execute(new(unit, CHANNEL_MEMBERS), [{"channel": channel, "member": member} for member in sorted(come)])


def forget_members(unit: Unit, channel: str) -> None:
    """Who is in it has to be asked anew."""
    unit.execute(sa.delete(CHANNEL_MEMBERS).where(_M.channel == channel))
    unit.execute(sa.update(CHANNELS).where(_C.id == channel).values(members_at=None))


def forget(unit: Unit, channel: str) -> None:
    """Nothing that is known of it counts any more: Slack is asked anew."""
    forget_members(unit, channel)
    unit.execute(sa.update(CHANNELS).where(_C.id == channel).values(private=None, checked_at=None))


def left(unit: Unit, channel: str, member: str) -> None:
    """Somebody has gone: that is true at once."""
    unit.execute(sa.delete(CHANNEL_MEMBERS).where(_M.channel == channel, _M.member == member))


def is_known(unit: Unit, channel: str) -> bool:
    return unit.execute(sa.select(_C.id).where(_C.id == channel)).first() is not None
