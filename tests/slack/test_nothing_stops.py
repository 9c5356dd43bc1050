"""People who are unknown or have left, channels that close, a bot that is thrown out: it goes on, and one is told."""

from __future__ import annotations

from typing import Any

import pytest

from bot.cards import ids
from bot.desk import see, tick
from tests.slack.fake_slack import BOT, TEAM, Json
from tests.slack.hands import House

CHANNEL = "C0BRAZIL"


def said(house: House, person: str, words: str) -> list[Json]:
    """What somebody was written that says this."""
    return [m for m in house.slack.cards("D" + person[1:]) if words in m["text"]]


async def leaves(house: House, person: str, name: str) -> None:
    user = {"id": person, "team_id": TEAM, "deleted": True, "profile": {"display_name": name}}
    await house.event({"type": "user_change", "user": user, "event_ts": "1"})
    await house.deliver()


def shut(house: House, code: str) -> None:
    async def closed(args: Json) -> Any:
        return {"ok": False, "error": code} if args["channel"] == CHANNEL else None

    house.slack.faults["chat.postMessage"] = house.slack.faults["chat.update"] = closed


def reopen(house: House) -> None:
    for method in ("chat.postMessage", "chat.update"):
        del house.slack.faults[method]


async def sweep(house: House) -> None:
    while await house.desk.chore(tick.tick):
        pass
    await house.deliver()


async def test_an_expert_who_leaves_hands_over_and_the_next_one_is_told_once(house: House) -> None:
    await house.deliver()
    mine = [who for who in house.ids if house.case(who).review.expert == "U0BIA"]
    for _ in range(2):
        await leaves(house, "U0BIA", "Bia")
    assert mine
    for who in mine:
        assert house.case(who).review.expert == "U0CAIO"
        assert house.case(who).review.backup == "U0ZOE"
    assert len(said(house, "U0CAIO", "Bia passed this on to you")) == len(mine)
    await house.tap("U0BIA", ids.APPROVE, house.value(mine[0]))
    assert house.case(mine[0]).decision is None
    await house.tap("U0CAIO", ids.APPROVE, house.value(mine[0]))
    assert house.case(mine[0]).decision is not None


async def test_an_owner_who_leaves_leaves_their_campaigns_to_the_lead(house: House) -> None:
    await house.deliver()
    for _ in range(2):
        await leaves(house, "U0MAYA", "Maya")
    assert [c.owner for c in see.every_campaign(house.desk)] == ["U0ZOE"]
    (told,) = said(house, "U0ZOE", "Aurora Summer")
    assert "Maya" in told["text"] or "U0MAYA" in told["text"]
    assert "run by <@U0ZOE>" in str(house.slack.cards(CHANNEL)[-1]["blocks"])
    before = len(house.slack.cards("D0MAYA"))
    await house.tap("U0BIA", ids.APPROVE, house.value("bruno"))
    await house.deliver()
    assert len(said(house, "U0ZOE", "Bruno Reis")) == 1, "the result"
    house.clock.move(hours=48)
    await sweep(house)
    assert len(house.slack.cards("D0MAYA")) == before, "and nothing more to whoever has left"


async def test_an_owner_of_whose_leaving_we_hear_when_we_write(house: House) -> None:
    async def gone(args: Json) -> Any:
        return {"ok": False, "error": "user_disabled"} if args["users"] == "U0MAYA" else None

    house.slack.faults["conversations.open"] = gone
    for who in ("bruno", "ana"):
        await house.tap("U0BIA", ids.APPROVE, house.value(who))
        await house.deliver()
    member = see.person(house.desk, "U0MAYA")
    assert member is not None
    assert member.deleted
    assert len(said(house, "U0ZOE", "no longer here")) == 1
    assert [len(said(house, "U0ZOE", name)) for name in ("Bruno Reis", "Ana Lima")] == [1, 1]
    assert len(house.slack.cards("D0ZOE")) == 3


