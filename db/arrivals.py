"""Events from Slack, kept before they are acted on: each once, whoever brings it how often, whoever works on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from db import tables
from db.store import Unit
from db.tables import DONE, UNDONE

_TABLE = tables.ARRIVALS
_FARTHEST = timedelta(minutes=4)
"""No claim and no pause is so long: such a time was written before somebody set the clock back."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """One event as claimed: `tries` counts this one."""

    event_id: str
    body: Mapping[str, Any]
    tries: int


def _adding(insert: Callable[[sa.Table], Any]) -> Any:
    return insert(_TABLE).on_conflict_do_nothing(index_elements=[_TABLE.c.event_id]).returning(_TABLE.c.event_id)


_ADD = {"sqlite": _adding(sqlite.insert), "postgresql": _adding(postgresql.insert)}


def add(unit: Unit, event_id: str, body: Mapping[str, Any], now: datetime, until: datetime) -> Arrival | None:
    """Keep an event, claimed until then by whoever keeps it; None when it has been here before."""
    values = {"event_id": event_id, "at": now, "body": dict(body), "tries": 1, "next_at": until}
    fresh = unit.execute(_ADD[unit.get_bind().dialect.name], values).first()
    return Arrival(event_id, body, 1) if fresh is not None else None


def _is_free(now: datetime) -> sa.ColumnElement[bool]:
    return sa.or_(_TABLE.c.next_at <= now, _TABLE.c.next_at > now + _FARTHEST)


def claim(unit: Unit, now: datetime, until: datetime, limit: int) -> tuple[Arrival, ...]:
    """Take what is undone and in nobody's hands, oldest first; of two who see the same row one gets it."""
    seen = sa.select(_TABLE).where(UNDONE, _is_free(now)).order_by(_TABLE.c.next_at).limit(limit)
    taken = []
    for row in unit.execute(seen).all():
        mine = sa.update(_TABLE).where(UNDONE, _TABLE.c.event_id == row.event_id, _TABLE.c.tries == row.tries)
        if _count(unit.execute(mine.values(tries=row.tries + 1, next_at=until))):
            taken.append(Arrival(row.event_id, row.body, row.tries + 1))
    return tuple(taken)


def due(unit: Unit, now: datetime) -> bool:
    """Whether something is undone and in nobody's hands."""
    return unit.execute(sa.select(_TABLE.c.event_id).where(UNDONE, _is_free(now)).limit(1)).first() is not None


def done(unit: Unit, event_id: str, now: datetime) -> None:
    """It needs no more: what it said goes, its id stays so that it is known when it comes again."""
    unit.execute(sa.update(_TABLE).where(_TABLE.c.event_id == event_id).values(done_at=now, body={}))


def later(unit: Unit, arrival: Arrival, at: datetime) -> None:
    """Not this time. Nothing happens when somebody else has taken it over meanwhile."""
    mine = sa.update(_TABLE).where(UNDONE, _TABLE.c.event_id == arrival.event_id, _TABLE.c.tries == arrival.tries)
    unit.execute(mine.values(next_at=at))


def release(unit: Unit, now: datetime) -> int:
    """Let go of everything that is claimed: right only where nobody else can be working. How many."""
    return _count(unit.execute(sa.update(_TABLE).where(UNDONE, _TABLE.c.next_at > now).values(next_at=now)))


def prune(unit: Unit, before: datetime, limit: int) -> int:
    """Forget the ids of what was done before that time, so many at most; how many are gone."""
    old = sa.select(_TABLE.c.event_id).where(DONE, _TABLE.c.done_at < before).order_by(_TABLE.c.done_at).limit(limit)
    return _count(unit.execute(sa.delete(_TABLE).where(_TABLE.c.event_id.in_(old))))


def _count(result: Any) -> int:
    return cast("sa.CursorResult[Any]", result).rowcount
