"""Somebody sets the machine's clock back, by seconds or by days: what is to be said is said, what is due is done."""

from __future__ import annotations

import asyncio
import time
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.core.types import State
from bot.outbox import Outbox, rows
from bot.outbox.rows import Hold
from bot.ticker import Ticker
from db import arrivals
from db import outbox as table
from tests.slack.conftest import on_both
from tests.slack.fake_slack import Json
from tests.slack.hands import House

CHANNEL = "C0BRAZIL"
MINUTE = timedelta(minutes=1)
BACK = pytest.mark.parametrize(
    "back", [MINUTE, timedelta(hours=1), timedelta(hours=2), timedelta(days=400)], ids=["1m", "1h", "2h", "400d"]
)


def outbox(house: House, pace: float = 0.0) -> Outbox:
    return Outbox(house.desk, house.handoff.client, pace=pace)


def posts(house: House) -> list[Json]:
    return [a for a in house.slack.to("chat.postMessage") if a["channel"] == CHANNEL]


def waiting(house: House) -> dict[str, int]:
    with house.desk.store.reading() as unit:
        return table.depth(unit)


@on_both
@BACK
async def test_a_lane_goes_on_at_once(house: House, back: timedelta) -> None:
    """Also after a restart, and in a process that has no memory of the other time."""
    await outbox(house, pace=60).flush()
    assert len(posts(house)) == 1
    house.clock.now -= back
    await outbox(house, pace=60).flush()
    assert len(posts(house)) == 2
    await outbox(house, pace=60).flush()
    assert len(posts(house)) == 2, "and keeps its pace by the new time"


