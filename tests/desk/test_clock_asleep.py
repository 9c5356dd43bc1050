"""A machine that was asleep, or whose clock is set forward: all that is overdue is done in the first pass."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.desk import see
from bot.desk.tick import next_due
from bot.ticker import Ticker
from db.tables import REVIEWS
from tests.desk.world import MAYA, World, row
from tests.desk.worlds import NewWorld
from tests.faults.rig import until


@pytest.fixture
def busy(new_world: NewWorld) -> World:
    """More than one batch of each kind; half of the deadlines lie in the night, the others are still to come."""
    world = new_world(limits=replace(World.LIMITS, batch=20, deadlines=20))
    world.take_in(*(row(f"night{n:03}") for n in range(60)), campaign="brief")
    world.take_in(*(row(f"later{n:03}") for n in range(60)), file_name="later.csv")
    return world


def decided(world: World) -> dict[str, int]:
    rows = world.sql(
        "SELECT campaign, COUNT(*) FROM reviews JOIN decisions ON review_id = reviews.id GROUP BY campaign"
    )
    return dict(rows)


async def test_after_a_day_asleep_the_first_pass_does_it_all(busy: World) -> None:
    woken = 0

    def wake() -> None:
        nonlocal woken
        woken += 1

    busy.clock.move(hours=25)
    await Ticker(busy.desk, wake).once()
    assert decided(busy) == {"brief": 60}
    fell = [r for _, _, lane, detail in busy.errands("fell") for r in detail["reviews"] if lane == MAYA]
    assert len(fell) == len(set(fell)) == 60
    (half,) = busy.errands("half")[:1]
    assert half[3]["reviews"], "and what has passed its half unopened is told of"
    due = next_due(busy.desk)
    assert due is not None
    assert due > busy.clock(), "nothing is left for a second pass"
    assert woken


async def test_a_clock_that_runs_on_while_nothing_counts_is_noticed_by_the_next_sweep(busy: World) -> None:
    """Asleep, the counter by which a process waits may stand still: its alarm would ring a day too late."""
    ticker = asyncio.create_task(Ticker(busy.desk, lambda: None, sweep=0.2).run())
    await asyncio.sleep(0.3)
    assert decided(busy) == {}
    busy.clock.move(hours=25)
    async with asyncio.timeout(10):
        while decided(busy) != {"brief": 60}:  # noqa: ASYNC110 - what is waited for is in a database
            await asyncio.sleep(0.05)
    ticker.cancel()
    await asyncio.gather(ticker, return_exceptions=True)


@pytest.mark.parametrize("hold", [5.0, 0.0])
async def test_deadlines_that_follow_closely_come_before_what_they_cause(
    new_world: NewWorld, monkeypatch: pytest.MonkeyPatch, hold: float
) -> None:
    """The outbox waits for the next, whose alarm is set; not for ever, and not when none follows."""
    world = new_world()
    ids = [str(fate.review_id) for fate in world.take_in(row("one"), row("two")).fates]
    first = world.clock.now + timedelta(hours=48)
    next_one = first + timedelta(milliseconds=20)
    with world.desk.store.unit() as unit:
        unit.execute(sa.update(REVIEWS).where(REVIEWS.c.id == ids[1]).values(deadline_at=next_one))
    world.clock.now = first
    said: list[str] = []
    monkeypatch.setattr("bot.ticker._HOLD", hold)
    ticker = Ticker(world.desk, lambda: said.append("on"), pause_outbox=lambda: said.append("wait"), sweep=3600)
    running = asyncio.create_task(ticker.run())
    await until(lambda: len(said) >= 3)
    assert said[0] == "wait"
    assert ("on" in said) == (hold == 0)
    world.clock.now = next_one
    await until(lambda: said[-1] == "on" and see.case(world.desk, ids[1]).decision is not None)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
