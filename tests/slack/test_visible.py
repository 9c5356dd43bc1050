"""Who may see what: Slack is asked when somebody looks, at most every five minutes, and silence hides."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import web

from bot.core.types import Confidence, Member, Rationale, Reason
from bot.desk import decide, members
from bot.slack import visible
from bot.slack.visible import visible_channels
from tests.slack.fake_slack import TEAM, slow
from tests.slack.hands import House

HERE = "C0BRAZIL"


@pytest.fixture
def argued(house: House) -> House:
    """With a disagreement in the campaign's channel."""
    why = Rationale((Reason.CULTURAL_FIT,), Confidence.SURE, "a giveaway")
    decide.override(house.desk, house.ids["ana"], "U0BIA", why)
    return house


async def seen(house: House, person: str) -> frozenset[str]:
    found = await visible_channels(house.handoff.edge, person)
    await house.handoff.settled()
    return found


def asked(house: House) -> int:
    return len(house.slack.to("conversations.info")) + len(house.slack.to("conversations.members"))


async def test_a_public_channel_for_members_and_slack_is_asked_once_in_five_minutes(argued: House) -> None:
    assert await seen(argued, "U0BIA") == {HERE}
    assert await seen(argued, "U0MAYA") == {HERE}
    assert asked(argued) == 1
    argued.clock.move(minutes=5)
    assert await seen(argued, "U0BIA") == {HERE}
    assert asked(argued) == 2


async def test_a_private_channel_for_who_is_in_it_on_whatever_page(argued: House) -> None:
    argued.slack.channels[HERE] = {"is_channel": False, "is_group": True, "is_private": True}
    argued.slack.inside[HERE] = ["U0A", "U0B", "U0C", "U0D", "U0BIA"]
    assert await seen(argued, "U0BIA") == {HERE}
    assert await seen(argued, "U0ZOE") == frozenset(), "not even the lead"
    assert len(argued.slack.to("conversations.members")) == 3
    argued.slack.inside[HERE].remove("U0BIA")
    argued.clock.move(minutes=4, seconds=59)
    assert await seen(argued, "U0BIA") == {HERE}
    argued.clock.move(seconds=1)
    assert await seen(argued, "U0BIA") == frozenset()


async def test_who_leaves_is_out_at_once(argued: House) -> None:
    argued.slack.channels[HERE] = {"is_private": True}
    argued.slack.inside[HERE] = ["U0BIA"]
    assert await seen(argued, "U0BIA") == {HERE}
    await argued.event({"type": "member_left_channel", "user": "U0BIA", "channel": HERE, "team": TEAM})
    assert await seen(argued, "U0BIA") == frozenset()


async def test_guests_see_what_they_are_in(argued: House) -> None:
    assert await seen(argued, "U0GUEST") == frozenset()
    argued.slack.inside[HERE] = ["U0GUEST"]
    assert await seen(argued, "U0GUEST") == frozenset(), "five minutes"
    argued.clock.move(minutes=5)
    assert await seen(argued, "U0GUEST") == {HERE}


async def test_somebody_new_is_asked_for_first_and_a_stranger_sees_nothing(argued: House) -> None:
    assert await seen(argued, "U0NEW") == {HERE}
    argued.slack.users["U0FAR"] = {"team_id": "T0ELSE", "is_stranger": True}
    argued.slack.inside[HERE] = ["U0FAR", "U0GONE"]
    argued.slack.users["U0GONE"] = {"deleted": True}
    assert await seen(argued, "U0FAR") == frozenset()
    assert await seen(argued, "U0GONE") == frozenset()


async def test_a_member_who_became_a_guest_while_nobody_told_us(argued: House) -> None:
    assert await seen(argued, "U0MAYA") == {HERE}
    argued.slack.users["U0MAYA"] = {"is_restricted": True}
    argued.clock.move(hours=6)
    assert await seen(argued, "U0MAYA") == frozenset()