@pytest.mark.parametrize("tz", [None, "Mars/Olympus"])
async def test_somebody_without_a_time_zone_is_reminded_in_their_markets(house: House, tz: str | None) -> None:
    await house.deliver()
    for person, name in (("U0BIA", "Bia"), ("U0CAIO", "Caio"), ("U0MAYA", "Maya")):
        user = {"id": person, "team_id": TEAM, "tz": tz, "profile": {"display_name": name}}
        await house.event({"type": "user_change", "user": user, "event_ts": "1"})
    await house.tap("U0BIA", ids.MORE, "pass:" + house.value("bruno"), choice=True)
    await house.tap("U0BIA", ids.DETAILS, house.value("bruno"))
    assert house.slack.last_view["callback_id"] == ids.DETAILS_VIEW
    house.clock.move(hours=24)
    await sweep(house)
    expert = house.case("bruno").review.expert or ""
    assert any("Bruno Reis" in str(m) for m in house.slack.cards("D" + expert[1:])), "13:00 UTC is 10:00 in São Paulo"
    house.clock.move(hours=24)
    await sweep(house)
    assert house.case("bruno").decision is not None


async def test_somebody_unknown_is_refused_kindly_and_changes_nothing(house: House) -> None:
    house.slack.users["U0NEW"] = {"real_name": "Nina New"}
    for action in (ids.APPROVE, ids.OVERRIDE, ids.DETAILS):
        answer = await house.tap("U0NEW", action, house.value("bruno"))
        assert answer.status == 200
    await house.tap("U0NEW", ids.MORE, "ask:" + house.value("bruno"), choice=True)
    assert house.case("bruno").decision is None
    assert len(house.whispers) == 3


async def test_a_channel_that_is_archived_in_the_middle(house: House) -> None:
    await house.deliver()
    shut(house, "is_archived")
    expert = house.case("bruno").review.expert or ""
    await house.tap(expert, ids.APPROVE, house.value("bruno"))
    await house.deliver()
    mine = [m for m in house.slack.cards("D" + expert[1:]) if "Bruno" in m["text"]]
    assert any(ids.UNDO in str(m["blocks"]) for m in mine), "what cannot be seen there is seen here"
    assert len(said(house, "U0ZOE", "can’t post in")) == 1
    house.clock.move(hours=48)
    await sweep(house)
    assert all(house.case(who).decision is not None for who in house.ids)
    assert len(said(house, "U0ZOE", "can’t post in")) == 2, "once a day as long as it lasts, however many cards"


async def test_a_bot_that_is_thrown_out_and_invited_again(house: House) -> None:
    """Two cards stood there, a third came while it was away: all three are there afterwards, each once."""
    shut(house, "not_in_channel")
    await house.deliver()
    assert house.slack.cards(CHANNEL) == []
    reopen(house)
    for _ in range(2):  # Slack may tell of it twice
        await house.event({"type": "member_joined_channel", "user": BOT, "channel": CHANNEL, "team": TEAM})
        await house.deliver()
    there = house.slack.cards(CHANNEL)
    assert len(there) == len(house.ids)
    for name in ("Ana Lima", "Bruno Reis", "Carla Dias"):
        assert sum(name in m["text"] for m in there) == 1
    shut(house, "not_in_channel")
    expert = house.case("bruno").review.expert or ""
    await house.tap(expert, ids.APPROVE, house.value("bruno"))
    await house.deliver()
    reopen(house)
    await house.event({"type": "member_joined_channel", "user": BOT, "channel": CHANNEL, "team": TEAM})
    await house.deliver()
    there = house.slack.cards(CHANNEL)
    assert len(there) == len(house.ids), "what stood there has changed there"
    (card,) = [m for m in there if "Bruno Reis" in m["text"]]
    assert ids.APPROVE not in str(card["blocks"])


async def test_somebody_else_who_joins_causes_nothing(house: House) -> None:
    await house.deliver()
    before = len(house.slack.calls)
    for user, channel in (("U0CAIO", CHANNEL), (BOT, "C0OTHER")):
        await house.event({"type": "member_joined_channel", "user": user, "channel": channel, "team": TEAM})
    await house.deliver()
    assert [c["method"] for c in house.slack.calls[before:] if c["method"].startswith("chat.")] == []
