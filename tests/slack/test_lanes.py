"""Lanes: one message after the other in each, at Slack's pace, by one process at a time; whoever dies is replaced."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bot.cards import ids
from bot.outbox import EVENT_TYPE, Outbox, rows
from bot.outbox.gates import POST, Closed, Gates
from bot.outbox.rows import Hold
from bot.sandbox.limits import Limits
from db import lanes
from db import outbox as table
from tests.slack.conftest import on_both
from tests.slack.fake_slack import Json, slow
from tests.slack.hands import House

CHANNEL = "C0BRAZIL"
LEASE = timedelta(seconds=45)


def only_on(kind: str) -> Any:
    marks = [pytest.mark.postgres] if kind == "postgres" else []
    return pytest.mark.parametrize("kind", [pytest.param(kind, marks=marks)])


def replica(house: House, pace: float = 0.0) -> Outbox:
    return Outbox(house.desk, house.handoff.client, pace=pace)


def depth(house: House) -> dict[str, int]:
    with house.desk.store.reading() as unit:
        return table.depth(unit)


def posts(house: House, channel: str = CHANNEL) -> list[Json]:
    return [a for a in house.slack.to("chat.postMessage") if a["channel"] == channel]


def ids_of(messages: list[Json]) -> list[str]:
    return [m["metadata"]["event_payload"]["id"] for m in messages]


def say(house: House, count: int, *channels: str) -> None:
    """So many cards for each channel, of one and the same review, told apart by their references."""
    with house.desk.store.unit() as unit:
        for channel in channels:
            for n in range(count):
                table.enqueue(
                    unit, [table.Fresh(f"ob_{channel}{n}", "fell", f"aurora{n}", channel, _one(house))], house.clock()
                )


def _one(house: House) -> dict[str, list[str]]:
    return {"reviews": [house.ids["bruno"]]}


class Running:
    """The tests' clock, going on from where it stood."""

    def __init__(self, clock: Any) -> None:
        self.start, self.began = clock(), time.monotonic()

    def __call__(self) -> Any:
        return self.start + timedelta(seconds=time.monotonic() - self.began)


# Whose lane it is


@only_on("postgres")
async def test_a_lane_whose_owner_died_is_taken_over_after_its_lease_and_looked_up_first(house: House) -> None:
    errand = rows.claim(house.desk, CHANNEL, Hold("bot_CRASHED", LEASE, timedelta()))
    assert errand is not None
    there = {"ts": "1.1", "text": "x", "metadata": {"event_type": EVENT_TYPE, "event_payload": {"id": errand.id}}}
    house.slack.messages[CHANNEL].append(there)
    say(house, 1, "U0MAYA")
    await house.deliver()
    assert posts(house) == [], "its owner may be alive"
    assert house.slack.to("chat.postMessage"), "other lanes do not wait"
    house.clock.move(seconds=46)
    await house.deliver()
    assert errand.id not in ids_of(posts(house))
    assert len(posts(house)) == 2
    assert depth(house) == {}


@only_on("sqlite")
async def test_on_sqlite_a_start_frees_what_the_last_process_held(house: House) -> None:
    assert rows.claim(house.desk, CHANNEL, Hold("bot_CRASHED", LEASE, timedelta())) is not None
    house.clock.move(seconds=6)
    await house.deliver()
    assert len(posts(house)) == 3


@on_both
async def test_an_end_gives_the_lanes_back_at_once(house: House) -> None:
    house.slack.faults["chat.postMessage"] = slow(5)
    first = replica(house)
    delivering = asyncio.create_task(first.flush())
    await asyncio.sleep(0.3)
    await first.stop(0.1)
    await delivering
    del house.slack.faults["chat.postMessage"]
    assert "sending" in depth(house), "cut off: nobody knows whether it arrived"
    house.clock.move(seconds=6)
    await replica(house).flush()
    assert depth(house) == {}


