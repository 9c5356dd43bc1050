"""The store's promises: all or nothing, one writer, Busy in time, and instants that are what they were."""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import DatabaseError, IntegrityError, OperationalError

from bot.core.errors import Busy, Invalid, TooLate
from bot.desk import decide
from db import columns, events, people, reviews, tables
from db import migrate as migrations
from db.store import Store, Unit, _plain
from tests.database import Database, empty
from tests.desk.world import World, row
from tests.factories import INTAKE


def names(store: Store) -> list[str]:
    with store.reading() as unit:
        return list(unit.execute(sa.select(tables.MemberRow.name).order_by(sa.text("id"))).scalars())  # type: ignore[call-overload]


def put(store: Store, name: str) -> None:
    with store.unit() as unit:
        unit.execute(sa.insert(tables.MemberRow).values(id=name, name=name, guest=False, deleted=False))


# Units


def test_a_unit_commits_at_its_end(store: Store) -> None:
    put(store, "Ana")
    assert names(store) == ["Ana"]


@pytest.mark.parametrize("error", [ValueError, TooLate, KeyboardInterrupt, SystemExit])
def test_whatever_goes_wrong_in_a_unit_nothing_of_it_stays(store: Store, error: type[BaseException]) -> None:
    def fail() -> None:
        with store.unit() as unit:
            unit.execute(sa.insert(tables.MemberRow).values(id="U1", name="Ana", guest=False, deleted=False))
            raise error

    with pytest.raises(error):
        fail()
    assert names(store) == []
    put(store, "Bia")
    assert names(store) == ["Bia"]


def test_a_broken_constraint_is_no_busy_database(store: Store) -> None:
    put(store, "Ana")
    with pytest.raises(IntegrityError):
        put(store, "Ana")
    assert names(store) == ["Ana"]


def test_reading_never_writes(store: Store) -> None:
    def write() -> None:
        with store.reading() as unit:
            unit.execute(sa.insert(tables.MemberRow).values(id="U1", name="Ana", guest=False, deleted=False))

    with pytest.raises(Busy):
        write()
    assert names(store) == []


def test_readers_do_not_wait_for_a_writer(store: Store) -> None:
    put(store, "Ana")
    with store.unit() as unit:
        unit.execute(sa.delete(tables.MemberRow))
        assert names(store) == ["Ana"], "and see what is committed"
    assert names(store) == []


def test_foreign_keys_are_kept(store: Store) -> None:
    def orphan() -> None:
        with store.unit() as unit:
            unit.execute(sa.insert(tables.MemberRoleRow).values(member_id="U9", role="lead", market=""))

    with pytest.raises(IntegrityError):
        orphan()


def test_writers_of_one_process_take_turns(store: Store) -> None:
    def many(who: str) -> None:
        for n in range(25):
            put(store, f"{who}{n:02}")

    threads = [threading.Thread(target=many, args=(who,)) for who in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(names(store)) == 100


@pytest.mark.parametrize("url", ["nonsense", "", "mysql://me:secret@a/b", "postgresql+psycopg2://me:secret@a/b"])
def test_an_url_that_is_none_of_ours_is_invalid(url: str) -> None:
    with pytest.raises(Invalid, match="database_url") as told:
        Store(url)
    assert "secret" not in str(told.value)


@pytest.mark.parametrize("short", ["postgres", "postgresql", "postgresql+psycopg"])
def test_postgresql_however_it_is_written(short: str) -> None:
    store = Store(f"{short}://me@db.example/handoff")
    assert (store.sqlite, store.url.drivername) == (False, "postgresql+psycopg")
    store.close()


# Busy


def test_another_process_holds_the_database(store: Store, database: Database) -> None:
    put(store, "Ana")
    with database.held():
        began = time.perf_counter()
        with pytest.raises(Busy, match="locked"):
            put(store, "Bia")
        assert 1 < time.perf_counter() - began < 10, "a click waits about two seconds, more only on a loaded machine"
        assert names(store) == ["Ana"], "and reads go on"
    put(store, "Bia")
    assert names(store) == ["Ana", "Bia"]


def test_a_click_on_a_held_database_changes_nothing(world: World) -> None:
    review_id, before = world.one(), world.dump()
    with world.database.held(), pytest.raises(Busy, match="locked"):
        decide.approve(world.desk, review_id, "U0BIA00001")
    assert world.dump() == before
    decide.approve(world.desk, review_id, "U0BIA00001")


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("database is locked", "locked"),
        ("database or disk is full", "disk_full"),
        ("no such table: reviews", "not_migrated"),
        ("no such column: reviews.x", "not_migrated"),
        ("connection refused", "unreachable"),
    ],
)
def test_what_the_database_says_becomes_a_reason(said: str, reason: str) -> None:
    error = OperationalError(
        "INSERT INTO secrets VALUES ('secret')", {"text": "secret"}, sqlite3.OperationalError(said)
    )
    found = _plain(error)
    assert found.reason == reason
    assert "secret" not in str(found), "never the statement: it may hold answers"


