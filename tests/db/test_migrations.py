"""Every migration with data in it, up and down, on both databases: what people said survives each of them."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlmodel import SQLModel

from bot.core.case import Case
from bot.core.disagreement import Reply
from bot.core.errors import TooLate
from bot.core.fresh import Answer, Asked, Why
from bot.core.learned_model import LearnedModel
from bot.core.learned_model import State as ModelState
from bot.core.outcome import Outcome, What
from bot.core.types import Member
from bot.desk import (
    decide,
    hand_over,
    members,
    models,
    norm_list,
    norm_ruling,
    opinions,
    refresh,
    remind,
    see,
    uploads,
    wishes,
)
from bot.desk import object as objections
from db import api_keys, arrivals, channels, disagreements, lanes, migrate, outbox, outcomes, replies
from db.api_keys import ApiKey
from db.outbox import Fresh, Place
from db.reminders import Said, Shown
from db.store import Store
from scoring.model import Model
from scoring.types import FlagCode, Metrics, Target, Verdict
from tests.database import Database, empty
from tests.desk.world import BIA, CAIO, CHANNEL, MAYA, START, ZOE, World, row, why

VERSIONS = [
    script.revision
    for script in reversed(list(ScriptDirectory(str(Path(migrate.__file__).parent / "migrations")).walk_revisions()))
]
"""In their order; a number says only who took it first."""
Rows = dict[str, list[dict[str, Any]]]


@pytest.fixture
def lived(world: World) -> World:
    """A week of an agency: every table has rows in every state that it knows."""
    members.trust(world.desk, "Maya")
    world.take_in(*(row(f"creator{n:02}", verdict=list(Verdict)[n % 2]) for n in range(30)))
    world.take_in(*(row(f"grave{n}", "Russia") for n in range(3)), campaign="grave")
    world.take_in(*(row(f"scan{n}") for n in range(3)), campaign="scan")
    members.remember(world.desk, Member("U0GUEST001", "A Visitor", tz="Asia/Tokyo", team="T1", guest=True))
    mine = [line.review_id for line in world.lines().values() if line.opened and line.reviewer == BIA]
    decide.approve(world.desk, mine[0], BIA)
    decide.override(world.desk, mine[1], BIA, why("Ана «знает» 🎨; DROP TABLE reviews"))
    flagged = next(line.review_id for line in world.lines().values() if line.ai_verdict is Verdict.DECLINE)
    decide.override(world.desk, flagged, BIA, why("normal here"))
    decide.approve(world.desk, mine[2], BIA)
    decide.undo(world.desk, mine[2], BIA)
    objections.note(world.desk, mine[3], MAYA, "a note")
    hand_over.disclose(world.desk, mine[4], BIA, "we met")
    hand_over.pass_on(world.desk, mine[5], BIA, ZOE, "yours")
    for colleague in (CAIO, ZOE):
        opinions.ask(world.desk, mine[8], BIA, colleague, "«знаете»?")
    decide.withdraw(world.desk, mine[6], MAYA)
    with pytest.raises(TooLate):
        decide.override(world.desk, mine[0], ZOE, why("too late"))
    objections.dissent(world.desk, mine[1], MAYA, why("no"))
    objections.reverse(world.desk, mine[1], ZOE)
    for market in ("AR", "PE", "CL"):
        wishes.offer(world.desk, MAYA, market, "«знаю» 🎨")
    uploads.begin(world.desk, MAYA, "D1:1.0", "F1", "«список».csv", "aurora")
    wishes.answer(world.desk, ZOE, MAYA, "PE", accept=False)
    _learn(world, mine[1])
    _agree_on_a_norm(world)
    _try_a_model(world)
    _look_up_numbers(world, mine[8])
    _deliver_some(world)
    with world.desk.store.unit() as unit:
        for event in ("Ev1", "Ev2"):
            arrivals.add(unit, event, {"type": "app_home_opened"}, START, START)
        channels.remember_members(unit, CHANNEL, [BIA], START)
        api_keys.add(unit, ApiKey("K", "crm", "0" * 64, ("aurora",), START))
        api_keys.keep(unit, "K", "order-7", "0" * 64, '{"said": "«да»"}', START)
        arrivals.done(unit, "Ev2", START)
    world.clock.move(hours=48)
    world.sweep()
    for n in (0, 1, 2):
        with world.desk.store.unit() as unit:  # the second and third are added to the first
            said = {"reviews": mine[n : n + 2], "by": f"«{n}»"}
            outbox.enqueue(unit, [Fresh(f"ob_added{n}", "left_to_ai", "aurora", MAYA, said)], world.clock())
    with world.desk.store.unit() as unit:
        remind.remember(unit, [Said("nudge", f"nd_{n}", BIA, (Shown(mine[7], CAIO),)) for n in range(2)], START)
    world.desk.close()
    world.database.let_go()
    return world


def _try_a_model(world: World) -> None:
    """One model that recommends, one that was turned down, one in shadow, and what that one would have said."""
    now = world.clock()
    for name in ("fraud-1", "fraud-2", "fraud-3"):
        model = Model(Target.FRAUD, name, intercept=0.5)
        made = LearnedModel(
            f"md_{name}", name, Target.FRAUD, ModelState.SHADOW, model.to_json(), model.sha256, 60, {}, now, ZOE, now
        )
        with world.desk.store.unit() as unit:
            models.register(unit, [made], now)
        if name == "fraud-1":
            models.promote(world.desk, name, ZOE)
        elif name == "fraud-2":
            models.reject(world.desk, name, ZOE)
    world.take_in(row("seen.by.three"))


def _look_up_numbers(world: World, review_id: str) -> None:
    """Numbers that somebody had looked up, and a candidate whose source was down."""
    answer = Answer(Asked("Metrica", world.clock()), Metrics(followers=91_000, measured_on=START.date()))
    refresh.keep(world.desk, review_id, BIA, answer)
    down = Asked("Metrica", world.clock(), Why.SLOW, (("followers", "negative"),))
    world.take_in(row("not.reached"), numbers_of=lambda rows: {r.line: replace(r, asked=down) for r in rows})


def _agree_on_a_norm(world: World) -> None:
    """A market norm that a lead has confirmed, and a candidate that it was applied to."""
    decide.normal(world.desk, world.one(), BIA, why(disputed=(FlagCode.GROWTH_SPIKE,)), Verdict.PROCEED)
    norm_ruling.confirm(world.desk, norm_list.every(world.desk)[0].norm.id, ZOE)
    world.take_in(row("eased", verdict=Verdict.DECLINE))


def _learn(world: World, review_id: str) -> None:
    """What is made of a disagreement."""
    with world.desk.store.unit() as unit:
        opened = disagreements.of_review(unit, review_id)[0].id
        replies.add(unit, Reply(opened, "C0BRAZIL01", "1.5", MAYA, "«знаю» её 🎨", START))
        outcomes.add(unit, Outcome("oc_1", review_id, What.SIGNED, START, MAYA, START))


def _deliver_some(world: World) -> None:
    """Letters in every state: sent, being sent, in doubt, given up, laid aside, and many not yet tried."""
    now, until = world.clock(), world.clock() + timedelta(seconds=45)
    with world.desk.store.unit() as unit:
        for n, lane in enumerate(lanes.due(unit, "one", now)):
            assert lanes.take(unit, lane, "one", now, now, until)
            errand = outbox.take_head(unit, lane, now)
            assert errand is not None
            match n % 5:
                case 0:
                    outbox.sent(unit, errand, Place(lane, f"{n}.1"), now)
                case 1:
                    outbox.later(unit, errand, "unknown", "TimeoutError", 1)
                case 2:
                    outbox.lay_aside(unit, errand, "dead", "invalid_blocks")
                case 3:
                    outbox.lay_aside(unit, errand, "stuck", "missing_scope")


def rows(database: Database) -> Rows:
    """Every table with every row, in any order: tables are copied, and rows change their places."""
    every = 'SELECT * FROM "{}"'
    found = {
        table: sorted(database.rows(every.format(table)), key=repr)
        for table in database.tables()
        if table != "alembic_version"
    }
    database.let_go()
    return found


def kept(before: Rows, after: Rows) -> list[str]:
    """What of the tables and columns that both have is not as it was."""
    wrong = []
    for table in before.keys() & after.keys():
        both = before[table][0].keys() & after[table][0].keys() if before[table] and after[table] else set()
        old, new = ([{name: one[name] for name in sorted(both)} for one in side[table]] for side in (before, after))
        if sorted(map(repr, old)) != sorted(map(repr, new)) or len(before[table]) != len(after[table]):
            wrong.append(table)
    return wrong


def step(database: Database, to: str) -> None:
    store = Store(database.url)
    try:
        migrate.migrate(store, to)
        assert migrate.level(store) == to
    finally:
        store.close()


def test_down_and_up_through_every_migration_nothing_is_lost_that_both_levels_know(lived: World) -> None:
    database = lived.database
    at_head = rows(database)
    assert [table for table, every in at_head.items() if not every] == [], "a table without a row proves nothing"
    levels = {VERSIONS[-1]: at_head}
    for version in reversed(VERSIONS[:-1]):
        before = rows(database)
        step(database, version)
        levels[version] = rows(database)
        expected = {"0024": in_one, "0003": without_stuck}.get(version, lambda found: found)(before)
        assert kept(expected, levels[version]) == []
        refuses(database)
    for version in VERSIONS[1:]:
        before = rows(database)
        step(database, version)
        after = rows(database)
        assert kept(before, after) == []
        assert {table: set(every[0]) for table, every in after.items() if every} == {
            table: set(every[0]) for table, every in levels[version].items() if after.get(table)
        }, "the same columns on both ways"
        refuses(database)
    assert kept(without_stuck(levels[VERSIONS[0]]), rows(database)) == [], "from the oldest to the newest"


def in_one(found: Rows) -> Rows:
    """What was added to an errand stood in its own details, before that had a table of its own."""

    def read(detail: Any) -> Any:
        return json.loads(detail) if isinstance(detail, str) else detail

    whole = {one["seq"]: one["detail"] for one in found["outbox"]}
    for added in sorted(found["outbox_added"], key=lambda row: row["id"]):
        old, new = read(whole[added["seq"]]), read(added["detail"])
        both = old | new | {"reviews": list(dict.fromkeys([*old["reviews"], *new["reviews"]]))}
        whole[added["seq"]] = json.dumps(both) if isinstance(added["detail"], str) else both
    return found | {"outbox": [one | {"detail": whole[one["seq"]]} for one in found["outbox"]]}


def without_stuck(found: Rows) -> Rows:
    """An errand laid aside as stuck was not known before the lanes: there it is dead."""
    outbox_rows = [one | {"state": "dead" if one["state"] == "stuck" else one["state"]} for one in found["outbox"]]
    return found | {"outbox": sorted(outbox_rows, key=repr)}


def refuses(database: Database) -> None:
    """The audit cannot be changed at any level."""
    for statement in ("UPDATE events SET actor = 'me'", "DELETE FROM events"):
        with pytest.raises((sqlite3.IntegrityError, psycopg.errors.RaiseException), match="append-only"):
            database.sql(statement)
    database.let_go()


def test_the_desk_works_on_what_was_upgraded(lived: World) -> None:
    """From the oldest level with its rows to the newest: the cases read as before, and a click goes through.

    But for what the oldest level had no tables for.
    """

    def cases() -> list[Case]:
        found = see.cases(lived.desk, ids)
        return [
            replace(
                case, investigations=(), outcomes=(), norms={}, review=replace(case.review, reminded_at=None),
                candidate=replace(case.candidate, asked=None),
            )
            for case in found
        ]  # fmt: skip

    lived.reopen()
    ids = [line.review_id for line in lived.lines().values()]
    before = cases()
    lived.desk.close()
    for version in (VERSIONS[0], VERSIONS[-1]):
        step(lived.database, version)
    lived.reopen()
    assert cases() == before
    held = next(line.review_id for line in lived.lines().values() if line.state == "held")
    assert decide.approve(lived.desk, held, ZOE).state == "decided"


def test_search_finds_by_the_same_rows_whether_they_were_written_or_migrated(lived: World) -> None:
    made = ("search_postings", "search_spans")
    before = rows(lived.database)
    for version in ("0023", VERSIONS[-1]):
        step(lived.database, version)
    after = rows(lived.database)
    assert {name: after[name] for name in made} == {name: before[name] for name in made}
    assert all(before[name] for name in made)


def test_each_block_of_searchs_index_has_a_version_of_its_own_after_an_upgrade(lived: World) -> None:
    """What a process keeps of a block without one would be taken for what is there, or be read by nobody."""
    before = rows(lived.database)["search_blocks"]
    for version in ("0025", VERSIONS[-1]):
        step(lived.database, version)
    after = rows(lived.database)
    assert (
        {row["block"] for row in after["search_blocks"]} == {row["block"] for row in after["search_postings"]} != set()
    )
    assert not {row["version"] for row in after["search_blocks"]} & {row["version"] for row in before}


def test_to_nothing_and_back(lived: World) -> None:
    database = lived.database
    store = Store(database.url)
    migrate.migrate(store, "base")
    assert set(database.tables()) <= {"alembic_version"}
    database.let_go()
    if not store.sqlite:
        left = "SELECT proname FROM pg_proc JOIN pg_namespace n ON n.oid = pronamespace WHERE n.nspname = 'public'"
        assert database.sql(left) == [], "no function of ours is left"
        database.let_go()
    migrate.migrate(store)
    assert migrate.level(store) == migrate.HEAD
    store.close()


# No drift, on PostgreSQL (SQLite's stands in tests/test_house.py)


def schema(store: Store) -> dict[str, list[str]]:
    """Columns, constraints and indexes as PostgreSQL writes them."""
    asked = {
        "columns": "SELECT table_name, column_name, data_type, is_nullable, column_default, identity_generation "
        "FROM information_schema.columns WHERE table_schema = 'public'",
        "constraints": "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE connamespace = 'public'::regnamespace",
        "indexes": "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'",
    }
    with store.reading() as unit:
        connection = unit.connection()
        found = {name: [str(tuple(r)) for r in connection.exec_driver_sql(sql)] for name, sql in asked.items()}
    return {name: sorted(one for one in every if "alembic_version" not in one) for name, every in found.items()}


@pytest.mark.postgres
@pytest.mark.parametrize("kind", ["postgres"])
def test_migrations_make_exactly_the_tables_of_the_code(store: Store, kind: str, tmp_path: Path) -> None:
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        found = compare_metadata(context, SQLModel.metadata)
        connection.rollback()
    assert not [one for one in found if not (isinstance(one, tuple) and str(one[0]).endswith("_index"))]
    other = empty(kind, tmp_path)
    direct = Store(other.url)
    try:
        with direct.unit() as unit:
            SQLModel.metadata.create_all(unit.connection())
        assert schema(store) == schema(direct)
    finally:
        direct.close()
        other.close()