@only_on("postgres")
async def test_an_owner_that_comes_back_late_changes_nothing(house: House) -> None:
    """A request takes longer than its lease: whoever took the lane over has the last word, and nothing goes twice."""
    answer = asyncio.Event()

    async def accept_and_keep_silent(args: Json) -> Any:
        if args["channel"] != CHANNEL or answer.is_set():
            return None
        said = house.slack._chat_postMessage(args)
        await answer.wait()
        return said

    house.slack.faults["chat.postMessage"] = accept_and_keep_silent
    late, other = replica(house), replica(house)
    delivering = asyncio.create_task(late.flush())
    async with asyncio.timeout(10):
        while not posts(house) or depth(house) != {"sending": 1, "ready": 2}:  # noqa: ASYNC110 - others' state
            await asyncio.sleep(0.01)
    house.clock.move(seconds=46)
    taking_over = asyncio.create_task(other.flush())
    async with asyncio.timeout(10):
        while len(posts(house)) < 2:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    answer.set()
    await asyncio.gather(delivering, taking_over)
    while depth(house):
        await other.flush()
    said = ids_of(house.slack.cards(CHANNEL))
    assert len(said) == len(set(said)) == 3
    assert len(house.slack.to("conversations.history")) == 1


@only_on("postgres")
async def test_two_at_once_share_the_lanes_and_say_nothing_twice(house: House) -> None:
    say(house, 5, *(f"C0{n}" for n in range(10)))
    both = [replica(house), replica(house)]
    for each in both:
        each._begun = True
    await asyncio.gather(*(each.flush() for each in both))
    while depth(house):
        await asyncio.gather(*(each.flush() for each in both))
    said = ids_of(house.slack.to("chat.postMessage"))
    assert len(said) == len(set(said))
    for n in range(10):
        assert ids_of(posts(house, f"C0{n}")) == [f"ob_C0{n}{k}" for k in range(5)], "in their order"


# Pace


@on_both
async def test_the_pace_survives_a_restart(house: House) -> None:
    await replica(house, pace=60).flush()
    assert len(posts(house)) == 1
    house.clock.move(seconds=59)
    await replica(house, pace=60).flush()
    assert len(posts(house)) == 1
    house.clock.move(seconds=2)
    await replica(house, pace=60).flush()
    assert len(posts(house)) == 2


@on_both
async def test_a_clock_that_is_set_back_stops_no_lane_for_long(house: House) -> None:
    await replica(house, pace=60).flush()
    house.clock.move(days=-1)
    await replica(house, pace=60).flush()
    assert len(posts(house)) == 2


@on_both
async def test_retry_after_survives_a_restart(house: House) -> None:
    async def limited(args: Json) -> Any:
        if args["channel"] == CHANNEL:
            return 429, {"ok": False, "error": "ratelimited"}, {"Retry-After": "30"}
        return None

    house.slack.faults["chat.postMessage"] = limited
    await house.deliver()
    del house.slack.faults["chat.postMessage"]
    house.clock.move(seconds=29)
    await replica(house).flush()
    assert len(posts(house)) == 1
    house.clock.move(seconds=2)
    await replica(house).flush()
    assert len(house.slack.cards(CHANNEL)) == 3


