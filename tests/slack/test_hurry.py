"""What an owner does from their message and from Details, and how the lead answers: taps through the real app."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bot.cards import hurry as cards
from bot.cards import ids
from bot.core.types import State
from bot.desk import see
from db import tables
from tests.slack.conftest import on_both
from tests.slack.hands import House
from tests.slack.test_reminders import BIA_DM, MAYA_DM, last, later

pytestmark = on_both

ZOE_DM = "D0ZOE"


def actions(message: dict[str, Any]) -> set[str]:
    return {str(e.get("action_id")) for b in message["blocks"] for e in b.get("elements", ())}


async def owners_message(house: House) -> dict[str, Any]:
    """At 75 % of the window, which is in Maya's morning."""
    await later(house, hours=29)
    house.clock.move(hours=19)
    house.clock.now = house.clock.now.replace(hour=12, minute=5)
    await later(house)
    return last(house, MAYA_DM, "no answer yet")


async def test_the_owners_message_has_what_an_owner_can_do(house: House) -> None:
    message = await owners_message(house)
    assert {ids.PING, ids.HOT, ids.OWNER_MORE, ids.PING_ALL} <= actions(message)
    options = [e["options"] for b in message["blocks"] for e in b.get("elements", ()) if e.get("type") == "overflow"]
    assert [o["value"].split(":")[0] for o in options[0]] == ["hand", "ask", "withdraw", "details"]


async def test_hot_in_two_taps_and_everything_says_so(house: House) -> None:
    await house.deliver()
    await house.tap("U0MAYA", ids.HOT, house.value("ana"))
    form = house.slack.last_view
    assert form["callback_id"] == ids.HOT_FORM
    answer = await house.submit("U0MAYA", form, {})
    assert answer.errors == {}
    review = house.case("ana").review
    assert review.deadline_at == house.clock.now + timedelta(hours=8), "the one that is preset"
    await later(house, seconds=5)
    card = next(m for m in house.slack.cards("C0BRAZIL") if "Ana Lima for" in json.dumps(m))
    assert "Hot deal:" in json.dumps(card)
    assert "hot deal" in json.dumps(last(house, BIA_DM, "Ana Lima"))


async def test_the_message_in_which_hot_was_pressed_says_that_it_is(house: House) -> None:
    message = await owners_message(house)
    hot = [e["text"]["text"] for b in message["blocks"] for e in b.get("elements", ()) if e.get("action_id") == ids.HOT]
    assert set(hot) == {"Hot deal…"}
    await house.tap("U0MAYA", ids.HOT, house.value("ana"))
    assert (await house.submit("U0MAYA", house.slack.last_view, {"choice": "h4"})).errors == {}
    await later(house, seconds=5)
    now = next(m for m in house.slack.messages[MAYA_DM] if m["ts"] == message["ts"])
    said = [e["text"]["text"] for b in now["blocks"] for e in b.get("elements", ()) if e.get("action_id") == ids.HOT]
    assert sorted(said) == [*hot[1:], "It’s hot. Change…"]


async def test_a_time_of_ones_own_must_be_set_and_lie_ahead(house: House) -> None:
    await house.tap("U0MAYA", ids.HOT, house.value("ana"))
    form = house.slack.last_view
    answer = await house.submit("U0MAYA", form, {"choice": "other"})
    assert "until when" in answer.errors["until"]
    soon = int((house.clock.now + timedelta(minutes=3)).timestamp())
    answer = await _submit_at(house, form, soon)
    assert "15 minutes" in answer.errors["until"]
    good = int((house.clock.now + timedelta(hours=3)).timestamp())
    assert (await _submit_at(house, form, good)).errors == {}
    assert int(house.case("ana").review.deadline_at.timestamp()) == good


async def test_a_time_that_was_set_counts_whatever_is_preset_and_noon_is_the_one_that_was_shown(house: House) -> None:
    await house.tap("U0MAYA", ids.HOT, house.value("ana"))
    form = house.slack.last_view
    choice = next(b for b in form["blocks"] if b.get("block_id") == ids.CHOICE)["element"]
    noon = next(o["value"] for o in choice["options"] if o["value"].startswith("at"))
    own = int((house.clock.now + timedelta(hours=20)).timestamp())
    assert house.case("ana").review.hot_at is None
    preset = {"type": "radio_buttons", "selected_option": choice["initial_option"]}
    set_too = {ids.CHOICE: {"v": preset}, ids.UNTIL: {"v": {"type": "datetimepicker", "selected_date_time": own}}}
    assert cards.read_until({"state": {"values": set_too}}, house.clock.now) == datetime.fromtimestamp(own, UTC)
    chosen = {ids.CHOICE: {"v": {"type": "radio_buttons", "selected_option": {"value": noon}}}}
    shown = cards.read_until({"state": {"values": chosen}}, house.clock.now)
    assert cards.read_until({"state": {"values": chosen}}, house.clock.now + timedelta(hours=20)) == shown


