"""What has to be said in Slack: rows enqueued with the change that caused them, claimed and marked one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col

from db import tables
from db.store import Unit
from db.tables import READY, SENT, TO_SEND, UNSENT, PostRow

_TABLE = tables.OUTBOX


@dataclass(frozen=True, slots=True)
class Errand:
    """One message to send: its row as claimed."""

    seq: int
    id: str
    lane: str
    kind: str
    ref: str
    state: str
    tries: int
    created_at: datetime
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message stands in Slack."""

    channel: str
    ts: str


@dataclass(frozen=True, slots=True)
class Fresh:
    """One message to be said, not yet in the outbox."""

    id: str
    kind: str
    ref: str
    lane: str
    detail: Mapping[str, Any] | None = None


def _upserts(insert: Callable[[sa.Table], Any]) -> tuple[Any, Any]:
    """Insert, or find what says it already: that one is written too, unchanged, and so locked until the commit.

    Otherwise, on PostgreSQL, another process could claim it and write its letter from the state before this unit's
    change, and nobody would ever say what changed.
    """
    key = [_TABLE.c.kind, _TABLE.c.ref, _TABLE.c.lane]
    said = insert(_TABLE).on_conflict_do_update(index_elements=key, index_where=READY, set_={"detail": _TABLE.c.detail})
    return said, said.returning(_TABLE.c.seq, _TABLE.c.id, *key, _TABLE.c.detail)


_SAY = {"sqlite": _upserts(sqlite.insert), "postgresql": _upserts(postgresql.insert)}
_JOIN = sa.update(_TABLE).where(_TABLE.c.seq == sa.bindparam("at_seq")).values(detail=sa.bindparam("joined"))


def enqueue(
    unit: Unit, errand_id: str, kind: str, ref: str, lane: str, now: datetime, detail: Mapping[str, Any] | None = None
) -> None:
    """Say this, once: an errand of the same kind, reference and lane that has not left yet says it already.

    Of such a pair the details are joined list by list, so that a message about several reviews names all of them.
    """
    enqueue_many(unit, (Fresh(errand_id, kind, ref, lane, detail),), now)


def enqueue_many(unit: Unit, fresh: Iterable[Fresh], now: datetime) -> None:
    """The same for many, in as many statements as for one: one, and two more where there are details to join.

    In the order given within each lane. What says the same is joined here already.
    """
    once: dict[tuple[str, str, str], Fresh] = {}
    for each in fresh:
        key = (each.kind, each.ref, each.lane)
        twin = once.get(key)
        once[key] = each if twin is None else replace(twin, detail=_joined(twin.detail or {}, each.detail or {}))
    plain = [_values(each, now) for each in once.values() if not each.detail]
    detailed = [_values(each, now) for each in once.values() if each.detail]
    said, told = _SAY[unit.get_bind().dialect.name]
    if plain:
        unit.execute(said, plain)
    if not detailed:
        return
    mine = {values["id"] for values in detailed}
    waiting = [row for row in unit.execute(told, detailed) if row.id not in mine]
    if waiting:
        joined = [(row.seq, row.detail, once[row.kind, row.ref, row.lane].detail or {}) for row in waiting]
        unit.execute(_JOIN, [{"at_seq": seq, "joined": _joined(old, new)} for seq, old, new in joined])


def _values(fresh: Fresh, now: datetime) -> dict[str, Any]:
    return {
        "id": fresh.id, "lane": fresh.lane, "kind": fresh.kind, "ref": fresh.ref, "state": "ready", "tries": 0,
        "next_at": now, "created_at": now, "detail": dict(fresh.detail or {}),
    }  # fmt: skip