SAID = "she asked for 900 euros under the table"


def _wrong(unit: Unit) -> None:
    unit.execute(sa.insert(tables.CommentRow).values(id="cm", review_id="rv_9", author="U1", text=SAID, at=INTAKE))


def _naive(unit: Unit) -> None:
    naive = INTAKE.replace(tzinfo=None)
    unit.execute(sa.insert(tables.CommentRow).values(id="cm", review_id="rv_9", author="U1", text=SAID, at=naive))


def _unknown(unit: Unit) -> None:
    unit.execute(sa.text("INSERT INTO diaries VALUES (:text)"), {"text": SAID})


@pytest.mark.parametrize("work", [_wrong, _naive, _unknown])
def test_what_people_wrote_never_reaches_the_log(
    store: Store, work: Callable[[Unit], None], caplog: pytest.LogCaptureFixture
) -> None:
    failed: Exception | None = None
    try:
        with store.unit() as unit:
            work(unit)
    except Exception as error:
        failed = error
        logging.getLogger("bot").exception("a click failed")
    assert failed is not None
    assert "a click failed" in caplog.text
    assert SAID not in caplog.text
    assert SAID not in repr(failed)


def _fill(unit: Unit, pages: int) -> None:
    """Write more than fits into so many pages."""
    unit.connection().exec_driver_sql(f"PRAGMA max_page_count={pages}")
    for n in range(300):
        unit.execute(sa.insert(tables.MemberRow).values(id=f"U{n}", name="x" * 4000, guest=False, deleted=False))


@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_full_disk_is_said_and_nothing_stays(store: Store) -> None:
    put(store, "Ana")
    with store.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.rollback()
    with pytest.raises(Busy, match="disk_full"), store.unit() as unit:
        _fill(unit, pages)
    assert names(store) == ["Ana"]


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_bytes(b"Dear Ana, " * 500)
    store = Store(f"sqlite:///{tmp_path / 'letter.txt'}")
    for enter in (store.unit, store.reading):
        with pytest.raises(Busy, match="unreachable"), enter() as unit:
            people.members(unit)
    store.close()


def test_a_folder_is_no_database(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}")
    with pytest.raises(Busy, match="unreachable"), store.reading() as unit:
        people.members(unit)
    store.close()


def test_an_empty_database_says_that_it_is_not_migrated(new: Database) -> None:
    store = Store(new.url)
    for enter in (store.unit, store.reading):
        with pytest.raises(Busy, match="not_migrated"), enter() as unit:
            people.members(unit)
    store.close()


# Two stores


def test_of_many_that_change_alike_one_that_moved_on_is_noticed(world: World) -> None:
    """One statement writes them all, and says whether it met all of them."""
    ids = [str(fate.review_id) for fate in world.take_in(*(row(f"creator{n}") for n in range(3))).fates]
    with world.desk.store.reading() as unit:
        before = reviews.many(unit, ids)[ids[0]]
    after = replace(before, version=before.version + 1, why_me="only")
    decide.approve(world.desk, ids[1], "U0BIA00001")
    new = {"version": after.version, "why_me": "only"}
    with world.desk.store.unit(keep=False) as unit:
        assert not reviews.save(unit, before, after, new, ids), "compare-and-set"
    with world.desk.store.unit() as unit:
        assert reviews.save(unit, before, after, new, [ids[0], ids[2]])
        assert {r.version for r in reviews.many(unit, ids).values()} == {after.version}, "both, and the third by itself"


