"""Profiles: whoever a command has added is known within a sweep, and one failure stops nobody."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from bot.cards import ids
from bot.core.errors import Busy
from bot.core.types import Member, Role
from bot.desk import members, see
from bot.slack import people
from bot.slack.directory import Directory
from tests.slack.hands import House


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not true():  # noqa: ASYNC110 - a file and a server are watched, which set no event
            await asyncio.sleep(0.01)


@pytest.fixture
async def refreshing(empty: House) -> AsyncIterator[House]:
    """Everybody has been asked for once, and the next time is six hours away."""
    task = asyncio.create_task(people.refresh(empty.handoff.edge, pace=0.0, sweep=0.02))
    await until(lambda: len(empty.slack.to("users.info")) == len(see.everybody(empty.desk)))
    yield empty
    assert not task.done()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_somebody_added_while_the_bot_runs_is_asked_for_at_the_next_sweep(refreshing: House) -> None:
    before = len(refreshing.slack.to("users.info"))
    refreshing.slack.users["U0NEW"] = {"real_name": "Nova", "is_restricted": True}
    members.add(refreshing.desk, "U0NEW", Role.EXPERT, "BR", None)

    def known() -> bool:
        member = see.person(refreshing.desk, "U0NEW")
        return member is not None and member.guest

    await until(known)
    await asyncio.sleep(0.1)
    assert [a["user"] for a in refreshing.slack.to("users.info")[before:]] == ["U0NEW"]


async def test_whom_slack_does_not_know_is_not_asked_for_at_every_sweep(refreshing: House) -> None:
    refreshing.slack.fail("users.info", "user_not_found")
    before = len(refreshing.slack.to("users.info"))
    members.add(refreshing.desk, "U0TYPO", Role.EXPERT, "BR", None)
    await asyncio.sleep(0.3)
    assert len(refreshing.slack.to("users.info")) == before + 1


async def test_a_busy_database_does_not_end_it(empty: House, monkeypatch: pytest.MonkeyPatch) -> None:
    failures, real = [Busy()], see.everybody

    def busy(desk: Any) -> Any:
        if failures:
            raise failures.pop()
        return real(desk)

    monkeypatch.setattr(see, "everybody", busy)
    task = asyncio.create_task(people.refresh(empty.handoff.edge, pace=0.0, sweep=0.02))
    await until(lambda: len(empty.slack.to("users.info")) > 0)
    assert not task.done()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


# Letting in without asking the database


async def test_whoever_has_a_role_is_let_in_without_a_look_at_the_database(
    refreshing: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[str] = []
    real = see.person

    def counted(desk: Any, person: str) -> Any:
        looked.append(person)
        return real(desk, person)

    await until(lambda: refreshing.handoff.edge.directory.find("U0BIA") is not None)
    monkeypatch.setattr(see, "person", counted)
    await refreshing.command("U0BIA", "inbox")
    assert looked == []
    await refreshing.command("U0NOROLE", "inbox")
    assert looked == ["U0NOROLE"]


async def test_a_guest_by_event_is_a_guest_at_the_next_click(refreshing: House) -> None:
    await until(lambda: refreshing.handoff.edge.directory.find("U0BIA") is not None)
    user = {"id": "U0BIA", "team_id": "T0HOME", "is_restricted": True, "profile": {"display_name": "Bia"}}
    await refreshing.event({"type": "user_change", "user": user, "event_ts": "1"})
    assert "Guests" in str((await refreshing.command("U0BIA", "inbox")).body)


async def test_a_role_taken_away_by_another_process_counts_at_once(house: House) -> None:
    edge = house.handoff.edge
    edge.directory.begin()
    edge.directory.fill(see.everybody(house.desk))
    members.remove(house.desk, "U0BIA", Role.EXPERT, "BR")
    assert edge.directory.find("U0BIA") is not None  # the last sweep still has her
    await house.tap("U0BIA", ids.APPROVE, house.value("bruno"))
    assert house.case("bruno").decision is None
    assert len(house.whispers) == 1


def test_nobody_relies_on_a_sweep_that_is_too_old(monkeypatch: pytest.MonkeyPatch) -> None:
    directory = Directory()
    directory.fill([Member("U1", "Ann")])
    assert directory.find("U1") is not None
    assert directory.find("U2") is None
    monkeypatch.setattr("bot.slack.directory._FRESH", 0.0)
    assert directory.find("U1") is None


def test_who_changes_while_everybody_is_read_is_read_again() -> None:
    directory = Directory()
    directory.begin()
    directory.forget("U1")
    directory.fill([Member("U1", "as before"), Member("U2", "Ben")])
    assert directory.find("U1") is None
    assert directory.find("U2") is not None
    directory.begin()
    directory.fill([Member("U1", "as now")])
    assert directory.find("U1") == Member("U1", "as now")


# What may have been missed


async def test_after_a_while_without_a_connection_everybody_is_asked_for_anew(refreshing: House) -> None:
    asked = refreshing.slack.to("users.info")
    before, everybody = len(asked), {m.id for m in see.everybody(refreshing.desk)}
    people.came_back(refreshing.handoff.edge, 3.0)
    await asyncio.sleep(0.1)
    assert len(refreshing.slack.to("users.info")) == before  # Slack repeats what fails, sooner than that
    refreshing.slack.users["U0CAIO"] = {"real_name": "Caio", "is_restricted": True}
    people.came_back(refreshing.handoff.edge, 30.0)
    await until(lambda: len(refreshing.slack.to("users.info")) == before + len(everybody))
    assert {a["user"] for a in refreshing.slack.to("users.info")[before:]} == everybody

    def guest() -> bool:
        member = see.person(refreshing.desk, "U0CAIO")
        return member is not None and member.guest

    await until(guest)