@pytest.mark.parametrize("error", ["internal_error", "ratelimited", "missing_scope", "channel_not_found"])
async def test_slack_that_does_not_tell_hides(argued: House, error: str) -> None:
    argued.slack.fail("conversations.info", error)
    assert await seen(argued, "U0BIA") == frozenset()
    argued.slack.faults.clear()
    argued.clock.move(minutes=5)
    assert await seen(argued, "U0BIA") == {HERE}
    argued.slack.fail("conversations.info", error)
    assert await seen(argued, "U0BIA") == {HERE}, "it was told a moment ago"
    argued.clock.move(minutes=5)
    assert await seen(argued, "U0BIA") == frozenset()


@pytest.mark.parametrize("error", ["internal_error", "ratelimited", "missing_scope", "channel_not_found"])
async def test_half_of_the_members_is_nobody(argued: House, error: str) -> None:
    argued.slack.channels[HERE] = {"is_private": True}
    argued.slack.inside[HERE] = ["U0BIA", "U0ZOE", "U0MAYA"]

    async def second_page(args: dict[str, object]) -> object:
        return {"ok": False, "error": error} if args.get("cursor") else None

    argued.slack.faults["conversations.members"] = second_page
    assert await seen(argued, "U0BIA") == frozenset()


async def test_a_profile_that_slack_does_not_tell_hides_everything(argued: House) -> None:
    argued.slack.fail("users.info", "internal_error")
    assert await seen(argued, "U0NEW") == frozenset()
    assert await seen(argued, "U0BIA") == {HERE}, "known, and known lately"


@pytest.mark.parametrize("answer", ["[]", "<html>", '{"ok": true}', '{"ok": true, "channel": {}}'])
async def test_what_is_no_answer_of_slacks_hides(argued: House, answer: str) -> None:
    argued.slack.strange("conversations.info", lambda: web.Response(text=answer, content_type="application/json"))
    assert await seen(argued, "U0BIA") == frozenset()


@pytest.mark.parametrize(
    "said",
    [
        {"is_channel": False, "is_group": True, "is_private": True},
        {"is_channel": False, "is_mpim": True, "is_private": True},
        {"is_channel": True, "is_private": True},
        {"is_channel": False, "is_im": True},
    ],
)
async def test_whatever_is_not_plainly_public_is_private(argued: House, said: dict[str, object]) -> None:
    argued.slack.channels[HERE] = said
    assert await seen(argued, "U0BIA") == frozenset()


async def test_many_who_look_at_once_ask_once(argued: House) -> None:
    edge = argued.handoff.edge
    argued.slack.faults["conversations.info"] = slow(0.5)  # all have seen that nobody knows before the first is told
    found = await asyncio.gather(*(visible_channels(edge, person) for person in ("U0BIA", "U0ZOE", "U0MAYA", "U0CAIO")))
    assert set(found) == {frozenset({HERE})}
    assert asked(argued) == 1
    assert edge.looking == {}


async def test_somebody_of_another_team_in_our_books(argued: House) -> None:
    members.remember(argued.desk, Member("U0FAR", "Far", team="T0ELSE"))
    assert await seen(argued, "U0FAR") == frozenset()


async def test_the_refresh_keeps_what_is_known_fresh(argued: House) -> None:
    told = asyncio.Event()

    async def telling(_args: dict[str, object]) -> object:
        told.set()
        return None

    argued.slack.faults["conversations.info"] = telling
    task = asyncio.create_task(visible.refresh(argued.handoff.edge, pace=0.0, sweep=0.02))
    try:
        for _ in range(3):
            told.clear()
            argued.clock.move(minutes=4)
            async with asyncio.timeout(5):
                await told.wait()
            await asyncio.sleep(0.2)
            before = asked(argued)
            assert await seen(argued, "U0BIA") == {HERE}
            assert asked(argued) == before, "nobody waits for Slack"
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_the_refresh_leaves_a_slack_alone_that_asks_for_it(argued: House) -> None:
    times = 0

    async def limited(_args: dict[str, object]) -> object:
        nonlocal times
        times += 1
        return 429, {"ok": False, "error": "ratelimited"}, {"Retry-After": "30"}

    argued.slack.faults["conversations.info"] = limited
    task = asyncio.create_task(visible.refresh(argued.handoff.edge, pace=0.0, sweep=0.01))
    await asyncio.sleep(0.3)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert times == 1
