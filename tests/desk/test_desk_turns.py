"""Clicks that wait together on SQLite: one commit for all of them, each with its own answer, none before the commit."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import Any

import pytest
import sqlalchemy as sa

from bot.core.errors import Busy, NotFound, TooLate
from bot.desk import decide, members, turns
from bot.desk.desk import Desk
from db import people
from db.store import afterwards
from tests.desk.world import BIA, CAIO, World, row


@pytest.fixture
def kind() -> str:
    """PostgreSQL joins commits by itself, and has a writer for each of these clicks."""
    return "sqlite"


class Commits:
    """How often the writer has committed, and a stop that keeps its thread busy while others come to wait."""

    def __init__(self, desk: Desk) -> None:
        self.count = 0
        self.open = threading.Event()
        self._desk = desk
        sa.event.listen(desk.store.engine, "commit", self._committed)

    def _committed(self, _connection: sa.Connection) -> None:
        self.count += 1

    def _wait(self, _desk: Desk) -> None:
        self.open.wait(5)

    async def gathered(self, *clicks: Any) -> list[Any]:
        """What becomes of clicks that all wait behind somebody else."""
        first = asyncio.create_task(self._desk.sweep(self._wait))
        await asyncio.sleep(0.05)
        waiting = [asyncio.ensure_future(click) for click in clicks]
        await asyncio.sleep(0.05)
        self.open.set()
        said = await asyncio.gather(*waiting, return_exceptions=True)
        await first
        return said


async def test_those_who_wait_together_are_committed_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "_BRIEF", 30.0)  # however slow the machine is
    commits = Commits(world.desk)
    said = await commits.gathered(*(world.desk.run(members.trust, f"friend {n}") for n in range(8)))
    assert said == [True] * 8
    assert commits.count == 1
    assert world.sql("SELECT COUNT(*) FROM trusted_referrers") == [(8,)]


async def test_a_refusal_is_its_own_and_takes_nothing_from_its_neighbours(world: World) -> None:
    review_id = world.one()
    commits = Commits(world.desk)
    said = await commits.gathered(
        world.desk.run(members.trust, "before"),
        world.desk.run(decide.approve, "rv_NOPE", BIA),
        world.desk.run(decide.approve, review_id, BIA),
        world.desk.run(decide.approve, review_id, CAIO),
        world.desk.run(members.trust, "after"),
    )
    assert (said[0], said[4]) == (True, True)
    assert isinstance(said[1], NotFound)
    assert said[2].id == review_id
    assert isinstance(said[3], TooLate)
    assert said[3].params["by"] == BIA
    assert world.sql("SELECT by FROM decisions") == [(BIA,)]


async def test_nobody_is_answered_when_the_commit_fails(world: World) -> None:
    review_id = world.one()
    commits = Commits(world.desk)
    broken = [True]

    def fail(_connection: sa.Connection) -> None:
        if broken.pop() if broken else False:
            raise sa.exc.OperationalError("COMMIT", None, Exception("database or disk is full"))

    sa.event.listen(world.desk.store.engine, "commit", fail)
    said = await commits.gathered(
        world.desk.run(decide.approve, review_id, BIA), world.desk.run(members.trust, "a friend")
    )
    # Each has been tried once more by itself, since nothing of it had happened.
    assert said[0].id == review_id
    assert said[1] is True
    assert world.sql("SELECT COUNT(*) FROM decisions WHERE by = ?", BIA) == [(1,)]
    assert world.sql("SELECT COUNT(*) FROM judgements") == [(1,)]


async def test_trouble_in_one_of_them_leaves_the_others_whole(world: World) -> None:
    """SQLite may take the whole transaction back when the disk is full; who came before is not in then."""
    world.take_in(*(row(f"creator{n}") for n in range(3)))
    reviews = [line.review_id for line in world.lines().values()]
    commits = Commits(world.desk)

    def full(desk: Desk) -> None:
        with desk.store.unit() as unit:
            unit.connection().exec_driver_sql("ROLLBACK")  # what SQLite does by itself on SQLITE_FULL
            raise sa.exc.OperationalError("INSERT", None, Exception("database or disk is full"))

    said = await commits.gathered(
        *(world.desk.run(decide.approve, review_id, BIA) for review_id in reviews[:2]),
        world.desk.run(full),
        world.desk.run(decide.approve, reviews[2], BIA),
    )
    assert [r.id for r in (said[0], said[1], said[3])] == reviews
    assert isinstance(said[2], Busy)
    assert said[2].reason == "disk_full"
    assert world.sql("SELECT COUNT(*) FROM decisions") == [(3,)]
    assert world.sql("SELECT COUNT(*) FROM judgements") == [(3,)]


async def test_whoever_has_least_time_left_goes_first(world: World) -> None:
    """A click before what only has to be noted; nobody is in the way of a sweep who has more time."""
    done: list[str] = []
    crowded: list[bool] = []

    def note(_desk: Desk, what: str) -> None:
        done.append(what)

    def sweep(desk: Desk) -> None:
        stop.wait(5)
        crowded.append(desk.crowded)
        click.wait(5)
        while not desk.crowded:
            time.sleep(0.001)

    stop, click = threading.Event(), threading.Event()
    first = asyncio.create_task(world.desk.sweep(sweep))
    await asyncio.sleep(0.05)
    chores = [asyncio.ensure_future(world.desk.chore(note, f"chore {n}")) for n in range(3)]
    await asyncio.sleep(0.05)
    stop.set()
    await asyncio.sleep(0.05)
    clicks = [asyncio.ensure_future(world.desk.run(note, f"click {n}")) for n in range(3)]
    await asyncio.sleep(0.05)
    click.set()
    await asyncio.gather(first, *chores, *clicks)
    assert crowded == [False], "chores may wait for all of it"
    assert done == ["click 0", "click 1", "click 2", "chore 0", "chore 1", "chore 2"]


async def test_what_still_waits_at_the_end_is_done(world: World) -> None:
    waiting = [asyncio.ensure_future(world.desk.run(members.trust, f"friend {n}")) for n in range(5)]
    await asyncio.sleep(0)
    await asyncio.to_thread(world.desk.close)
    assert await asyncio.gather(*waiting) == [True] * 5
    with pytest.raises(RuntimeError, match="closed"):
        await world.desk.run(members.trust, "too late")
    world.reopen()
    assert world.sql("SELECT COUNT(*) FROM trusted_referrers") == [(5,)]


async def test_what_follows_a_commit_and_fails_refuses_nobody(world: World, caplog: pytest.LogCaptureFixture) -> None:
    def counted(desk: Desk, name: str) -> bool:
        with desk.store.unit() as unit:
            afterwards(unit, lambda: 1 // 0)
            return people.trust(unit, name)

    commits = Commits(world.desk)
    said = await commits.gathered(*(world.desk.run(counted, f"friend {n}") for n in range(3)))
    assert said == [True] * 3
    assert await world.desk.run(counted, "by itself") is True
    assert world.sql("SELECT COUNT(*) FROM trusted_referrers") == [(4,)]
    assert caplog.text.count("ZeroDivisionError") == 4


async def test_whatever_goes_wrong_everybody_is_told_and_the_writer_goes_on(world: World) -> None:
    commits = Commits(world.desk)
    broken = [RuntimeError("nobody has thought of this")]

    def fail(_connection: sa.Connection) -> None:
        if broken:
            raise broken.pop()

    sa.event.listen(world.desk.store.engine, "commit", fail)
    said = await asyncio.wait_for(
        commits.gathered(*(world.desk.run(members.trust, f"friend {n}") for n in range(3))), 5
    )
    told = [isinstance(what, RuntimeError) for what in said]
    assert any(told)
    assert world.sql("SELECT COUNT(*) FROM trusted_referrers") == [(3 - sum(told),)], "who was refused is not in"
    assert await world.desk.run(members.trust, "somebody else") is True
