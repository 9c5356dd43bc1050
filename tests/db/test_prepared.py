"""Prepared statements write what SQLAlchemy itself would write, for one row and for many, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError, StatementError

from db.prepared import Prepared
from db.tables import DECISIONS, EVENTS
from tests.desk.world import World
from tests.desk.worlds import kind, new_world, world

__all__ = ["kind", "new_world", "world"]
NOW = datetime(2026, 11, 24, 12, 30, 15, 123456, tzinfo=timezone(timedelta(hours=3)))
FIELDS = ("review_id", "actor", "what", "at", "before", "after")
ROWS = [
    {"review_id": None, "actor": "U1", "what": "x", "at": NOW, "before": {}, "after": {"a": [1, None], "ё": "é"}},
    {"review_id": "rv_2", "actor": "%s:at", "what": "'", "at": NOW, "before": {"b": True}, "after": {}},
]
SAVED = sa.select(*(EVENTS.c[name] for name in FIELDS)).order_by(EVENTS.c.seq.desc())


@pytest.mark.parametrize("many", [1, 2])
def test_the_same_rows_as_sqlalchemy(world: World, many: int) -> None:
    rows = ROWS[:many]
    with world.desk.store.unit() as unit:
        assert Prepared(sa.insert(EVENTS), FIELDS).run(unit, rows) == many
        ours = unit.execute(SAVED.limit(many)).all()
        unit.execute(sa.insert(EVENTS), rows)
        assert unit.execute(SAVED.limit(many)).all() == ours
    assert ours[0].at == NOW.astimezone(UTC)


def test_an_update_says_how_many_it_met(world: World) -> None:
    world.one()
    hit = sa.update(EVENTS).where(EVENTS.c.what == sa.bindparam("b_what")).values(actor=sa.bindparam("by"))
    none = Prepared(hit, ("b_what", "by"))
    with world.desk.store.unit() as unit:
        assert none.run(unit, [{"b_what": "nothing", "by": "U1"}] * 2) == 0
        assert none.run(unit, [{"b_what": "nothing", "by": "U1"}]) == 0


def test_errors_are_sqlalchemys(world: World) -> None:
    """The store turns them into sentences."""
    row = {"review_id": "rv_NONE", "round": 1, "verdict": "proceed", "by": "U1", "basis": "expert", "at": NOW}
    write = Prepared(sa.insert(DECISIONS), tuple(row))
    with pytest.raises(IntegrityError), world.desk.store.unit() as unit:
        write.run(unit, [row])
    with pytest.raises((ValueError, StatementError), match="naive"), world.desk.store.unit() as unit:
        write.run(unit, [{**row, "at": NOW.replace(tzinfo=None)}])