@on_both
async def test_a_busy_channel_at_slacks_pace_is_never_refused(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted as Slack counts, five times as fast; one call is dropped after it was accepted.

    By when each left: how long requests are under way on a machine that is busy with other tests is no merit of ours.
    """
    house.desk.clock = Running(house.clock)
    limits, refused, calls = Limits(speed=5.0), [0], [0]
    left, call = {}, house.handoff.client.api_call

    async def noted(method: str, **how: Any) -> Any:
        if method == "chat.postMessage":
            left[how["json"]["metadata"]["event_payload"]["id"]] = time.monotonic()
        return await call(method, **how)

    async def strict(args: Json) -> Any:
        if seconds := limits.wait("chat.postMessage", args, left[args["metadata"]["event_payload"]["id"]]):
            refused[0] += 1
            return 429, {"ok": False, "error": "ratelimited"}, {"Retry-After": str(seconds)}
        calls[0] += 1
        return "drop" if calls[0] == 15 else None

    monkeypatch.setattr(house.handoff.client, "api_call", noted)
    house.slack.faults["chat.postMessage"] = strict
    say(house, 20, CHANNEL)
    say(house, 5, "C0A", "C0B", "C0C")
    outbox = replica(house, pace=0.2)
    running = asyncio.create_task(outbox.run())
    async with asyncio.timeout(60):
        while depth(house):  # noqa: ASYNC110 - the rows' state
            await asyncio.sleep(0.02)
    running.cancel()
    await outbox.stop(1)
    assert refused[0] == 0
    said = ids_of(house.slack.to("chat.postMessage"))
    assert len(said) == len(set(said))
    assert ids_of(house.slack.cards(CHANNEL))[-20:] == [f"ob_{CHANNEL}{n}" for n in range(20)]


@on_both
async def test_how_many_commits_a_message_costs(house: House) -> None:
    """Without a pace one each, and one more to take the lane: what is marked and what is next are one unit."""
    await house.deliver()
    say(house, 40, "C0A")
    commits: list[int] = []
    sa.event.listen(house.desk.store.engine, "commit", lambda _: commits.append(1))
    await house.deliver()
    assert len(posts(house, "C0A")) == 40
    assert len(commits) <= 43


# An outage


@on_both
async def test_the_first_that_gets_through_wakes_the_others(house: House) -> None:
    say(house, 1, "C0A", "C0B", "C0C")

    async def down(_args: Json) -> Any:
        return 503, {"ok": False}, {}

    for method in ("chat.postMessage", "conversations.open", "conversations.history"):
        house.slack.faults[method] = down
    outbox = replica(house)
    for _ in range(14):
        await outbox.flush()
        house.clock.move(seconds=61)
    await outbox.flush()
    waiting = depth(house)
    assert waiting.keys() <= {"ready", "unknown"}
    house.slack.faults.clear()
    with house.desk.store.unit() as unit:
        lanes.hasten(unit, ["C0A"], house.clock())
    await outbox.flush()
    assert depth(house) == {}
    said = ids_of([m for channel in house.slack.messages.values() for m in channel])
    assert len(said) == len(set(said))


# Where a channel's messages go when it is lost, and when it is back


@on_both
async def test_a_card_that_lives_in_two_places_changes_in_both(house: House) -> None:
    async def lost(args: Json) -> Any:
        return {"ok": False, "error": "not_in_channel"} if args["channel"] == CHANNEL else None

    house.slack.faults["chat.postMessage"] = lost
    await house.deliver()
    assert depth(house) == {}, "it went elsewhere: nothing is dead"
    expert = house.case("bruno").review.expert or ""
    del house.slack.faults["chat.postMessage"]
    await house.tap(expert, ids.APPROVE, house.value("bruno"))
    await house.deliver()
    for channel in (CHANNEL, "D" + expert[1:], "D0MAYA"):
        (card,) = [m for m in house.slack.cards(channel) if "Bruno" in m["text"] and ids.UNDO in str(m["blocks"])]
        assert ids.APPROVE not in str(card["blocks"])
    assert depth(house) == {}


@on_both
async def test_the_lead_is_told_once_however_many_fail(house: House) -> None:
    async def lost(args: Json) -> Any:
        return {"ok": False, "error": "is_archived"} if args["channel"] == CHANNEL else None

    house.slack.faults["chat.postMessage"] = lost
    await house.deliver()
    say(house, 3, CHANNEL)
    await house.deliver()
    assert len([m for m in house.slack.cards("D0ZOE") if CHANNEL in m["text"]]) == 1


# Gates


async def test_a_limit_on_a_method_holds_for_every_lane() -> None:
    gates = Gates(1.0)
    gates.refused("chat.update", "C1", 30.0)
    with pytest.raises(Closed) as closed:
        await gates.enter("chat.update")
    assert 29 < closed.value.wait <= 30
    await gates.enter(POST)


async def test_a_limit_on_messages_is_the_channels_until_a_second_one_meets_it() -> None:
    gates = Gates(1.0)
    gates.refused(POST, "C1", 30.0)
    await gates.enter(POST)
    gates.refused(POST, "C2", 20.0)
    with pytest.raises(Closed):
        await gates.enter(POST)


async def test_fifty_updates_a_minute_and_then_a_pause() -> None:
    gates = Gates(1.0)
    for _ in range(50):
        await gates.enter("chat.update")
    with pytest.raises(Closed) as closed:
        await gates.enter("chat.update")
    assert 50 < closed.value.wait < 62
    free = Gates(0.0)
    for _ in range(60):
        await free.enter("chat.update")
