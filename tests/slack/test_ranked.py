"""The ranked list in Slack: from the owner's Home tab, and a review opened from it."""

from __future__ import annotations

import pytest

from bot.cards import ids
from tests.slack.hands import House


async def test_the_owner_sees_them_in_order_from_home_and_opens_one(house: House) -> None:
    await house.event({"type": "app_home_opened", "user": "U0MAYA", "tab": "home", "channel": "D1", "event_ts": "1"})
    published = house.slack.to("views.publish")[-1]["view"]
    shown = [e for block in published["blocks"] for e in (block.get("accessory"), *block.get("elements", ())) if e]
    (button,) = [e for e in shown if (e.get("action_id"), e.get("value")) == (ids.RANKED, "aurora")]
    await house.tap("U0MAYA", button["action_id"], button["value"])
    view = house.slack.last_view
    assert view["callback_id"] == ids.RANKED_VIEW
    entries = [block for block in view["blocks"] if block.get("accessory")]
    assert "*1. " in entries[0]["text"]["text"] and "match" in entries[0]["text"]["text"]
    assert any(house.value("bruno") == entry["accessory"]["value"] for entry in entries)


async def test_others_are_told_whom_it_is_for(house: House) -> None:
    before = len(house.slack.to("views.open"))
    await house.tap("U0BIA", ids.RANKED, "aurora")
    assert "for leads" in house.whispers[-1]
    assert len(house.slack.to("views.open")) == before


@pytest.mark.parametrize("value", ["", "nothing", "<!channel>", "x" * 300])
async def test_an_unknown_campaign_is_answered_kindly(house: House, value: str) -> None:
    answer = await house.tap("U0MAYA", ids.RANKED, value)
    assert answer.status == 200
    assert house.whispers, "somebody is told"
    assert "<!channel>" not in house.whispers[-1]