def _joined(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    both = dict(old)
    for key, value in new.items():
        there = both.get(key)
        if isinstance(there, list) and isinstance(value, list):
            known = set(there)
            both[key] = there + [v for v in value if v not in known]
        else:
            both[key] = value
    return both


def _errand(row: Any) -> Errand:
    return Errand(row.seq, row.id, row.lane, row.kind, row.ref, row.state, row.tries, row.created_at, row.detail)


def lanes_due(unit: Unit, now: datetime) -> tuple[str, ...]:
    """Lanes whose head may leave now."""
    head = (
        sa.select(_TABLE.c.lane, sa.func.min(_TABLE.c.seq).label("seq"))
        .where(TO_SEND)
        .group_by(_TABLE.c.lane)
        .subquery()
    )
    rows = unit.execute(sa.select(_TABLE.c.lane).join(head, head.c.seq == _TABLE.c.seq).where(_TABLE.c.next_at <= now))
    return tuple(row.lane for row in rows)


def claim(unit: Unit, lane: str, now: datetime) -> Errand | None:
    """Take the head of a lane, marked `sending` in this unit's own commit before anything leaves the house.

    The errand says in which state it was found: `sending` and `unknown` must be looked up before they are sent again.
    """
    found = sa.select(_TABLE).where(TO_SEND, _TABLE.c.lane == lane).order_by(_TABLE.c.seq).limit(1)
    row = unit.execute(found).first()
    if row is None or row.next_at > now:
        return None
    unit.execute(sa.update(_TABLE).where(_TABLE.c.seq == row.seq).values(state="sending", tries=row.tries + 1))
    return _errand(row)


def sent(unit: Unit, errand: Errand, place: Place | None, now: datetime) -> None:
    """It is there; where it stands is kept for later changes of the same message."""
    unit.execute(sa.update(_TABLE).where(_TABLE.c.seq == errand.seq).values(state="sent", sent_at=now, error=None))
    if place is None:
        return
    key = (errand.kind, errand.ref, errand.lane)
    if unit.get(PostRow, key) is None:
        kind, ref, lane = key
        unit.execute(
            sa.insert(PostRow).values(kind=kind, ref=ref, lane=lane, channel=place.channel, ts=place.ts, at=now)
        )
    else:
        unit.execute(
            sa.update(PostRow)
            .where(col(PostRow.kind) == key[0], col(PostRow.ref) == key[1], col(PostRow.lane) == key[2])
            .values(channel=place.channel, ts=place.ts, at=now)
        )


def later(unit: Unit, errand: Errand, at: datetime, state: str, error: str) -> None:
    """Not this time: `ready` when it surely did not arrive, `unknown` when nobody can tell.

    A newer errand may have been enqueued to say the same meanwhile; then this one says both.
    """
    detail = dict(errand.detail)
    if state == "ready":
        twin = unit.execute(
            sa.select(_TABLE.c.seq, _TABLE.c.detail).where(
                READY, _TABLE.c.kind == errand.kind, _TABLE.c.ref == errand.ref, _TABLE.c.lane == errand.lane
            )
        ).first()  # fmt: skip
        if twin is not None:
            detail = _joined(detail, twin.detail)
            unit.execute(sa.delete(_TABLE).where(_TABLE.c.seq == twin.seq))
    unit.execute(
        sa.update(_TABLE)
        .where(_TABLE.c.seq == errand.seq)
        .values(state=state, next_at=at, error=error[:500], detail=detail)
    )


def dead(unit: Unit, errand: Errand, error: str) -> None:
    """It will never arrive as it is; kept for the operator."""
    unit.execute(sa.update(_TABLE).where(_TABLE.c.seq == errand.seq).values(state="dead", error=error[:500]))


def place_of(unit: Unit, kind: str, ref: str, lane: str) -> Place | None:
    row = unit.get(PostRow, (kind, ref, lane))
    return Place(row.channel, row.ts) if row is not None else None


def next_at(unit: Unit) -> datetime | None:
    found = sa.select(sa.func.min(_TABLE.c.next_at, type_=_TABLE.c.next_at.type)).where(TO_SEND)
    return cast("datetime | None", unit.execute(found).scalar_one())


def depth(unit: Unit) -> dict[str, int]:
    """How many errands are in each state but `sent`."""
    rows = unit.execute(
        sa.select(_TABLE.c.state, sa.func.count().label("how_many")).where(UNSENT).group_by(_TABLE.c.state)
    )
    return {row.state: row.how_many for row in rows}


def prune(unit: Unit, before: datetime, limit: int = 1000) -> int:
    """Forget the oldest errands that were sent before that time, so many at most; where they stand stays known.

    How many are gone: fewer than `limit` when no more are that old.
    """
    old = sa.select(_TABLE.c.seq).where(SENT, _TABLE.c.sent_at < before).order_by(_TABLE.c.sent_at).limit(limit)
    gone = unit.execute(sa.delete(_TABLE).where(_TABLE.c.seq.in_(old)))
    return cast("sa.CursorResult[Any]", gone).rowcount
