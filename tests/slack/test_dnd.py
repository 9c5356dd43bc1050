"""Do Not Disturb: what Slack says of it is known before a reminder needs it, and never asked for by a click."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.core.types import Role
from bot.desk import members, see
from bot.slack import dnd
from tests.slack.hands import House

QUIET = {"dnd_enabled": True, "next_dnd_start_ts": 1_800_000_000, "next_dnd_end_ts": 1_800_030_000}
SPAN = (datetime.fromtimestamp(1_800_000_000, UTC), datetime.fromtimestamp(1_800_030_000, UTC))


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not true():  # noqa: ASYNC110 - a database is watched, which sets no event
            await asyncio.sleep(0.01)


def known(house: House, person: str) -> Any:
    member = see.person(house.desk, person)
    return member.dnd if member else None


async def test_everybody_with_a_role_is_asked_for_once_fifty_at_a_time(empty: House) -> None:
    for n in range(70):
        members.add(empty.desk, f"U0EXP{n:03}", Role.EXPERT, "BR", None)
    everybody = {m.id for m in see.everybody(empty.desk)}
    empty.slack.quiet["U0EXP007"] = QUIET
    task = asyncio.create_task(dnd.refresh(empty.handoff.edge, pace=0.0, sweep=0.05))
    await until(lambda: known(empty, "U0EXP007") == SPAN and len(empty.slack.to("dnd.teamInfo")) > 1)
    await asyncio.sleep(0.3)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    asked = [set(call["users"].split(",")) for call in empty.slack.to("dnd.teamInfo")]
    assert all(len(some) <= 50 for some in asked)
    assert sum(len(some) for some in asked) == len(everybody), "nobody twice within the hour"
    assert set().union(*asked) == everybody


async def test_a_slack_that_refuses_does_not_end_it(empty: House) -> None:
    empty.slack.fail("dnd.teamInfo", "missing_scope", times=1)
    (person, *_) = (m.id for m in see.everybody(empty.desk))
    empty.slack.quiet[person] = QUIET
    task = asyncio.create_task(dnd.refresh(empty.handoff.edge, pace=0.0, sweep=0.05))
    await until(lambda: known(empty, person) == SPAN)
    assert not task.done()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_an_event_is_heard_and_one_of_somebody_else_is_not_kept(empty: House) -> None:
    (person, *_) = (m.id for m in see.everybody(empty.desk))
    edge = empty.handoff.edge
    event = {"type": "dnd_updated_user", "user": person, "dnd_status": QUIET}
    reaction = dnd.EVENTS["dnd_updated_user"]
    assert await reaction.concerns(edge, {"event": event})
    assert not await reaction.concerns(edge, {"event": event | {"user": "U0NOBODY1"}})
    await reaction.act(edge, {"event": event})
    assert known(empty, person) == SPAN
    await reaction.act(edge, {"event": event | {"dnd_status": {"dnd_enabled": False}}})
    assert known(empty, person) is None


@pytest.mark.parametrize(
    "status",
    [{}, {"dnd_enabled": False, **{k: v for k, v in QUIET.items() if k != "dnd_enabled"}},
     {"dnd_enabled": True, "next_dnd_start_ts": "soon", "next_dnd_end_ts": None}],
)  # fmt: skip
def test_what_says_nothing_is_nothing(status: dict[str, Any]) -> None:
    assert dnd.span_of(status) is None