def test_two_processes_on_one_database_see_and_respect_each_other(world: World) -> None:
    review_id = world.one()
    one, two = world.desk.store, Store(world.database.url)
    with two.reading() as unit:
        stale = reviews.get(unit, review_id)
    assert stale is not None
    decide.approve(world.desk, review_id, "U0BIA00001")
    with two.unit() as unit:
        assert not reviews.save(unit, stale, replace(stale, version=9), {"version": 9}, [review_id]), "compare-and-set"
        fresh = reviews.get(unit, review_id)
    assert fresh is not None
    assert fresh.version == stale.version + 1

    turns: list[str] = []

    def many(store: Store, who: str) -> None:
        for n in range(20):
            with store.unit() as unit:
                events.record(unit, review_id, who, "noted", INTAKE + timedelta(seconds=n))
            turns.append(who)

    threads = [threading.Thread(target=many, args=pair) for pair in ((one, "one"), (two, "two"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(turns) == ["one"] * 20 + ["two"] * 20
    assert world.sql("SELECT COUNT(*) FROM events WHERE what = 'noted'") == [(40,)]
    two.close()


# Instants


ZONES = st.integers(-14 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m)))


@pytest.fixture(scope="module")
def moments() -> Iterator[tuple[sa.Engine, sa.Table]]:
    """A table of instants in memory."""
    engine = sa.create_engine("sqlite://")
    table = sa.Table("t", sa.MetaData(), sa.Column("at", columns.UtcDateTime()))
    table.create(engine)
    yield engine, table
    engine.dispose()


@given(when=st.datetimes(datetime(1990, 1, 2), datetime(2100, 1, 1), timezones=ZONES))  # noqa: DTZ001 - Hypothesis wants naive bounds
def test_an_instant_comes_back_as_it_went_in_utc(moments: tuple[sa.Engine, sa.Table], when: datetime) -> None:
    engine, table = moments
    with engine.begin() as connection:
        connection.execute(table.delete())
        connection.execute(table.insert().values(at=when))
        back = connection.execute(sa.select(table.c.at)).scalar_one()
        assert connection.execute(sa.select(sa.func.count()).where(table.c.at <= when)).scalar_one() == 1
    assert back == when
    assert back.tzinfo is UTC


def test_instants_sort_as_they_happened(store: Store) -> None:
    """Stored as text, compared as text: microseconds or none, it must make no difference."""
    moments = [INTAKE + timedelta(microseconds=n) for n in (0, 1, 10, 999_999, 1_000_000)]
    with store.unit() as unit:
        for moment in reversed(moments):
            events.record(unit, "rv", "x", "noted", moment)
    with store.reading() as unit:
        rows = unit.execute(sa.select(tables.EventRow.at).order_by(sa.text("at"))).scalars().all()  # type: ignore[call-overload]
    assert list(rows) == moments


def test_a_naive_instant_never_reaches_the_database(store: Store) -> None:
    with pytest.raises((sa.exc.StatementError, ValueError), match="naive"), store.unit() as unit:
        events.record(unit, "rv", "x", "noted", INTAKE.replace(tzinfo=None))
    with store.reading() as unit:
        assert events.of_review(unit, "rv") == ()


# The audit


@pytest.mark.parametrize("statement", ["UPDATE events SET actor = 'me'", "DELETE FROM events", "TRUNCATE events"])
def test_the_audit_is_append_only_for_everybody(store: Store, database: Database, kind: str, statement: str) -> None:
    if kind == "sqlite" and statement.startswith("TRUNCATE"):
        # It has no TRUNCATE, but a back door of its own.
        statement = "REPLACE INTO events SELECT seq, review_id, at, 'me', what, before, after FROM events"
    with store.unit() as unit:
        events.record(unit, "rv", "U1", "answered", INTAKE, {"state": "pending"}, {"state": "decided"})
    with pytest.raises(DatabaseError, match="append-only"), store.unit() as unit:
        unit.connection().exec_driver_sql(statement)
    with pytest.raises((sqlite3.IntegrityError, psycopg.errors.RaiseException), match="append-only"):
        database.sql(statement)
    with store.reading() as unit:
        (kept,) = events.of_review(unit, "rv")
    assert (kept.actor, kept.before, kept.after) == ("U1", {"state": "pending"}, {"state": "decided"})


# Migrations


@pytest.fixture
def new(kind: str, tmp_path: Path) -> Iterator[Database]:
    """In which nothing is yet, not even a table."""
    made = empty(kind, tmp_path)
    yield made
    made.close()


def test_a_new_database_is_brought_to_the_level_of_this_code(new: Database) -> None:
    store = Store(new.url)
    assert migrations.level(store) is None
    migrations.migrate(store)
    assert migrations.level(store) == migrations.HEAD
    migrations.migrate(store)
    migrations.migrate(store, "base")
    with store.engine.connect() as connection:
        assert set(sa.inspect(connection).get_table_names()) == {"alembic_version"}
        connection.rollback()
    migrations.migrate(store)
    assert migrations.level(store) == migrations.HEAD
    store.close()


def test_head_is_the_newest_migration_there_is() -> None:
    folder = Path(migrations.__file__).parent / "migrations" / "versions"
    assert max(p.name.partition("_")[0] for p in folder.glob("0*.py")) == migrations.HEAD


def test_the_level_is_read_beside_a_writer(store: Store) -> None:
    """The container's health check asks for it every minute: it must neither wait for a writer nor make one wait."""
    with store.unit() as unit:
        unit.execute(sa.delete(tables.MemberRow))
        began = time.perf_counter()
        assert migrations.level(store) == migrations.HEAD
        migrations.migrate(store)
        assert time.perf_counter() - began < 1


def test_the_migrations_make_what_the_tables_say(store: Store) -> None:
    """No drift: what autogenerate would still change is nothing."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext
    from sqlmodel import SQLModel

    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        drift = compare_metadata(context, SQLModel.metadata)
        # SQLite tells an index on `rank DESC` as one on `rank`.
        assert [d for d in drift if "ix_reviews_queue" not in str(d)] == []
        connection.rollback()


def test_a_row_of_every_day_survives_the_round_trip(world: World) -> None:
    """Case in, case out: numbers, text in any script, and what is missing stays missing."""
    report = world.take_in(row("ana.lima", name="Ана «Лима» 🎨 '; DROP TABLE reviews; --", growth_14d="", bio="a\nb"))
    (line,) = world.lines().values()
    assert report.fates[0].review_id == line.review_id
    assert line.candidate == "Ана «Лима» 🎨 '; DROP TABLE reviews; --"