async def _submit_at(house: House, form: dict[str, Any], at: int) -> Any:
    view = house.filled(form, {"choice": "other"})
    view["state"]["values"]["until"] = {ids.FIELD: {"type": "datetimepicker", "selected_date_time": at}}
    return await house.send(house.base("view_submission", "U0MAYA") | {"response_urls": [], "view": view})


async def test_a_ping_says_who_was_reminded(house: House) -> None:
    await house.deliver()
    expert = house.case("ana").review.expert
    await house.tap("U0MAYA", ids.PING, house.value("ana"))
    assert house.whispers == [f"Ana Lima: <@{expert}> is reminded now."]
    await house.deliver()
    assert "Ana Lima" in json.dumps(last(house, f"D{expert[1:]}" if expert else "", "needs your answer"))
    await house.tap("U0MAYA", ids.PING, house.value("ana"))
    assert "less than an hour ago" in house.whispers[-1]


async def test_ping_all_from_the_message(house: House) -> None:
    message = await owners_message(house)
    every = [e for b in message["blocks"] for e in b.get("elements", ())]
    value = next(e["value"] for e in every if e.get("action_id") == ids.PING_ALL)
    await house.tap("U0MAYA", ids.PING_ALL, value)
    assert house.whispers[-1].count("is reminded now") >= 2
    await house.tap("U0BIA", ids.PING_ALL, value)
    assert "runs the campaign" in house.whispers[-1]


@pytest.mark.parametrize("action", [ids.HOT, ids.PING])
async def test_whoever_does_not_run_it_is_told_who_does(house: House, action: str) -> None:
    await house.tap("U0BIA", action, house.value("ana"))
    assert "the person who runs the campaign does this" in house.whispers[0]
    assert house.case("ana").review.hot_at is None


async def test_more_time_goes_to_the_lead_and_comes_back(house: House) -> None:
    await house.deliver()
    before = house.case("ana").review.deadline_at
    await house.tap("U0MAYA", ids.OWNER_MORE, f"ask:{house.value('ana')}", choice=True)
    await house.submit("U0MAYA", house.slack.last_view, {"choice": "time", "narrative": "Her agent calls at four"})
    await house.deliver()
    question = last(house, ZOE_DM, "asks for more time")
    assert "agent calls at four" in json.dumps(question)
    assert {ids.GIVE_TIME, ids.LEAVE, ids.APPROVE, ids.OVERRIDE} <= actions(question)
    await house.tap("U0BIA", ids.GIVE_TIME, house.value("ana"))
    assert "Only leads" in house.whispers[-1] or "lead" in house.whispers[-1]
    await house.tap("U0ZOE", ids.GIVE_TIME, house.value("ana"))
    await house.deliver()
    assert house.case("ana").review.deadline_at == before + timedelta(hours=24)
    assert "More time, given by" in last(house, MAYA_DM, "More time")["text"]
    answered = next(m for m in house.slack.messages[ZOE_DM] if m["ts"] == question["ts"])
    assert ids.GIVE_TIME not in actions(answered)
    assert "More time given by" in json.dumps(answered)


async def test_a_ruling_from_the_leads_message(house: House) -> None:
    await house.deliver()
    await house.tap("U0MAYA", ids.OWNER_MORE, f"ask:{house.value('ana')}", choice=True)
    await house.submit("U0MAYA", house.slack.last_view, {"choice": "ruling"})
    await house.deliver()
    question = last(house, ZOE_DM, "asks for a ruling")
    await house.tap("U0ZOE", ids.APPROVE, house.value("ana"))
    await house.deliver()
    assert house.case("ana").review.state is State.DECIDED
    answered = next(m for m in house.slack.messages[ZOE_DM] if m["ts"] == question["ts"])
    assert not actions(answered) & {ids.APPROVE, ids.OVERRIDE, ids.LEAVE}
    assert "Decline: Ana Lima" in json.dumps(last(house, MAYA_DM, "Ana Lima"))


async def test_the_lead_leaves_it(house: House) -> None:
    await house.tap("U0MAYA", ids.OWNER_MORE, f"ask:{house.value('ana')}", choice=True)
    await house.submit("U0MAYA", house.slack.last_view, {})
    await house.tap("U0ZOE", ids.LEAVE, house.value("ana"))
    await house.deliver()
    assert "leaves it as it is" in last(house, MAYA_DM, "Ana Lima")["text"]
    await house.tap("U0ZOE", ids.LEAVE, house.value("ana"))
    assert "answered already" in house.whispers[-1]


