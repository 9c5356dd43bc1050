"""How many reviews there are, of which kind. Apart from lists: of a case's dataclasses a count needs none."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from bot.core.types import Route, State
from db import tables
from db.store import Unit
from db.tables import AWAITING

_R = tables.REVIEWS


def by_state_and_route(unit: Unit) -> dict[str, dict[str, int]]:
    """Reviews by state and by route."""
    found: dict[str, dict[str, int]] = {
        "by_state": {s.value: 0 for s in State},
        "by_route": {r.value: 0 for r in Route},
    }
    for name, column in (("by_state", _R.c.state), ("by_route", _R.c.route)):
        for value, count in unit.execute(sa.select(column, sa.func.count()).group_by(column)):
            found[name][value] = count
    return found


def _total(unit: Unit, *where: sa.ColumnElement[bool]) -> int:
    return int(unit.execute(sa.select(sa.func.count()).select_from(_R).where(*where)).scalar_one())


def open_(unit: Unit) -> int:
    return _total(unit, AWAITING, _R.c.opened_at.is_not(None))


def queued(unit: Unit) -> int:
    return _total(unit, AWAITING, _R.c.opened_at.is_(None))


def overdue(unit: Unit, now: datetime) -> int:
    return _total(unit, AWAITING, _R.c.deadline_at <= now)
