"""Offers to answer for a market: one per person and market, with what became of it."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from bot.core.setup import Wish
from db.store import Unit, new
from db.tables import WISHES

_THIS = sa.and_(WISHES.c.person == sa.bindparam("of"), WISHES.c.market == sa.bindparam("in_market"))
_ONE = sa.select(WISHES).where(_THIS)
_ANSWER = sa.update(WISHES).where(_THIS, WISHES.c.state == "open").returning(WISHES.c.person)


def get(unit: Unit, person: str, market: str) -> Wish | None:
    row = unit.execute(_ONE, {"of": person, "in_market": market}).first()
    if row is None:
        return None
    return Wish(row.person, row.market, row.text, row.asked, row.state, row.answered_by, row.answered_at)


def add(unit: Unit, wish: Wish, now: datetime) -> bool:
    """Keep a new one; False when there has been one before."""
    row = {"person": wish.person, "market": wish.market, "text": wish.text, "asked": wish.asked, "state": wish.state,
           "at": now}  # fmt: skip
    return unit.execute(new(unit, WISHES).returning(WISHES.c.person), row).first() is not None


def renew(unit: Unit, wish: Wish, now: datetime) -> None:
    """Open it again, to whom it now asks."""
    values = {"text": wish.text, "asked": wish.asked, "state": "open", "at": now, "answered_by": None,
              "answered_at": None}  # fmt: skip
    unit.execute(sa.update(WISHES).where(_THIS).values(**values), {"of": wish.person, "in_market": wish.market})


def answer(unit: Unit, wish: Wish, state: str, by: str, now: datetime) -> bool:
    """Accept or decline it; False when somebody has done so already."""
    done = _ANSWER.values(state=state, answered_by=by, answered_at=now)
    return unit.execute(done, {"of": wish.person, "in_market": wish.market}).first() is not None
