"""Slack is away, limits, fails or dawdles: experts' answers are taken meanwhile, and afterwards all is said, once."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.cards import ids
from bot.core.types import State
from tests.faults import town
from tests.faults.crowd import Crowd
from tests.faults.rig import BIA, Living, living, tell, until

pytestmark = pytest.mark.timeout(120)

#: What slack_sdk and we call in a conversation; what a token or a socket needs stays well.
_OUTAGES = {
    "limited": {"ratelimited": 0.6},
    "cut": {"cut_after": 0.3, "cut_before": 0.1},
    "broken": {"broken": 0.3, "unavailable": 0.2},
    "strangers": {"plain": 0.2, "torn": 0.15, "nonsense": 0.15},
    "mixed": {"ratelimited": 0.15, "cut_after": 0.15, "cut_before": 0.05, "broken": 0.15},
}


def _told(up: Living, **weather: Any) -> None:
    tell(up.server, **weather)


async def _crowded(up: Living, seconds: float, seed: int) -> Crowd:
    """Everybody clicks for so long."""
    crowd = Crowd(up.server.people, town.EXPERTS, town.CHANNELS, seed)
    crowd.go(on=True)
    await asyncio.sleep(seconds)
    crowd.go(on=False)
    await asyncio.sleep(0.7)
    await crowd.aclose()
    up.deeds.extend(crowd.deeds)
    return crowd


def _waits(crowd: Crowd) -> str:
    took = sorted(d.heard - d.sent for d in crowd.deeds if d.acked)
    return f"{len(took)} answers acknowledged, slowest after {1000 * took[-1]:.0f} ms"


async def _open_town(up: Living) -> None:
    up.feeder.feed(60, "calm")
    up.feeder.feed(10, "stern")
    up.handoff.ticker.wake()
    await up.card(number=20)


@pytest.mark.parametrize("kind", _OUTAGES)
async def test_while_calls_fail_answers_are_taken_and_all_is_said_afterwards(
    tmp_path: Path, kind: str, seed: int, long: Callable[[float], float], measured: Callable[[str], None]
) -> None:
    async with living(tmp_path, undo_minutes=0.02) as up:
        await _open_town(up)
        trouble = _OUTAGES[kind]
        # response_urls and views are best effort: they may fail with the rest.
        _told(up, methods={"*": trouble, "apps.connections.open": {}, "auth.test": {}}, seed=seed)
        crowd = await _crowded(up, long(4.0), seed)
        up.jump(seconds=10)
        await asyncio.sleep(1)
        _told(up)
        await up.delivered(60)
        await until(lambda: not _unsettled(up))
        await up.delivered(60)
        assert up.wrong() == []
        assert [f for f in up.workspace.failures if f["kind"] == "interactive"] == []
        errors = Counter(c["error"] for c in up.workspace.calls if c["error"])
        measured(f"{_waits(crowd)}; calls that failed: {dict(errors)}")


def _unsettled(up: Living) -> bool:
    """Whether an undo window is still to end."""
    return any(r.undo_until is not None for r in up.books().reviews.values())


async def test_three_seconds_for_every_call_and_nobody_waits_for_it(
    tmp_path: Path, seed: int, measured: Callable[[str], None]
) -> None:
    async with living(tmp_path, undo_minutes=60) as up:
        await _open_town(up)
        _told(up, methods={"*": {"slow": 1.0}}, slow_seconds=3.0)
        crowd = await _crowded(up, 5.0, seed)
        _told(up)
        await up.delivered(60)
        assert up.wrong() == []
        assert [f for f in up.workspace.failures if f["kind"] == "interactive"] == []
        measured(_waits(crowd))


async def _ten_minutes(up: Living, end: float) -> None:
    """Ten minutes in as many seconds of ours as they take: the bot's clock jumps, its tries come as in truth."""
    for _ in range(60):
        up.jump(seconds=10)
        await asyncio.sleep(end / 60)


