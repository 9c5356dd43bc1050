"""Lanes: when the next message to a channel or person may leave, and which process serves it: leases that expire.

A lane's row is written by whoever serves it and never by whoever enqueues: a click waits for no lane.

A row knows when it was written. Clocks are set back, and then its times mean another clock's hours: a row from the
future waits for nothing, whichever process looks at it and whatever it remembers.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from db import tables
from db.store import Unit
from db.tables import TO_SEND

_TABLE, _OUTBOX = tables.LANES, tables.OUTBOX
_SKEW = timedelta(seconds=30)
"""By how much the clocks of two replicas may differ: what is farther ahead was written before one was set back."""


def _heads() -> sa.CTE:
    """Every lane that has something to send: one jump along the index per lane, however much each has."""
    first = sa.select(sa.func.min(_OUTBOX.c.lane).label("lane")).where(TO_SEND).cte("heads", recursive=True)
    after = sa.select(sa.func.min(_OUTBOX.c.lane)).where(TO_SEND, _OUTBOX.c.lane > first.c.lane).scalar_subquery()
    return first.union_all(sa.select(after).where(first.c.lane.is_not(None)))


_HEADS = _heads()
_WAITING = _HEADS.outerjoin(_TABLE, _TABLE.c.lane == _HEADS.c.lane)


def _time(name: str) -> sa.BindParameter[datetime]:
    return sa.bindparam(name, type_=_TABLE.c.next_at.type)


_ME = sa.bindparam("me", type_=sa.String())
_ASTRAY = _TABLE.c.written_at > _time("credible")
_MAY_LEAVE = sa.or_(_TABLE.c.next_at <= _time("by"), _ASTRAY)
_IS_FREE = sa.or_(_TABLE.c.lease_until.is_(None), _TABLE.c.lease_until <= _time("by"), _ASTRAY, _TABLE.c.owner == _ME)
_DUE = (
    sa.select(_HEADS.c.lane)
    .select_from(_WAITING)
    .where(_HEADS.c.lane.is_not(None), sa.or_(_TABLE.c.lane.is_(None), sa.and_(_MAY_LEAVE, _IS_FREE)))
)


def _taking(insert: Any) -> Any:
    made = insert(_TABLE)
    taken = {name: made.excluded[name] for name in ("next_at", "owner", "lease_until", "written_at")}
    return made.on_conflict_do_update(
        index_elements=[_TABLE.c.lane], set_=taken, where=sa.and_(_MAY_LEAVE, _IS_FREE)
    ).returning(_TABLE.c.lane)


_TAKE = {"sqlite": _taking(sqlite.insert), "postgresql": _taking(postgresql.insert)}
_KEEP = (
    sa.update(_TABLE)
    .where(_TABLE.c.lane == sa.bindparam("of"), _TABLE.c.owner == _ME)
    .values(
        next_at=_time("then"), owner=sa.bindparam("to", type_=sa.String()), lease_until=_time("until"),
        written_at=_time("now"),
    )
)  # fmt: skip


def due(unit: Unit, me: str, now: datetime) -> tuple[str, ...]:
    """Lanes with something to send that may leave now, and that nobody else serves."""
    rows = unit.execute(_DUE, {"by": now, "credible": now + _SKEW, "me": me})
    return tuple(row.lane for row in rows)


def take(unit: Unit, lane: str, me: str, by: datetime, then: datetime, until: datetime) -> bool:
    """Become the lane's owner `until` that moment, if its next message may leave `by` now and nobody else serves it.

    One conditional statement: of two processes one gets it. `then` is when the message after the next may leave.
    """
    values = {"lane": lane, "next_at": then, "owner": me, "lease_until": until, "written_at": by}
    return unit.execute(
        _TAKE[unit.get_bind().dialect.name], {**values, "by": by, "credible": by + _SKEW, "me": me}
    ).first() is not None  # fmt: skip


def keep(unit: Unit, lane: str, me: str, now: datetime, then: datetime, until: datetime) -> None:
    """Go on serving it: the next message may leave `then`."""
    unit.execute(_KEEP, {"of": lane, "me": me, "then": then, "to": me, "until": until, "now": now})


def release(unit: Unit, lane: str, me: str, now: datetime, then: datetime) -> None:
    """Anybody may serve it from `then` on."""
    unit.execute(_KEEP, {"of": lane, "me": me, "then": then, "to": None, "until": None, "now": now})


def renew(unit: Unit, mine: Collection[str], me: str, now: datetime, until: datetime) -> frozenset[str]:
    """Lengthen the leases of these lanes; which of them are still ours.

    The row counts as written now, so that a time of another clock in it has to go.
    """
    rows = unit.execute(
        sa.update(_TABLE)
        .where(_TABLE.c.lane.in_(sorted(mine)), _TABLE.c.owner == me)
        .values(
            next_at=sa.case((_TABLE.c.written_at > now + _SKEW, now), else_=_TABLE.c.next_at),
            lease_until=until, written_at=now,
        )
        .returning(_TABLE.c.lane)
    )  # fmt: skip
    return frozenset(row.lane for row in rows)


def let_go(unit: Unit, me: str | None = None, lane: str | None = None) -> None:
    """Give back a process's lease of one lane or of all; without a process, whoever's they are."""
    mine = [_TABLE.c.owner == me if me is not None else _TABLE.c.owner.is_not(None)]
    if lane is not None:
        mine.append(_TABLE.c.lane == lane)
    unit.execute(sa.update(_TABLE).where(*mine).values(owner=None, lease_until=None))


def hasten(unit: Unit, lanes: Collection[str], now: datetime) -> None:
    """Let these lanes go on at once: what they waited for is there."""
    unit.execute(sa.update(_TABLE).where(_TABLE.c.lane.in_(sorted(lanes)), _TABLE.c.next_at > now).values(next_at=now))


_FREE = sa.case(
    (sa.and_(_TABLE.c.lease_until.is_not(None), _TABLE.c.lease_until > _TABLE.c.next_at), _TABLE.c.lease_until),
    else_=_TABLE.c.next_at,
)
_NEXT = (
    sa.select(sa.func.min(_FREE, type_=_TABLE.c.next_at.type))
    .select_from(_HEADS.join(_TABLE, _TABLE.c.lane == _HEADS.c.lane))
    .where(_time("by") < _FREE, _TABLE.c.written_at <= _time("credible"))
)


def next_at(unit: Unit, now: datetime) -> datetime | None:
    """The earliest moment after now at which a lane with something to send may go on, or its owner's lease ends."""
    return cast("datetime | None", unit.execute(_NEXT, {"by": now, "credible": now + _SKEW}).scalar_one())


def oldest_due(unit: Unit, now: datetime) -> timedelta | None:
    """For how long the message that has waited longest should have left already; None when none should have.

    What fails has waited since it was said; what only queues behind others counts from its lane's turn.
    """
    first = (
        sa.select(sa.func.min(_OUTBOX.c.seq))
        .where(TO_SEND, _OUTBOX.c.lane == _HEADS.c.lane)
        .correlate(_HEADS)
        .scalar_subquery()
    )
    rows = unit.execute(
        sa.select(_OUTBOX.c.created_at, _OUTBOX.c.error, _TABLE.c.next_at)
        .select_from(_WAITING)
        .join(_OUTBOX, _OUTBOX.c.seq == first)
        .where(_HEADS.c.lane.is_not(None))
    )
    since = [
        row.created_at if row.error or row.next_at is None else max(row.created_at, row.next_at)
        for row in rows
        if row.error or row.next_at is None or row.next_at <= now
    ]
    return max(now - min(since), timedelta()) if since else None
