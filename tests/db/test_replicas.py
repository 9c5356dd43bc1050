"""Several replicas on one PostgreSQL: one decision, nobody's hands overfilled, no list doubled, one migration."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa

from bot.core.disagreement import Reply
from bot.core.errors import Invalid, TooLate
from bot.core.search import Filters
from bot.core.types import Member, Review, Role
from bot.desk import decide, hand_over, members, tick
from bot.desk import object as objections
from bot.desk.desk import Desk
from bot.desk.intake import take_in
from db import overdue, replies, reviews, search
from db.knowledge_tables import DISAGREEMENTS
from db.store import Store
from scoring.types import Verdict
from tests.database import empty
from tests.desk.world import BIA, CAIO, CAMPAIGN, CHANNEL, MAYA, OLEG, ZOE, World, norms, row, sheet, why
from tests.desk.worlds import NewWorld

pytestmark = [pytest.mark.postgres, pytest.mark.parametrize("kind", ["postgres"])]
ROOT = Path(__file__).parents[2]


@contextmanager
def replicas(world: World, count: int) -> Iterator[list[Desk]]:
    """So many desks on the world's database: everything that several processes have of their own."""
    with ExitStack() as stack:
        desks = []
        for n in range(count):
            desk = Desk(Store(world.database.url), world.clock, norms(), world.limits, Random(n))
            stack.callback(desk.close)
            desks.append(desk)
        yield desks


def at_once(*work: Callable[[], Any]) -> list[Any]:
    """All of these at the same instant; what each gave, or the refusal it met."""
    start, told = threading.Barrier(len(work)), [None] * len(work)

    def run(n: int, do: Callable[[], Any]) -> None:
        start.wait()
        try:
            told[n] = do()
        except Exception as error:  # noqa: BLE001 - whatever it was, the test must see it
            told[n] = error  # type: ignore[call-overload]

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(work)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return told


def test_one_of_three_replicas_decides_and_the_others_are_told_precisely(new_world: NewWorld) -> None:
    world = new_world(limits=replace(World.LIMITS, open_per_expert=100))
    world.take_in(*(row(f"creator{n:03}", verdict=Verdict.DECLINE) for n in range(40)))
    who = (BIA, CAIO, ZOE)
    with replicas(world, 3) as desks:
        for line in world.lines().values():
            pairs = zip(desks, who, strict=True)
            told = at_once(*(lambda d=d, p=p, r=line.review_id: decide.approve(d, r, p) for d, p in pairs))
            won = [n for n, what in enumerate(told) if isinstance(what, Review)]
            assert len(won) == 1, told
            for n in {0, 1, 2} - set(won):
                assert isinstance(told[n], TooLate)
                assert (told[n].reason, told[n].params["by"]) == ("decided", who[won[0]])
    assert world.sql("SELECT COUNT(*), COUNT(DISTINCT review_id) FROM decisions") == [(40, 40)]


def test_three_sweeps_and_clicks_share_what_is_due(new_world: NewWorld) -> None:
    world = new_world(limits=replace(World.LIMITS, open_per_expert=3, batch=20, deadlines=20))
    world.take_in(*(row(f"creator{n:03}", "Brazil" if n % 2 else "Russia") for n in range(300)))
    world.clock.move(hours=48)
    ids = [line.review_id for line in world.lines().values()]

    def sweep(desk: Desk) -> Callable[[], int]:
        return lambda: sum(1 for _ in iter(lambda: tick.tick(desk), False))

    def click(desk: Desk) -> Callable[[], Counter[str]]:
        def all_of_them() -> Counter[str]:
            told: Counter[str] = Counter()
            for review_id in ids[::3]:
                try:
                    decide.approve(desk, review_id, ZOE)
                except TooLate as late:
                    told[late.reason] += 1
            return told

        return all_of_them

    with replicas(world, 5) as desks:
        told = at_once(*map(sweep, desks[:3]), *map(click, desks[3:]))
    assert not [what for what in told if isinstance(what, Exception)], told
    assert told[3] == told[4] == {"decided_by_deadline": 100}
    assert world.sql("SELECT COUNT(*), COUNT(DISTINCT review_id) FROM decisions") == [(300, 300)]
    assert world.sql("SELECT DISTINCT state FROM reviews") == [("decided",)]
    fell = [r for *_, detail in world.errands("fell") for r in detail["reviews"]]
    assert sorted(fell) == sorted(ids), "each named once to its owner"