@pytest.mark.parametrize(
    "trouble", ["broken", "unavailable", "plain", "torn", "nonsense", "cut_before", "cut_after", "ratelimited"]
)
async def test_ten_minutes_of_it_lose_nothing(tmp_path: Path, trouble: str, seed: int) -> None:
    """Every call fails for ten minutes, sockets live: answers are taken, deadlines decide, then all is said."""
    async with living(tmp_path, undo_minutes=600) as up:
        await _open_town(up)
        _told(up, methods={"*": {trouble: 1.0}})
        crowd = await _crowded(up, 2.0, seed)
        await _ten_minutes(up, 4.0)
        assert all(r.state is State.DECIDED for r in up.books().reviews.values() if r.campaign == "stern")
        _told(up)
        await _delivered_by_and_by(up)
        assert up.wrong() == []
        assert sum(d.acked for d in crowd.deeds) > 5


async def _delivered_by_and_by(up: Living) -> None:
    """Until nothing is to be sent: whoever waits for the next try waits on the bot's clock."""
    end = time.monotonic() + 40
    while up.depth().keys() - {"dead"}:
        assert time.monotonic() < end, up.depth()
        await asyncio.sleep(0.5)
        up.jump(seconds=20)


@pytest.mark.parametrize("stranger", ["plain", "torn", "nonsense", "unavailable"])
async def test_whoever_answers_in_slacks_place_the_process_lives(tmp_path: Path, stranger: str) -> None:
    """At the start, which waits; when all sockets have closed, which are opened anew; and clicks count again."""
    async with living(tmp_path, undo_minutes=600, foul={"*": {stranger: 1.0}}) as up:
        assert up.met("auth.test") >= 1
        await _open_town(up)
        message, review = await up.card(number=1)
        _told(up, methods={"*": {stranger: 1.0}})
        await up.server.socket.cut()
        await until(lambda: up.met("apps.connections.open") >= 4)
        up.jump(seconds=10)
        _told(up)
        await until(lambda: up.server.socket.connections, 30)
        assert (await up.tap(BIA, message, ids.APPROVE, review)).acked
        await _delivered_by_and_by(up)
        assert up.wrong() == []
        assert up.depth() == {}


async def test_ten_minutes_without_a_network(tmp_path: Path, measured: Callable[[str], None]) -> None:
    """Nobody answers at Slack's address: what falls due is decided in time, and told when Slack is back."""
    async with living(tmp_path, undo_minutes=600) as up:
        await _open_town(up)
        message, review = await up.card(number=1)
        away = asyncio.create_task(up.server.down(5.0))
        await until(lambda: not up.server.socket.connections)
        assert not (await up.tap(BIA, message, ids.APPROVE, review)).acked, "Slack itself tells the person"
        await _ten_minutes(up, 4.0)
        assert all(r.state is State.DECIDED for r in up.books().reviews.values() if r.campaign == "stern")
        await away
        back = time.monotonic()
        await until(lambda: up.server.socket.connections, 30)
        measured(f"connected again {time.monotonic() - back:.1f} s after Slack was back")
        assert (await up.tap(BIA, message, ids.APPROVE, review)).acked
        await _delivered_by_and_by(up)
        assert up.wrong() == []


async def test_within_slacks_limits_nothing_is_refused_for_long(
    tmp_path: Path, measured: Callable[[str], None]
) -> None:
    """Counted as Slack counts, twenty times as fast: bursts are stretched, nothing is lost, order stays."""
    async with living(tmp_path, pace=1 / 20, undo_minutes=60) as up:
        _told(up, limits=20)
        up.feeder.feed(80, "calm")
        up.feeder.feed(20, "stern")
        up.handoff.ticker.wake()
        await up.card(number=60)
        crowd = await _crowded(up, 3.0, 1)
        await up.delivered(60)
        assert up.wrong() == []
        refused = sum(c["error"] == "ratelimited" for c in up.workspace.calls)
        measured(f"{len(up.workspace.calls)} calls, {refused} limited; {_waits(crowd)}")
