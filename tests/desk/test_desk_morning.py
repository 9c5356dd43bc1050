"""The morning digest: when it comes, what is in it, and that it is one a day whatever happens."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.core.morning import Morning
from bot.core.outcome import What
from bot.core.types import Member
from bot.desk import decide, members, morning, outcomes, settings
from scoring.types import Verdict
from tests.desk.test_desk_remind import hours, live_in
from tests.desk.world import BIA, CAIO, MAYA, OLEG, START, ZOE, World, row, why

TUESDAY = START + timedelta(days=1)


@pytest.fixture
def utc(world: World) -> World:
    live_in(world, BIA, CAIO, OLEG, MAYA, ZOE)
    world.sweep()
    world.clock.move(minutes=1)
    return world


def mornings(world: World) -> list[tuple[str, str]]:
    return [(lane, detail["until"]) for _, _, lane, detail in world.errands("morning")]


def at(world: World, moment: datetime) -> None:
    world.clock.now = moment
    world.sweep()


def told(world: World) -> Morning:
    detail: dict[str, Any] = world.errands("morning")[-1][3]
    since, until = (datetime.fromisoformat(detail[name]) for name in ("since", "until"))
    return morning.morning(world.desk, MAYA, since, until)


def test_it_comes_with_the_first_working_hour_and_once(utc: World) -> None:
    utc.one()
    at(utc, TUESDAY - timedelta(seconds=1))
    assert not mornings(utc)
    at(utc, TUESDAY)
    assert mornings(utc) == [(MAYA, TUESDAY.isoformat())]
    for _ in range(3):
        utc.reopen()
        at(utc, utc.clock.now + timedelta(hours=2))
    assert len(mornings(utc)) == 1
    at(utc, TUESDAY + timedelta(days=1))
    assert len(mornings(utc)) == 2


def test_in_the_owners_own_time(utc: World) -> None:
    live_in(utc, MAYA, tz="America/Sao_Paulo")
    utc.sql("UPDATE members SET digest_at = NULL")
    utc.one()
    at(utc, START + timedelta(minutes=2))
    at(utc, START + timedelta(hours=3))
    assert len(mornings(utc)) == 0, "that day has begun already where she is"
    at(utc, TUESDAY + timedelta(hours=3) - timedelta(seconds=1))
    assert not mornings(utc)
    at(utc, TUESDAY + timedelta(hours=3))
    assert len(mornings(utc)) == 1


def test_nothing_to_say_is_no_message(utc: World) -> None:
    at(utc, TUESDAY)
    at(utc, TUESDAY + timedelta(days=1))
    assert not mornings(utc)


def test_what_is_in_it(utc: World) -> None:
    ids = [str(x.review_id) for x in utc.take_in(*(row(f"creator{n}") for n in range(4))).fates]
    decide.approve(utc.desk, ids[0], BIA)
    decide.override(utc.desk, ids[1], BIA, why("no"))
    decide.approve(utc.desk, ids[2], BIA)
    decide.undo(utc.desk, ids[2], BIA)
    utc.clock.move(minutes=20)
    outcomes.record(utc.desk, ids[0], What.LOST_SLOW, MAYA)
    utc.take_in(row("scanned"), campaign="scan")
    at(utc, TUESDAY)
    found = {news.campaign.key: news for news in told(utc).campaigns}
    assert set(found) == {"aurora", "scan"}, "campaigns of which there is nothing are left out"
    assert {e.verdict for e in found["aurora"].decided} == set(Verdict)
    assert len(found["aurora"].decided) == 2
    assert {w.review_id for w in found["aurora"].waiting} == set(ids[2:])
    assert [e.review_id for e in found["aurora"].lost] == [ids[0]]
    at(utc, TUESDAY + timedelta(days=1))
    after = {news.campaign.key: news for news in told(utc).campaigns}["aurora"]
    assert (after.decided, after.lost) == ((), ()), "each thing is told once"
    assert {e.review_id for e in after.on_the_ai} | {w.review_id for w in after.waiting} == set(ids[2:])


def test_what_fell_at_night_is_in_the_next_one(utc: World) -> None:
    review_id = utc.one()
    at(utc, TUESDAY)
    at(utc, hours(48))
    at(utc, hours(72))
    news = told(utc).campaigns[0]
    assert [e.review_id for e in news.on_the_ai] == [review_id]


def test_over_the_weekend_there_is_one_on_monday(utc: World) -> None:
    friday = START + timedelta(days=4)
    at(utc, friday)
    utc.clock.now = friday + timedelta(hours=1)
    utc.take_in(row("late.one"))
    for n in range(1, 12):
        at(utc, friday + timedelta(hours=6 * n))
    assert [u for _, u in mornings(utc) if u > friday.isoformat()] == []
    at(utc, START + timedelta(days=7))
    assert mornings(utc)[-1] == (MAYA, (START + timedelta(days=7)).isoformat())
    assert told(utc).since == friday


def test_a_machine_that_slept_until_the_evening_says_it_the_next_morning(utc: World) -> None:
    utc.one()
    at(utc, TUESDAY + timedelta(hours=11))
    assert not mornings(utc), "20:00"
    at(utc, TUESDAY + timedelta(days=1))
    assert told(utc).since == START


def test_nobody_on_holiday_is_written_to(utc: World) -> None:
    settings.away(utc.desk, MAYA, None, START + timedelta(days=3))
    utc.one()
    for n in range(1, 3):
        at(utc, START + timedelta(days=n, hours=1))
    assert not mornings(utc)
    for n in range(3, 5):
        at(utc, START + timedelta(days=n, hours=1))
    assert len(mornings(utc)) >= 1


def test_two_processes_say_it_once(utc: World) -> None:
    utc.one()
    utc.clock.now = TUESDAY
    with utc.desk.store.unit() as unit:
        assert morning.step(unit, utc.desk, TUESDAY, 100) == 1
    with utc.desk.store.unit() as unit:
        assert morning.step(unit, utc.desk, TUESDAY, 100) == 0
    assert len(mornings(utc)) == 1


def test_who_has_left_gets_none(utc: World) -> None:
    utc.one()
    members.remember(utc.desk, Member(MAYA, "Maya", tz="UTC", deleted=True))
    at(utc, TUESDAY)
    assert not mornings(utc)