def test_a_sweep_takes_what_no_other_has_taken_and_waits_for_nobody(new_world: NewWorld) -> None:
    world = new_world(limits=replace(World.LIMITS, open_per_expert=2))
    world.take_in(*(row(f"creator{n:03}", "Russia") for n in range(12)))
    decide.approve(world.desk, world.sql("SELECT id FROM reviews WHERE opened_at IS NOT NULL")[0][0], OLEG)
    world.clock.move(hours=47)
    steps = {
        "settling": lambda unit: [r.id for r in reviews.settling(unit, world.clock(), 1)],
        "half_gone": lambda unit: [r.id for r in reviews.half_gone(unit, world.clock(), 5)],
        "overdue": lambda unit: [r.id for r in overdue.first(unit, world.clock() + timedelta(hours=1), 5)],
    }
    with replicas(world, 2) as (one, two):
        for name, step in steps.items():
            with one.store.unit() as mine:
                taken = step(mine)
                with two.store.unit() as theirs:
                    began = time.perf_counter()
                    others = step(theirs)
                    assert time.perf_counter() - began < 1
                assert taken, name
                assert not set(taken) & set(others), name
                assert len(others) == {"settling": 0, "half_gone": 4, "overdue": 5}[name], "what was left"


def test_nobody_holds_more_than_the_limit_however_many_fill_their_hands(new_world: NewWorld) -> None:
    world = new_world(limits=replace(World.LIMITS, open_per_expert=4, batch=4, deadlines=4))
    ours = "SELECT id FROM reviews WHERE expert = ? AND opened_at IS NOT NULL AND state = 'pending'"
    world.take_in(*(row(f"creator{n:03}", "Russia") for n in range(60)))
    with replicas(world, 4) as desks:
        for _ in range(6):
            held = [i for (i,) in world.sql(ours, OLEG)]
            assert len(held) == 4
            told = at_once(*(lambda d=d, r=r: decide.approve(d, r, OLEG) for d, r in zip(desks, held, strict=True)))
            assert all(isinstance(what, Review) for what in told), told
        # His hands fall empty at once, and everybody finds room in them.
        world.sql("UPDATE reviews SET deadline_at = ? WHERE opened_at IS NOT NULL", world.clock.now)
        assert tick.tick(desks[0])
        assert not world.sql(ours, OLEG)
        told = at_once(*(lambda d=d: tick.tick(d) for d in desks))
        assert not [what for what in told if isinstance(what, Exception)], told
    assert len(world.sql(ours, OLEG)) == 4
    assert world.sql("SELECT COUNT(*) FROM decisions") == [(28,)]


def test_passing_on_both_ways_at_once_never_ends_in_an_embrace(new_world: NewWorld) -> None:
    """Each fills both people's hands, in the same order."""
    world = new_world(limits=replace(World.LIMITS, open_per_expert=1))
    world.take_in(*(row(f"creator{n:02}") for n in range(12)))
    passed, embraces = 0, []

    def failed(context: sa.engine.ExceptionContext) -> None:
        if getattr(context.original_exception, "sqlstate", None) == "40P01":
            embraces.append(context.statement)

    with replicas(world, 2) as desks:
        for desk in desks:
            sa.event.listen(desk.store.engine, "handle_error", failed)
        for _ in range(10):
            first, second = (
                world.sql("SELECT id FROM reviews WHERE opened_at IS NULL AND expert = ? ORDER BY id", who)[0][0]
                for who in (BIA, CAIO)
            )
            told = at_once(
                lambda one=first: hand_over.pass_on(desks[0], one, BIA, CAIO),
                lambda one=second: hand_over.pass_on(desks[1], one, CAIO, BIA),
            )
            assert not [what for what in told if isinstance(what, Exception)], told
            passed += 2
    assert world.sql("SELECT COUNT(*) FROM events WHERE what = 'passed_on'") == [(passed,)]
    assert embraces == []


def test_a_campaign_under_the_same_key_twice_at_once_is_refused_once(world: World) -> None:
    for n in range(10):
        campaign = replace(CAMPAIGN, key=f"twin{n}", owner=f"U0OWNER{n:03}")
        with replicas(world, 2) as desks:
            told = at_once(*(lambda d=d, c=campaign: members.add_campaign(d, c) for d in desks))
        refused = [what for what in told if what is not None]
        assert [(type(what), what.reason) for what in refused] == [(Invalid, "campaign_exists")]


