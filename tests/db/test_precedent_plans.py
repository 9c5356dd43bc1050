"""What both databases do to find precedents: by the indexes, from the newest, and never through a whole table."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.core.disagreement import Winner
from bot.core.precedents import Question
from db import precedents
from db.store import Store, Unit
from scoring.similarity import Likeness
from scoring.types import Verdict
from tests.database import fresh

ASKED = Question("rv_1", "BR", "cr_1", Verdict.PROCEED, Likeness({"growth_spike": 0.29, "comment_pod": 0.29}))
CHANNELS = frozenset({"C1", "C2"})
Work = Callable[[Unit], object]
WORKS: dict[str, Work] = {
    "pool": lambda unit: precedents.pool(unit, ASKED, CHANNELS),
    "ended_so": lambda unit: precedents.ended_so(unit, ASKED, Winner.AI, CHANNELS),
}
#: What must stand in the plan: on SQLite a table is in the order of its key, on PostgreSQL that is an index.
WANTED = {
    "sqlite": {
        "pool": (
            "precedent_flags USING PRIMARY KEY (market=? AND flag=? AND towards=?)",
            "disagreements USING INDEX ix_disagreements_creator_id (creator_id=?)",
            "precedents USING INTEGER PRIMARY KEY (rowid=?)",
        ),
        "ended_so": (
            "precedent_flags USING COVERING INDEX ix_precedent_flags_won (market=? AND flag=? AND towards=? AND won=?)",
        ),
    },
    "postgres": {
        "pool": ("Index Scan Backward using precedent_flags_pkey", "ix_disagreements_creator_id", "precedents_pkey"),
        "ended_so": ("Backward using ix_precedent_flags_won on",),
    },
}


@pytest.fixture
def store(kind: str, tmp_path: Path) -> Iterator[Store]:
    database = fresh(kind, tmp_path)
    made = Store(database.url)
    yield made
    made.close()
    database.close()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def plan(store: Store, work: Work) -> list[str]:
    """Line by line what the database would do for the statement of this work."""
    asked: list[tuple[str, Any]] = []
    with store.unit(keep=False) as unit:
        connection = unit.connection()
        sa.event.listen(connection, "before_cursor_execute", lambda _c, _k, s, p, *_: asked.append((s, p)))
        work(unit)
        (statement, parameters), *more = asked
        assert not more, "one statement"
        if store.sqlite:
            return [row.detail for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        connection.exec_driver_sql("SET LOCAL enable_sort = off")
        connection.exec_driver_sql("SET LOCAL enable_bitmapscan = off")
        return [line for (line,) in connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)]


@pytest.mark.parametrize("name", WORKS)
def test_it_goes_by_its_indexes(store: Store, kind: str, name: str) -> None:
    found = plan(store, WORKS[name])
    for wanted in WANTED[kind][name]:
        assert any(wanted in line for line in found), found
    assert not [line for line in found if line.strip().startswith(("SCAN precedent", "SCAN disagree"))], found
    assert not [line for line in found if "Seq Scan on" in line], found


def test_of_each_warning_only_the_newest_are_read(store: Store) -> None:
    """What a market has had over the years costs nothing: each part is limited before anything is joined to it."""
    said: list[str] = []
    with store.unit(keep=False) as unit:
        connection = unit.connection()
        sa.event.listen(connection, "before_cursor_execute", lambda _c, _k, s, *_: said.append(s))
        precedents.pool(unit, ASKED, None)
    assert said[0].count("LIMIT") == 3, "one for each warning, one for the creator"
