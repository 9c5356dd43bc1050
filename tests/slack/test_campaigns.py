"""Campaigns opened and changed in Slack: who may, what is said at which field, what open cards make of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bot.cards import ids
from bot.core.types import Campaign, DecisionType, OnDeadline, Role, Stakes, Whose
from bot.desk import decide, members, see
from db.tables import EVENTS
from scoring.types import Tier
from tests.slack.fake_slack import TEAM
from tests.slack.hands import Answer, House, Json

GOOD: Json = {
    "name": "Аврора  Лето", "market": ["BR", "AR"], "channel": "C0LUMA", "owner": "U0MAYA", "language": "ru",
    "deadline": str(24 * 3600), "stakes": "high", "budget": "R$ 2.000", "categories": "beauty, life & style;beauty",
    "min_audience": "62.5", "avoid": "casino", "fee_line": "1500", "on_deadline": "decline", "type": "renewal",
    "tiers": ["macro", "mid"], "recommends": "theirs",
}  # fmt: skip


def campaigns(house: House) -> dict[str, Campaign]:
    return {c.key: c for c in see.every_campaign(house.desk)}


async def opens(house: House, who: str, filled: Json) -> tuple[Answer, Json]:
    """The answer at once, and what stands in the view in the end."""
    await house.tap(who, ids.CAMPAIGN_NEW, "1", home=True)
    form = house.slack.last_view
    return await house.submit(who, form, filled), house.slack.views[form["id"]]


async def changes(house: House, who: str, key: str, filled: Json) -> tuple[Answer, Json]:
    await house.tap(who, ids.CAMPAIGN_MORE, f"change:{key}", home=True, choice=True)
    form = house.slack.last_view
    return await house.submit(who, form, filled), house.slack.views[form["id"]]


def audit(house: House) -> list[Any]:
    with house.desk.store.reading() as unit:
        found = (
            sa.select(EVENTS).where(EVENTS.c.what.in_(("campaign_opened", "campaign_changed"))).order_by(EVENTS.c.seq)
        )
        return list(unit.execute(found))


async def test_one_form_opens_a_campaign_and_its_key_comes_from_its_name(empty: House) -> None:
    empty.slack.channels["C0LUMA"] = {"is_member": True}
    answer, view = await opens(empty, "U0MAYA", GOOD)
    assert answer.errors == {}
    assert campaigns(empty)["avrora-leto"] == Campaign(
        "avrora-leto", "Аврора Лето", ("BR", "AR"), "C0LUMA", "U0MAYA", DecisionType.RENEWAL, stakes=Stakes.HIGH,
        tiers=(Tier.MID, Tier.MACRO), fee_line=1500.0, on_deadline=OnDeadline.DECLINE,
        categories=("beauty", "life & style"), min_audience=0.625, avoid=("casino",), budget=2000.0, currency="BRL",
        window=timedelta(hours=24), locale="ru", recommends=Whose.THEIRS,
    )  # fmt: skip
    assert "Cards will appear in <#C0LUMA>" in str(view)
    assert "Nobody checks Argentina yet" in str(view)
    assert "Nobody checks Brazil" not in str(view)
    (row,) = audit(empty)
    assert (row.actor, row.after["key"], row.after["window"]) == ("U0MAYA", "avrora-leto", 86400)
    # The same name again is another campaign.
    await opens(empty, "U0ZOE", GOOD)
    assert {"avrora-leto", "avrora-leto-2"} <= set(campaigns(empty))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("market", []), ("name", " "), ("budget", "a lot"), ("budget", "0"), ("channel", "D0SELF"), ("owner", ""),
        ("deadline", None), ("min_audience", "150"), ("min_audience", "much"), ("fee_line", "much"),
        ("fee_line", "900 GBP"),
    ],
)  # fmt: skip
async def test_what_is_wrong_is_said_at_its_field(empty: House, field: str, value: Any) -> None:
    before = campaigns(empty)
    filled = GOOD | {field: value}
    if field == "deadline":
        filled[field] = "nothing"
    answer, _ = await opens(empty, "U0MAYA", filled)
    assert list(answer.errors) == [field]
    assert campaigns(empty) == before


@pytest.mark.parametrize(
    ("channel", "said"),
    [
        ({"is_member": False}, "/invite @Handoff"),
        ({"is_archived": True, "is_member": True}, "is archived"),
        (None, "/invite @Handoff"),
    ],
    ids=["outside", "archived", "private"],
)
async def test_a_channel_without_the_bot_is_said_with_the_way_to_mend_it(
    empty: House, channel: Json | None, said: str
) -> None:
    if channel is None:
        empty.slack.fail("conversations.info", "channel_not_found")
    else:
        empty.slack.channels["C0LUMA"] = channel
    _, view = await opens(empty, "U0MAYA", GOOD)
    assert said in str(view)
    if channel and channel.get("is_archived"):
        return
    empty.slack.faults.clear()
    empty.slack.channels["C0LUMA"] = {"is_member": True}
    await empty.tap("U0MAYA", ids.CAMPAIGN_LOOK, "avrora-leto", view=view)
    assert "Cards will appear" in str(empty.slack.views[view["id"]])


async def test_somebody_new_who_runs_it_becomes_a_marketer_and_a_guest_is_warned_of(empty: House) -> None:
    empty.slack.users["U0GUS"] = {"real_name": "Gus", "is_restricted": True}
    _, view = await opens(empty, "U0ZOE", GOOD | {"owner": "U0GUS"})
    assert "<@U0GUS> is a guest" in str(view)
    _, view = await opens(empty, "U0ZOE", GOOD | {"owner": "U0NEW"})
    assert "is a guest" not in str(view)
    new = see.person(empty.desk, "U0NEW")
    assert new is not None
    assert new.roles == ((Role.MARKETER, None),)


async def test_a_change_keeps_what_nobody_touched_and_is_on_record(empty: House) -> None:
    members.add_campaign(
        empty.desk,
        Campaign("scan", "Scan", ("BR",), "C0SCAN", "U0MAYA", DecisionType.DISCOVERY, fee_line=900.0, currency="GBP",
                 window=timedelta(hours=30)),
    )  # fmt: skip
    before = campaigns(empty)["scan"]
    _, view = await changes(empty, "U0MAYA", "scan", {"name": "Scan II", "budget": "700"})
    after = campaigns(empty)["scan"]
    assert (after.name, after.budget, after.currency) == ("Scan II", 700.0, "GBP")
    assert (after.type, after.fee_line, after.window) == (before.type, before.fee_line, before.window)
    assert "Scan II is changed" in str(view)
    (row,) = audit(empty)
    assert row.before == {"key": "scan", "name": "Scan", "budget": None}
    assert row.after == {"key": "scan", "name": "Scan II", "budget": 700.0}
    # Saved again with nothing changed, nothing is on record.
    await changes(empty, "U0MAYA", "scan", {})
    assert len(audit(empty)) == 1


@pytest.mark.parametrize("budget", [1_500_000.0, 12_345_678.0, 123_456.78, 900.0, 0.5])
async def test_a_budget_is_shown_as_it_is_read(empty: House, budget: float) -> None:
    members.add_campaign(empty.desk, Campaign("scan", "Scan", ("BR",), "C0SCAN", "U0MAYA", budget=budget))
    answer, _ = await changes(empty, "U0MAYA", "scan", {})
    assert answer.errors == {}
    assert campaigns(empty)["scan"].budget == budget


@pytest.mark.parametrize("who", ["U0BIA", "U0NOBODY"])
async def test_campaigns_are_for_marketers_and_leads(empty: House, who: str) -> None:
    answer = await empty.command(who, "campaign")
    assert "opened by marketers and leads" in answer.body["text"]
    await empty.tap(who, ids.CAMPAIGN_NEW, "1")
    await empty.tap(who, ids.CAMPAIGN_MORE, "change:aurora", choice=True)
    assert "whoever runs the campaign" in empty.whispers[-1]
    assert not empty.slack.to("views.open")


async def test_a_marketer_changes_their_own_only_and_a_form_that_lasted_too_long_changes_nothing(empty: House) -> None:
    members.add(empty.desk, "U0MARK", Role.MARKETER)
    await empty.tap("U0MARK", ids.CAMPAIGN_MORE, "change:aurora", choice=True, home=True)
    assert "whoever runs the campaign" in str(empty.slack.last_view)
    await empty.tap("U0MAYA", ids.CAMPAIGN_MORE, "change:aurora", choice=True, home=True)
    form = empty.slack.last_view
    await changes(empty, "U0ZOE", "aurora", {"owner": "U0MARK"})
    answer = await empty.submit("U0MAYA", form, {"name": "Mine"})
    assert "whoever runs the campaign" in str(answer.body["view"])
    assert campaigns(empty)["aurora"].name == "Aurora Summer"


async def test_the_command_lists_or_opens_the_form_in_the_channel_where_it_is_typed(empty: House) -> None:
    await empty.command("U0ZOE", "campaign")
    assert empty.slack.last_view["callback_id"] == ids.CAMPAIGNS_VIEW
    assert "Aurora Summer" in str(empty.slack.last_view)
    await empty.command("U0ZOE", "campaign new")
    form = empty.slack.last_view
    assert (
        next(b for b in form["blocks"] if b["block_id"] == "channel")["element"]["initial_conversation"] == "C0BRAZIL"
    )


async def test_open_cards_follow_into_another_channel_and_stay_nowhere_alive(house: House) -> None:
    await house.deliver()
    decide.approve(house.desk, house.ids["carla"], house.case("carla").review.expert)
    bruno = house.case("bruno").review.deadline_at
    await changes(house, "U0MAYA", "aurora", {"channel": "C0LUMA", "name": "Aurora II", "deadline": str(4 * 3600)})
    await house.deliver()
    old, new = house.slack.cards("C0BRAZIL"), house.slack.cards("C0LUMA")
    live = {ids.APPROVE, ids.UNDO, ids.OVERRIDE}
    assert len(old) == len(new) == 3
    assert not any(action in str(card["blocks"]) for card in old for action in live)
    assert all("<#C0LUMA>" in card["text"] for card in old)
    assert sum(any(action in str(card["blocks"]) for action in live) for card in new) == 3
    assert all("Aurora II" in card["text"] for card in new)
    assert house.case("bruno").review.deadline_at == bruno, "what has come in keeps its terms"
    decide.approve(house.desk, house.ids["bruno"], house.case("bruno").review.expert)
    await house.deliver()
    assert sum("Proceed: Bruno" in card["text"] for card in new) == 1
    assert not any("Proceed" in card["text"] or ids.UNDO in str(card) for card in old)


async def test_a_change_of_the_brief_draws_no_card_again(house: House) -> None:
    await house.deliver()
    calls = len(house.slack.calls)
    await changes(house, "U0MAYA", "aurora", {"budget": "100", "categories": "home"})
    await house.deliver()
    assert not [c for c in house.slack.calls[calls:] if c["method"].startswith("chat.")]


async def test_whoever_owns_it_now_is_told_from_then_on(house: House) -> None:
    await house.event({"type": "user_change", "user": {"id": "U0MARK", "team_id": TEAM, "real_name": "Mark"}})
    await changes(house, "U0ZOE", "aurora", {"owner": "U0MARK"})
    decide.approve(house.desk, house.ids["bruno"], house.case("bruno").review.expert)
    await house.deliver()
    assert any("Bruno" in m["text"] for m in house.slack.messages["D0MARK"])


async def test_a_form_of_an_older_version_leaves_alone_what_it_did_not_ask_for(empty: House) -> None:
    members.add_campaign(
        empty.desk,
        Campaign("scan", "Scan", ("BR",), "C0SCAN", "U0MAYA", fee_line=900.0, on_deadline=OnDeadline.DECLINE,
                 tiers=(Tier.MID,), type=DecisionType.RENEWAL, recommends=Whose.THEIRS),
    )  # fmt: skip
    await empty.tap("U0MAYA", ids.CAMPAIGN_MORE, "change:scan", home=True, choice=True)
    form = empty.slack.last_view
    newer = (ids.FEE_LINE, ids.ON_DEADLINE, ids.TIERS, ids.KIND, ids.RECOMMENDS)
    older = {**form, "blocks": [b for b in form["blocks"] if b.get("block_id") not in newer]}
    answer = await empty.submit("U0MAYA", older, {"name": "Scan II"})
    assert answer.errors == {}
    after = campaigns(empty)["scan"]
    assert (after.name, after.fee_line, after.on_deadline) == ("Scan II", 900.0, OnDeadline.DECLINE)
    assert (after.tiers, after.type, after.recommends) == ((Tier.MID,), DecisionType.RENEWAL, Whose.THEIRS)