def test_the_same_list_twice_at_once_is_there_once(world: World) -> None:
    rows = [row(f"creator{n:02}") for n in range(30)]
    data = (sheet(rows), sheet(reversed(rows)))
    with replicas(world, 2) as desks:
        told = at_once(
            *(
                lambda d=d, s=s: take_in(d, s, file_name="list.csv", campaign="aurora", platform="instagram")
                for d, s in zip(desks, data, strict=True)
            )
        )
    assert sorted(report.count("accepted") for report in told) == [0, 30]
    assert sorted(report.count("duplicate") for report in told) == [0, 30]
    assert world.sql("SELECT COUNT(*) FROM reviews") == [(30,)]
    assert world.sql("SELECT COUNT(*) FROM imports") == [(1,)]


def test_two_replicas_meet_the_same_people(world: World) -> None:
    guest = Member("U0NEW00001", "Nia", team="T1")
    with replicas(world, 3) as desks:
        told = at_once(
            *(lambda d=d: members.remember(d, guest) for d in desks),
            *(lambda d=d: members.add(d, guest.id, Role.LEAD) for d in desks),
            *(lambda d=d: members.trust(d, "Maya") for d in desks),
        )
    assert told[:3] == [None] * 3
    assert sorted(told[3:6]) == sorted(told[6:]) == [False, False, True]
    assert guest.id != MAYA


_OPENS = """
import sys
from bot.desk.opening import open_desk
from bot.settings import Settings
sys.stdin.readline()
open_desk(Settings(database_url=sys.argv[1])).close()
"""


def test_four_replicas_starting_on_an_empty_database_migrate_it_once(kind: str, tmp_path: Path) -> None:
    database = empty(kind, tmp_path)
    starting = [
        subprocess.Popen(
            [sys.executable, "-c", _OPENS, database.url], stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)},
        )
        for _ in range(4)
    ]  # fmt: skip
    for process in starting:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    told = [(process.communicate(timeout=60)[1], process.returncode) for process in starting]
    assert [code for _, code in told] == [0] * 4, told
    assert len(database.tables()) > 10
    database.close()


def waiting(world: World, kind: str) -> None:
    """Until somebody waits for a lock of this kind."""
    deadline = time.monotonic() + 5
    while not world.sql("SELECT 1 FROM pg_locks WHERE NOT granted AND locktype = ?", kind):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_what_one_deletes_is_not_brought_back_by_another_who_writes_meanwhile(new_world: NewWorld) -> None:
    """Both make the document of one disagreement, the second without the first one's change before it."""
    world = new_world()
    decide.override(world.desk, world.one(), BIA, why("a giveaway"))
    ((about,),) = world.sql("SELECT id FROM disagreements")

    def reply(ts: str, text: str) -> Reply:
        return Reply(about, CHANNEL, ts, BIA, text, world.clock())

    def found(text: str) -> int:
        with world.desk.store.reading() as unit:
            return search.find(unit, text, Filters(), None).total

    def another(desk: Desk) -> None:
        with desk.store.unit() as unit:
            replies.add(unit, reply("2.0", "website"))
            search.index(unit, about)

    with world.desk.store.unit() as unit:
        replies.add(unit, reply("1.0", "confidential"))
        search.index(unit, about)
    assert found("confidential") == 1
    with replicas(world, 2) as (one, two):
        with one.store.unit() as unit:
            replies.delete(unit, CHANNEL, "1.0", world.clock())
            search.index(unit, about)
            beside = threading.Thread(target=another, args=(two,))
            beside.start()
            waiting(world, "advisory")
        beside.join()
    assert (found("confidential"), found("website")) == (0, 1)


def test_whoever_waits_for_a_disagreement_does_not_hold_the_index(new_world: NewWorld) -> None:
    """A lead lets two objections stand while somebody says of the second who was right, and then writes its words."""
    world = new_world()
    review_id = world.one()
    decide.override(world.desk, review_id, BIA, why("loved here"))
    for person in (CAIO, MAYA):
        objections.dissent(world.desk, review_id, person, why("not by everybody"))
    about = [one for (one,) in world.sql("SELECT id FROM disagreements WHERE kind = 'experts' ORDER BY opened_at, id")]
    assert len(about) == 2
    with replicas(world, 2) as (one, two):
        lead = threading.Thread(target=objections.let_stand, args=(one, review_id, ZOE))
        with two.store.unit() as unit:
            unit.execute(sa.update(DISAGREEMENTS).where(DISAGREEMENTS.c.id == about[1]).values(lesson="look"))
            lead.start()
            waiting(world, "transactionid")
            assert not world.sql("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND classid = 4705")
            search.index(unit, about[1])
        lead.join()
    assert world.sql("SELECT DISTINCT standing FROM disagreements WHERE kind = 'experts'") == [("resolved",)]