async def test_withdrawn_is_asked_once_more_and_the_card_says_so(house: House) -> None:
    await house.deliver()
    await house.tap("U0MAYA", ids.OWNER_MORE, f"withdraw:{house.value('ana')}", choice=True)
    assert house.slack.last_view["callback_id"] == ids.WITHDRAW_FORM
    await house.submit("U0MAYA", house.slack.last_view, {})
    await house.deliver()
    assert house.case("ana").review.state is State.WITHDRAWN
    assert "Withdrawn: Ana Lima" in json.dumps(house.slack.cards("C0BRAZIL"))


async def test_details_offer_it_to_whoever_runs_the_campaign_and_change_behind_the_form(house: House) -> None:
    await house.tap("U0MAYA", ids.DETAILS, house.value("ana"))
    shown = house.slack.last_view
    assert ids.HOT in actions(shown)
    await house.tap("U0MAYA", ids.HOT, house.value("ana"), view=shown)
    form = house.slack.last_view
    await house.submit("U0MAYA", form, {}, behind=shown["id"])
    assert "marked it hot" in json.dumps(house.slack.views[shown["id"]])
    await house.tap("U0BIA", ids.DETAILS, house.value("ana"))
    assert ids.HOT not in actions(house.slack.last_view)


async def test_a_decided_one_says_by_whom(house: House) -> None:
    await house.tap("U0BIA", ids.APPROVE, house.value("ana"))
    await house.tap("U0MAYA", ids.HOT, house.value("ana"))
    assert "Already decided" in house.whispers[-1]
    await house.tap("U0MAYA", ids.OWNER_MORE, f"withdraw:{house.value('ana')}", choice=True)
    assert "Already decided" in house.whispers[-1]


async def test_unopened_at_half_its_window_has_three_ways_out(house: House) -> None:
    with house.desk.store.unit() as unit:
        run = unit.connection().exec_driver_sql
        run("UPDATE reviews SET opened_at = NULL, nudge_at = NULL, nudge_step = NULL, expert = 'U0BIA'")
        half = house.case("ana").review.intake_at + timedelta(hours=24)
        for review_id in house.ids.values():
            unit.execute(sa.update(tables.REVIEWS).where(tables.REVIEWS.c.id == review_id).values(half_at=half))
    house.desk.limits = replace(house.desk.limits, open_per_expert=0)
    await later(house, hours=24)
    for dm in (MAYA_DM, ZOE_DM):
        message = last(house, dm, "have no card yet")
        assert {ids.HALF_OPEN, ids.HALF_HAND, ids.HALF_LEAVE} <= actions(message)
    message = last(house, MAYA_DM, "have no card yet")
    value = next(e["value"] for b in message["blocks"] for e in b.get("elements", ()) if "value" in e)
    await house.tap("U0BIA", ids.HALF_OPEN, value)
    assert "runs the campaign" in house.whispers[-1]
    await house.tap("U0MAYA", ids.HALF_HAND, value)
    form = house.slack.last_view
    await house.submit("U0MAYA", form, {"person": "U0CAIO"})
    assert {house.case(name).review.expert for name in house.ids} == {"U0CAIO"}
    await house.tap("U0MAYA", ids.HALF_LEAVE, value)
    await house.submit("U0MAYA", house.slack.last_view, {})
    await house.deliver()
    assert {house.case(name).review.state for name in house.ids} == {State.DECIDED}
    done = next(m for m in house.slack.messages[MAYA_DM] if m["ts"] == message["ts"])
    assert "nothing is left without a card" in json.dumps(done)
    assert ids.DISSENT in json.dumps(last(house, MAYA_DM, "were left to the AI"))


async def test_a_morning_digest_arrives(house: House) -> None:
    await later(house)
    house.clock.move(minutes=1)
    await house.tap("U0BIA", ids.APPROVE, house.value("bruno"))
    await later(house, hours=23)
    said = last(house, MAYA_DM, "Your campaigns since")
    assert "1 decided by people" in said["text"]


async def test_an_owner_hands_it_to_somebody_else(house: House) -> None:
    before = house.case("ana").review
    await house.tap("U0MAYA", ids.OWNER_MORE, f"hand:{house.value('ana')}", choice=True)
    form = house.slack.last_view
    assert form["callback_id"] == ids.PASS_FORM
    await house.submit("U0MAYA", form, {})
    after = house.case("ana").review
    assert after.expert not in (before.expert, None)
    assert after.deadline_at == before.deadline_at, "never resets the clock"
    passed = [e for e in see.history(house.desk, after.id) if e.what == "passed_on"]
    assert [(e.actor, e.before["expert"], e.after["expert"]) for e in passed] == [
        ("U0MAYA", before.expert, after.expert)
    ]