@on_both
async def test_a_lane_goes_on_when_that_happens_while_an_answer_is_written(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between Slack's answer and the unit that marks it: how long the lane waits is no matter of the time of day."""
    chore, hour = house.desk.chore, [timedelta(hours=1)]

    async def set_back_first(verb: Any, *given: Any, **more: Any) -> Any:
        if verb is rows.close and given[0].lane == CHANNEL and hour:
            house.clock.now -= hour.pop()
        return await chore(verb, *given, **more)

    monkeypatch.setattr(house.desk, "chore", set_back_first)
    await outbox(house, pace=60).flush()
    assert (len(posts(house)), hour) == (1, [])
    house.clock.move(seconds=61)
    await outbox(house, pace=60).flush()
    assert len(posts(house)) == 2


@on_both
async def test_by_less_than_clocks_may_differ_it_is_waited_for(house: House) -> None:
    await outbox(house, pace=60).flush()
    house.clock.move(seconds=-20)
    await outbox(house, pace=60).flush()
    assert len(posts(house)) == 1
    house.clock.move(seconds=81)
    await outbox(house, pace=60).flush()
    assert len(posts(house)) == 2


@on_both
@BACK
async def test_the_lane_of_a_process_that_is_gone_is_taken_over(house: House, back: timedelta) -> None:
    begun = outbox(house)
    begun._begun = True  # SQLite would free all lanes at a start
    gone = Hold("bot_gone", timedelta(seconds=45), timedelta(seconds=1))
    errand = await house.desk.chore(rows.claim, CHANNEL, gone)
    assert errand is not None
    await begun.flush()
    assert posts(house) == []
    house.clock.now -= back
    await begun.flush()
    house.clock.move(seconds=6)  # what may have been sent by the one that is gone is waited for
    await begun.flush()
    assert len(posts(house)) == 3
    assert waiting(house) == {}


@on_both
async def test_what_is_renewed_keeps_no_time_of_the_other_clock(house: House) -> None:
    hold = Hold("bot_me", timedelta(seconds=45), timedelta(hours=1))
    assert await house.desk.chore(rows.claim, CHANNEL, hold) is not None
    house.clock.move(hours=-1)
    assert await house.desk.chore(rows.renew, [CHANNEL], hold) == {CHANNEL}
    assert await house.desk.chore(rows.claim, CHANNEL, hold) is not None


@on_both
@BACK
async def test_a_doubtful_message_is_looked_for_and_sent_seconds_later(house: House, back: timedelta) -> None:
    async def down(_args: Json) -> Any:
        return 503, {"ok": False}, {}

    house.slack.faults["chat.postMessage"] = down
    await outbox(house).flush()
    assert "unknown" in waiting(house)
    del house.slack.faults["chat.postMessage"]
    house.clock.now -= back
    for _ in range(4):
        await outbox(house).flush()
        house.clock.move(seconds=6)
    await outbox(house).flush()
    assert waiting(house) == {}
    assert len(house.slack.cards(CHANNEL)) == 3


@on_both
async def test_a_message_that_arrived_before_is_found(house: House) -> None:
    """Its time is still to come by the new clock: a look from then on would find nothing, and it would stand twice."""
    sent = time.time()
    house.clock.now = datetime.fromtimestamp(sent, house.clock.now.tzinfo) + timedelta(hours=1)

    async def accepted(_args: Json) -> Any:
        return "drop"

    house.slack.faults["chat.postMessage"] = accepted
    await outbox(house).flush()
    del house.slack.faults["chat.postMessage"]
    by_the_old_clock = len(house.slack.to("conversations.history"))
    house.clock.move(hours=-1)
    for _ in range(4):
        await outbox(house).flush()
        house.clock.move(seconds=6)
    await outbox(house).flush()
    assert waiting(house) == {}
    assert len(house.slack.cards(CHANNEL)) == 3
    looked = [float(look["oldest"]) for look in house.slack.to("conversations.history")[by_the_old_clock:]]
    assert looked
    assert max(looked) < sent


@on_both
@BACK
async def test_an_event_that_nobody_works_on_is_taken_up_in_minutes(house: House, back: timedelta) -> None:
    now, minutes = house.clock(), timedelta(minutes=4)
    with house.desk.store.unit() as unit:
        arrivals.add(unit, "Ev1", {}, now, now + MINUTE)
    now -= back
    with house.desk.store.reading() as unit:
        assert arrivals.due(unit, now) or arrivals.due(unit, now + minutes)
    with house.desk.store.unit() as unit:
        seen = arrivals.claim(unit, now, now + MINUTE, 5) or arrivals.claim(unit, now + minutes, now + minutes, 5)
    assert [arrival.event_id for arrival in seen] == ["Ev1"]


@on_both
async def test_a_process_that_is_just_sending_goes_on_in_order_and_says_nothing_twice(house: House) -> None:
    start, began = house.clock(), time.monotonic()
    back = timedelta()
    house.desk.clock = lambda: start - back + timedelta(seconds=time.monotonic() - began)
    with house.desk.store.unit() as unit:
        for n in range(20):
            said = {"reviews": [house.ids["bruno"]]}
            table.enqueue(unit, [table.Fresh(f"ob_{n}", "fell", f"aurora{n}", "C0A", said)], start)
    running = outbox(house, pace=0.05)
    sending = asyncio.create_task(running.run())
    async with asyncio.timeout(20):
        while len(house.slack.cards("C0A")) < 8:  # noqa: ASYNC110 - others' state
            await asyncio.sleep(0.01)
        back = timedelta(hours=1)
        while waiting(house):  # noqa: ASYNC110 - others' state
            await asyncio.sleep(0.02)
    sending.cancel()
    await running.stop(1)
    said_in_order = [m["metadata"]["event_payload"]["id"] for m in house.slack.cards("C0A")]
    assert said_in_order == [f"ob_{n}" for n in range(20)]


async def test_the_sweep_counts_by_a_clock_that_nobody_can_set(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    class Wall(datetime):
        """The machine's time as APScheduler reads it."""

        back = timedelta()

        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return datetime.now(tz) - cls.back

    monkeypatch.setattr("apscheduler.schedulers.base.datetime", Wall)
    ticker = asyncio.create_task(Ticker(house.desk, lambda: None, sweep=0.2).run())
    await asyncio.sleep(0.1)
    Wall.back = timedelta(hours=1)
    await asyncio.sleep(0.5)
    house.clock.move(hours=48)
    async with asyncio.timeout(3):
        while house.case("ana").review.state is not State.DECIDED:  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.02)
    ticker.cancel()
    await asyncio.gather(ticker, return_exceptions=True)
