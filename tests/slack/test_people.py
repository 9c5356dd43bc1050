"""Profiles: whoever a command has added is known within a sweep, and one failure stops nobody."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from bot.core.errors import Busy
from bot.core.types import Role
from bot.desk import members, see
from bot.slack import people
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
