"""When the clock has something to do next: the earliest instant of each kind, by one look into an index each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from db import tables
from db.people_tables import DIGESTED, MEMBERS
from db.store import Unit
from db.tables import AWAITING

_TABLE = tables.REVIEWS


@dataclass(frozen=True, slots=True)
class Instants:
    """When the clock has something to do to a review next; None for nothing."""

    deadline: datetime | None
    undo: datetime | None
    """An undo window ends."""
    half: datetime | None
    """Half a window is over, and its review is not open."""
    nudge: datetime | None
    """Reminders of an open review are to be looked at."""
    owner: datetime | None
    """The same of those that its campaign's owner gets."""
    morning: datetime | None
    """Somebody's morning digest is due."""
    returns: datetime | None
    """What was handed on and not looked at goes back."""

    @property
    def reminder(self) -> datetime | None:
        return min((t for t in (self.nudge, self.owner, self.morning) if t is not None), default=None)

    @property
    def first(self) -> datetime | None:
        """Of what changes a review: everything but reminders."""
        every = (self.deadline, self.undo, self.half, self.returns)
        return min((t for t in every if t is not None), default=None)


def _first(column: sa.Column[Any], where: sa.ColumnElement[bool]) -> sa.ScalarSelect[Any]:
    return sa.select(sa.func.min(column, type_=column.type)).where(where).scalar_subquery()


_INSTANTS = sa.select(
    _first(_TABLE.c.deadline_at, AWAITING),
    _first(_TABLE.c.undo_until, tables.UNDOABLE),
    _first(_TABLE.c.half_at, tables.HALF_UNTOLD),
    _first(_TABLE.c.nudge_at, tables.NUDGING),
    _first(_TABLE.c.owner_at, tables.OWNED),
    _first(MEMBERS.c.digest_at, DIGESTED),
    _first(_TABLE.c.returns_at, tables.RETURNING),
)


def next_instants(unit: Unit) -> Instants:
    return Instants(*unit.execute(_INSTANTS).one())
