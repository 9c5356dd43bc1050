"""Prepared statements write what SQLAlchemy itself would write, for one row and for many, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError, StatementError

from db import outbox
from db.outbox import Fresh
from db.prepared import Alike, Prepared, among
from db.store import Store
from db.tables import DECISIONS, EVENTS, OUTBOX, REVIEWS
from tests.desk.world import World, row
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


@pytest.mark.parametrize("many", [1, 3, 1000])
def test_rows_that_differ_in_one_column(world: World, many: int) -> None:
    """One statement, and what SQLAlchemy would write of each."""
    ids, same = [f"rv_{n}' é" for n in range(many)], {name: ROWS[0][name] for name in FIELDS[1:]}
    with world.desk.store.unit() as unit:
        Alike(EVENTS, "review_id", FIELDS[1:]).run(unit, ids, same)
        ours = unit.execute(SAVED.limit(many)).all()
        unit.execute(sa.insert(EVENTS), [same | {"review_id": one} for one in ids])
        assert unit.execute(SAVED.limit(many)).all() == ours
    assert [row.review_id for row in reversed(ours)] == ids


def test_a_list_is_one_parameter(world: World) -> None:
    first, second = (str(fate.review_id) for fate in world.take_in(row("one"), row("other")).fates)
    with world.desk.store.reading() as unit:
        wanted = among(REVIEWS.c.id, "ids", unit.get_bind().dialect.name)
        found = unit.execute(sa.select(REVIEWS.c.id).where(wanted), {"ids": [first, "rv_NONE", second, first]})
        assert sorted(found.scalars()) == sorted([first, second])
        assert not unit.execute(sa.select(REVIEWS.c.id).where(wanted), {"ids": []}).all()


def test_what_says_something_already_is_met_however_many_come(world: World) -> None:
    """The rows of an INSERT with a condition of its own go in one parameter on PostgreSQL, too."""
    said = [Fresh(f"ob_{n}", "card", f"rv_{n}' é", "C1") for n in range(3)]
    with world.desk.store.unit() as unit:
        outbox.enqueue(unit, said[:2], NOW)
        outbox.enqueue(unit, said[1:], NOW)
        kept = unit.execute(sa.select(OUTBOX).where(OUTBOX.c.lane == "C1").order_by(OUTBOX.c.seq)).all()
    assert [(row.id, row.ref, row.created_at, row.detail) for row in kept] == [
        (f"ob_{n}", f"rv_{n}' é", NOW.astimezone(UTC), {}) for n in range(3)
    ]


@pytest.mark.postgres
def test_what_is_read_all_the_time_is_planned_once(pg_url: str) -> None:
    store = Store(pg_url)
    for _ in range(8):
        with store.reading() as unit:
            unit.execute(sa.text("SELECT count(*) FROM reviews WHERE id = :id"), {"id": "rv_1"})
    with store.reading() as unit:
        kept = unit.execute(sa.text("SELECT statement FROM pg_prepared_statements")).scalars().all()
    store.close()
    assert any("FROM reviews" in statement for statement in kept)
