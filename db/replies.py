"""What people wrote in the threads of disagreements: recorded once, changed and emptied as Slack says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa

from bot.core.disagreement import Reply
from db.knowledge_tables import REPLIES
from db.store import Unit, new, sliced

_TABLE = REPLIES
_NAMES = tuple(Reply.__dataclass_fields__)
_SELECT = sa.select(*(_TABLE.c[name] for name in _NAMES))


def _where(channel: str, ts: str) -> sa.ColumnElement[bool]:
    return sa.and_(_TABLE.c.channel == channel, _TABLE.c.ts == ts)


def add(unit: Unit, reply: Reply) -> bool:
    """Record it; False when it is on record already."""
    return unit.execute(new(unit, _TABLE).returning(_TABLE.c.ts), asdict(reply)).first() is not None


def get(unit: Unit, channel: str, ts: str) -> Reply | None:
    row = unit.execute(_SELECT.where(_where(channel, ts))).first()
    return Reply(*row) if row is not None else None


def edit(unit: Unit, channel: str, ts: str, text: str, at: datetime) -> bool:
    """Its words now, if that is news: not for an edit that a newer one has overtaken, nor for what is deleted."""
    fresh = sa.or_(_TABLE.c.edited_at.is_(None), _TABLE.c.edited_at < at)
    wanted = sa.and_(_where(channel, ts), _TABLE.c.deleted_at.is_(None), fresh)
    return _changed(unit, sa.update(_TABLE).where(wanted).values(text=text, edited_at=at))


def delete(unit: Unit, channel: str, ts: str, at: datetime) -> bool:
    """Its words are gone; that there was something stays. False when it was not there or was gone before."""
    there = sa.and_(_where(channel, ts), _TABLE.c.deleted_at.is_(None))
    return _changed(unit, sa.update(_TABLE).where(there).values(text="", deleted_at=at))


def _changed(unit: Unit, statement: sa.Update) -> bool:
    return cast("sa.CursorResult[Any]", unit.execute(statement)).rowcount == 1


def of_many(unit: Unit, ids: Sequence[str], *, deleted: bool = False) -> dict[str, tuple[Reply, ...]]:
    """Each disagreement's replies, oldest first; without the deleted ones unless asked for."""
    found: dict[str, tuple[Reply, ...]] = {}
    for part in sliced(ids):
        wanted = _SELECT.where(_TABLE.c.disagreement_id.in_(part)).order_by(_TABLE.c.at, _TABLE.c.ts)
        if not deleted:
            wanted = wanted.where(_TABLE.c.deleted_at.is_(None))
        for row in unit.execute(wanted):
            found[row.disagreement_id] = (*found.get(row.disagreement_id, ()), Reply(*row))
    return found


def of(unit: Unit, disagreement_id: str, *, deleted: bool = False) -> tuple[Reply, ...]:
    return of_many(unit, [disagreement_id], deleted=deleted).get(disagreement_id, ())
