"""What SQLite does for the statements that run all day: each goes by its index, and PostgreSQL can read them too."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex

from bot.desk import see
from db import counts, instants, lanes, market_norms, nudges, outbox, overdue, reviews, tables
from db.outbox import Errand, Fresh
from db.store import Store, Unit
from tests.database import fresh
from tests.desk.world import START, World, a_world

NOW = START

Work = Callable[[Unit], object]

#: Each reader, and what SQLite must say of each of its statements, in their order.
PLANS: dict[str, tuple[Work, tuple[str, ...]]] = {
    "overdue": (
        lambda unit: overdue.first(unit, NOW, 100),
        ("SEARCH reviews USING INDEX ix_reviews_due (deadline_at<?)",),
    ),
    "settling": (
        lambda unit: reviews.settling(unit, NOW, 100),
        ("SEARCH reviews USING INDEX ix_reviews_undo (undo_until>? AND undo_until<?)",),
    ),
    "half_gone": (
        lambda unit: reviews.half_gone(unit, NOW, 100),
        ("SEARCH reviews USING INDEX ix_reviews_half (half_at>? AND half_at<?)",),
    ),
    "faded norms": (
        lambda unit: market_norms.faded(unit, NOW, 100),
        ("SEARCH market_norms USING INDEX ix_market_norms_fade (fades_at<?)",),
    ),
    "cases of a norm": (
        lambda unit: market_norms.cases(unit, "nm_1"),
        ("SEARCH norm_votes USING INDEX ix_norm_votes_norm (norm_id=?)",),
    ),
    "norms of a judgement": (
        lambda unit: market_norms.of_judgements(unit, ["jd_1"]),
        ("USING INDEX sqlite_autoindex_norm_votes_2 (judgement_id=?)",),
    ),
    "queued": (
        lambda unit: reviews.queued(unit, "U1", 10, NOW),
        ("SEARCH reviews USING INDEX ix_reviews_queue (expert=?)",),
    ),
    "queued_count": (
        lambda unit: reviews.queued_count(unit, "U1"),
        ("INDEX ix_reviews_queue (expert=?)",),
    ),
    "with_room": (
        lambda unit: reviews.with_room(unit, 10),
        ("INDEX ix_reviews_queue (expert>?)", "INDEX ix_reviews_open (expert=?)"),
    ),
    "open_count": (lambda unit: reviews.open_count(unit, "U1"), ("INDEX ix_reviews_open (expert=?)",)),
    "waiting_for": (
        lambda unit: reviews.waiting_for(unit, "U1"),
        ("INDEX ix_reviews_open (expert=?)",),
    ),
    "held": (reviews.held, ("SCAN reviews USING INDEX ix_reviews_due",)),
    "next_due": (
        instants.next_instants,
        (
            "SEARCH reviews USING INDEX ix_reviews_due",
            "SEARCH reviews USING COVERING INDEX ix_reviews_undo",
            "SEARCH reviews USING COVERING INDEX ix_reviews_half",
            "SEARCH reviews USING INDEX ix_reviews_nudge",
            "SEARCH reviews USING INDEX ix_reviews_owner",
        ),
    ),
    "overdue_total": (lambda unit: counts.overdue(unit, NOW), ("INDEX ix_reviews_due (deadline_at<?)",)),
    "later": (
        lambda unit: outbox.later(unit, claimed(unit), "ready", "", 1),
        ("SEARCH outbox USING INDEX uq_outbox_ready (kind=? AND ref=? AND lane=?)",),
    ),
    "added": (
        lambda unit: outbox.enqueue(unit, [Fresh("ob_1", "fell", "aurora", "U1", {"reviews": ["a"]})], NOW),
        ("SEARCH outbox USING INDEX uq_outbox_ready (kind=? AND ref=? AND lane=?)",),
    ),
    "claim": (
        lambda unit: outbox.take_head(unit, "C1", NOW),
        ("SEARCH outbox USING INDEX ix_outbox_lane (lane=?)",),
    ),
    "lanes_due": (
        lambda unit: lanes.due(unit, "bot_1", NOW),
        ("SEARCH outbox USING INDEX ix_outbox_lane (lane>?)",),
    ),
    "lanes_next_at": (
        lambda unit: lanes.next_at(unit, NOW),
        ("SEARCH outbox USING INDEX ix_outbox_lane (lane>?)",),
    ),
    "oldest_due": (
        lambda unit: outbox.oldest_due(unit, NOW),
        ("SEARCH outbox USING INDEX ix_outbox_lane (lane=?)",),
    ),
    "undelivered": (outbox.undelivered, ("USING INDEX ix_outbox_unsent",)),
    "depth": (outbox.depth, ("SCAN outbox USING COVERING INDEX ix_outbox_unsent",)),
    "prune": (
        lambda unit: outbox.prune(unit, NOW),
        ("SEARCH outbox USING COVERING INDEX ix_outbox_sent (sent_at>? AND sent_at<?)",),
    ),
}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = a_world(tmp_path)
    yield made
    made.close()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(fresh("sqlite", tmp_path).url)
    yield made
    made.close()


def claimed(unit: Unit) -> Errand:
    outbox.enqueue(unit, [Fresh("ob_later", "card", "rv_1", "C1")], NOW)
    found = outbox.take_head(unit, "C1", NOW)
    assert found is not None
    return found


def plans(store: Store, work: Work) -> list[str]:
    """What SQLite would do for each statement of this work, but for plain inserts and the end of the unit."""
    asked: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        asked.append((statement, parameters))

    with store.unit(keep=False) as unit:
        connection = unit.connection()
        sa.event.listen(connection, "before_cursor_execute", note)
        work(unit)
        sa.event.remove(connection, "before_cursor_execute", note)
        found = []
        for statement, parameters in asked:
            if statement.startswith(("SELECT", "WITH", "DELETE")) or " SELECT " in statement:
                rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
                found.append("; ".join(row.detail for row in rows))
        return found


@pytest.mark.parametrize("name", PLANS)
def test_it_goes_by_its_index(store: Store, name: str) -> None:
    work, wanted = PLANS[name]
    found = plans(store, work)
    assert found
    said = "; ".join(found)
    for index in wanted:
        assert index in said, found
    assert not re.search(r"SCAN (reviews|outbox)(;|$)", "\n".join(found), re.MULTILINE), "a whole table"


@pytest.mark.parametrize("name", ["overdue", "settling", "half_gone", "queued", "claim"])
def test_a_batch_is_read_in_the_order_of_its_index(store: Store, name: str) -> None:
    """What sorts has to read everything that is due before it can give the first hundred."""
    assert not [plan for plan in plans(store, PLANS[name][0]) if "TEMP B-TREE" in plan]


def test_what_everybody_waits_for_does_not_grow_with_the_team(world: World) -> None:
    """A case is read for every click: of people only those who are in it."""
    review = world.one()
    asked = plans(world.desk.store, lambda unit: see.whole(unit, world.desk, review))
    assert asked
    assert not re.search("SCAN members", "\n".join(asked)), asked


def test_owners_are_reminded_in_the_order_of_the_index(world: World) -> None:
    """Else each batch sorts all that is due, of which there may be a hundred thousand."""
    world.one()
    asked = plans(world.desk.store, lambda unit: nudges.owners_due(unit, world.clock() + timedelta(days=3), 100))
    assert len(asked) == 2, asked
    assert "INDEX ix_reviews_owner" in asked[1]
    assert "TEMP B-TREE" not in asked[1]


# PostgreSQL

#: What PostgreSQL must go by, where it may not read a whole table; a small one it would read whole, and rightly.
BY: dict[str, str] = {
    "overdue": "ix_reviews_due",
    "settling": "ix_reviews_undo",
    "half_gone": "ix_reviews_half",
    "queued": "ix_reviews_queue",
    "next_due": "ix_reviews_due",
    "claim": "ix_outbox_lane",
    "prune": "ix_outbox_sent",
}


@pytest.mark.postgres
@pytest.mark.parametrize("name", BY)
def test_postgresql_goes_by_the_same_index(pg_url: str, name: str) -> None:
    """Its partial indexes hold what the statements say: none is proved from a bound parameter."""
    asked: list[tuple[str, Any]] = []
    store = Store(pg_url)
    with store.unit(keep=False) as unit:
        connection = unit.connection()
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        connection.exec_driver_sql("SET LOCAL plan_cache_mode = force_generic_plan")
        sa.event.listen(connection, "before_cursor_execute", lambda _c, _k, s, p, *_: asked.append((s, p)))
        PLANS[name][0](unit)
        found = [
            "\n".join(line for (line,) in connection.exec_driver_sql(f"EXPLAIN {statement}", parameters))
            for statement, parameters in list(asked)
            if statement.startswith(("SELECT", "WITH", "DELETE"))
        ]
    store.close()
    assert BY[name] in found[0], found
    assert "Disabled: true" not in found[0].partition(BY[name])[0]


@pytest.mark.postgres
def test_what_is_added_is_looked_up_whatever_postgresql_last_counted(pg_url: str) -> None:
    """When it last looked nothing was ready: it would read all that is now."""
    asked: list[tuple[str, Any]] = []
    store = Store(pg_url)
    with store.unit(keep=False) as unit:
        connection = unit.connection()
        for lane in ("C1", "C2"):
            outbox.enqueue(unit, [Fresh(f"ob_{lane}{n}", "card", f"rv_{n}", lane) for n in range(2000)], NOW)
            if lane == "C1":
                connection.exec_driver_sql("UPDATE outbox SET state = 'sent'")
                connection.exec_driver_sql("ANALYZE outbox")
        sa.event.listen(connection, "before_cursor_execute", lambda _c, _k, s, p, *_: asked.append((s, p)))
        outbox.enqueue(unit, [Fresh("ob_1", "fell", "aurora", "U1", {"reviews": ["a"]})], NOW)
        ((statement, parameters),) = asked
        plan = "\n".join(line for (line,) in connection.exec_driver_sql(f"EXPLAIN {statement}", parameters))
    store.close()
    assert "outbox_added" in statement
    assert "Conflict Arbiter Indexes: uq_outbox_ready" in plan, plan
    assert "Scan using" not in plan, "and looked up nowhere else"


def test_the_same_statements_go_to_postgresql(store: Store) -> None:
    """Conditions reach it word for word as they stand in its indexes, so that it can prove them, too."""
    dialect = postgresql.dialect()
    said: list[str] = []

    def note(_c: Any, clause: Any, *_: Any) -> None:
        said.append(str(clause.compile(dialect=dialect)))

    with store.unit(keep=False) as unit:
        connection = unit.connection()
        sa.event.listen(connection, "before_execute", note)
        for work, _ in PLANS.values():
            work(unit)
        sa.event.remove(connection, "before_execute", note)
    whole = " ".join(" ".join(said).split())
    for index in (*tables.REVIEWS.indexes, *tables.OUTBOX.indexes):
        where = index.dialect_options["postgresql"]["where"]
        if where is None:
            continue
        made = " ".join(str(CreateIndex(index).compile(dialect=dialect)).split())
        assert str(index.dialect_options["sqlite"]["where"]) == str(where)
        for condition in made.partition(" WHERE ")[2].split(" AND "):
            assert f"{index.table.name}.{condition}" in whole
