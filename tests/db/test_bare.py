"""Rows from the driver itself: as SQLAlchemy has them, and what goes wrong is told as SQLAlchemy tells it."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError, ProgrammingError

from bot.core.errors import Busy
from bot.core.search import Filters
from db import bare, search
from db.store import Store
from tests.desk.world import World
from tests.desk.worlds import kind, new_world, world

__all__ = ["kind", "new_world", "world"]


def test_the_same_rows_as_sqlalchemy(world: World) -> None:
    said = "SELECT id, name, :more FROM members WHERE name <> :name ORDER BY id"
    with world.desk.store.reading() as unit:
        found = bare.rows(unit.connection(), said, {"more": "%(x)s", "name": "nobody"})
        assert found == unit.execute(sa.text(said), {"more": "%(x)s", "name": "nobody"}).all()
        assert found


def test_what_is_not_there_is_told_as_sqlalchemy_tells_it(world: World) -> None:
    with pytest.raises(Busy) as told, world.desk.store.reading() as unit:
        bare.rows(unit.connection(), "SELECT secret FROM no_such_table WHERE x = :x", {"x": "what somebody wrote"})
    assert isinstance(told.value.__cause__, (OperationalError, ProgrammingError))
    assert told.value.reason == "not_migrated"
    assert "what somebody wrote" not in str(told.value)


@pytest.mark.postgres
def test_a_connection_that_is_lost_amid_a_search_is_a_refusal_and_the_next_search_finds(pg_url: str) -> None:
    store, other = Store(pg_url), Store(pg_url)

    def cut() -> None:
        with store.reading() as unit:
            number = unit.connection().exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
            with other.unit() as ours:
                ours.execute(sa.text("SELECT pg_terminate_backend(:number, 5000)"), {"number": number})
            search.find(unit, "giveaway", Filters(), None)

    with pytest.raises(Busy) as told:
        cut()
    assert told.value.reason == "unreachable"
    with store.reading() as unit:
        assert search.find(unit, "giveaway", Filters(), None).total == 0
    store.close()
    other.close()
