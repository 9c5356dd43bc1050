"""Market norms in Slack: announced once, shown to whom may see the cases, ruled on by leads only."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from bot.cards import ids
from bot.core.market_norm import View
from bot.core.outcome import What
from bot.core.types import Campaign, Rationale, Route
from bot.desk import decide, intake, members, norm_list, norms
from db.tables import REVIEWS
from scoring.market_norms import Scope, State
from scoring.types import FlagCode, Tier, Verdict
from tests.slack.hands import House, Json

SPIKE = Rationale(disputed=(FlagCode.GROWTH_SPIKE,))
LUMA = "C0LUMA"


@pytest.fixture
async def house(empty: House) -> House:
    """A second campaign in Brazil with a channel of its own, and one in Russia."""
    luma = Campaign("luma", "Luma Home", ("BR",), LUMA, "U0MAYA", budget=9000.0)
    members.add_campaign(empty.desk, luma)
    russian = replace(luma, key="aurora-ru", name="Aurora Лето", markets=("RU",), channel="C0RUSSIA", locale="ru")
    members.add_campaign(empty.desk, russian)
    return empty


def take(house: House, handle: str, campaign: str, country: str = "Brazil") -> str:
    head = "handle,name,country,followers,engagement rate,growth 14d,credibility,category,measured on"
    line = f"{handle},{handle.title()},{country},84000,4%,22%,90%,Beauty,2026-11-20"
    report = intake.take_in(house.desk, f"{head}\n{line}\n".encode(), file_name="instagram.csv", campaign=campaign)
    house.ids[handle] = str(report.fates[0].review_id)
    return house.ids[handle]


def normal(house: House, handle: str, person: str, campaign: str) -> str:
    review_id = take(house, handle, campaign)
    decide.normal(house.desk, review_id, person, SPIKE, Verdict.PROCEED)
    house.clock.move(seconds=1)
    return review_id


def four(house: House) -> list[str]:
    pairs = [("U0BIA", "aurora"), ("U0CAIO", "luma"), ("U0BIA", "luma"), ("U0CAIO", "aurora")]
    return [normal(house, f"cr{n}", *pair) for n, pair in enumerate(pairs)]


def the(house: House) -> View:
    (view,) = norm_list.every(house.desk)
    return view


def said(house: House, method: str, words: str) -> list[Json]:
    return [call for call in house.slack.to(method) if words in str(call.get("text"))]


async def ruling(house: House, person: str = "U0ZOE", **answer: Any) -> Any:
    await house.tap(person, ids.NORM_REVIEW, the(house).norm.id)
    view = house.slack.last_view
    assert view["callback_id"] == ids.NORM_RULING_FORM
    return await house.submit(person, view, answer)


async def test_it_is_announced_once_in_the_language_of_each_channel(house: House) -> None:
    four(house)
    await house.deliver()
    announced = said(house, "chat.postMessage", "New norm for Brazil")
    assert {call["channel"] for call in announced} >= {"C0BRAZIL", LUMA}
    assert len(announced) == 3, "two channels and the lead"
    assert "up to +22% in 14 days" in str(announced[0]["blocks"])
    assert "2 experts, 4 cases, 2 campaigns" in str(announced[0]["blocks"])
    assert "counts for 50%" in str(announced[0]["blocks"])
    normal(house, "fifth", "U0BIA", "aurora")
    await house.deliver()
    assert len(said(house, "chat.postMessage", "New norm")) == 3


async def test_a_card_that_it_has_touched_says_so(house: House) -> None:
    four(house)
    take(house, "fifth", "aurora")
    take(house, "vodka", "aurora-ru", "Russia")
    await house.deliver()
    (card,) = said(house, "chat.postMessage", "Fifth for Aurora Summer?")
    assert "Experts: normal up to +22%, so it counts for 50%" in str(card["blocks"])
    (other,) = [call for call in said(house, "chat.postMessage", "Vodka") if call["channel"] == "C0RUSSIA"]
    assert "+22" in str(other["blocks"]) and "Эксперты" not in str(other["blocks"])
    await house.tap("U0BIA", ids.DETAILS, house.value("fifth"))
    assert "1 market norm applied." in str(house.slack.last_view)


async def test_its_end_is_said_where_it_was_announced_in_its_threads_and_on_its_cards(house: House) -> None:
    reviews = four(house)
    take(house, "fifth", "aurora")
    await house.deliver()
    with house.desk.store.unit() as unit:
        for review_id in reviews[:3]:
            norms.outcome_known(unit, house.desk, review_id, What.FRAUD, house.clock())
    await house.deliver()
    assert len(said(house, "chat.update", "No longer a norm for Brazil")) == 3
    replies = said(house, "chat.postMessage", "The norm is withdrawn: 3 cases speak against it.")
    assert len(replies) == 3 + 4
    assert all(reply["thread_ts"] for reply in replies), "under its announcement, or in the threads it came from"
    (card,) = said(house, "chat.update", "Fifth for Aurora Summer?")
    assert "by a norm that has been withdrawn since" in str(card["blocks"])


async def test_a_norm_by_an_answer_that_is_undone_is_taken_back_where_it_was_announced(house: House) -> None:
    last = four(house)[-1]
    await house.deliver()
    decide.undo(house.desk, last, "U0CAIO")
    await house.deliver()
    told = said(house, "chat.postMessage", "an answer that it rested on was taken back")
    assert {call["channel"] for call in told if call.get("thread_ts")} >= {"C0BRAZIL", LUMA}


async def test_a_norm_that_has_ended_before_it_was_announced_is_not_announced(house: House) -> None:
    last = four(house)[-1]
    decide.undo(house.desk, last, "U0CAIO")
    await house.deliver()
    told = said(house, "chat.postMessage", "orm for Brazil")
    assert [call for call in told if not call.get("thread_ts")] == []


async def test_who_is_to_answer_blind_on_a_creator_sees_no_case_of_theirs(house: House) -> None:
    four(house)
    again = take(house, "cr0", "luma")
    with house.desk.store.unit() as unit:
        unit.execute(sa.update(REVIEWS).where(REVIEWS.c.id == again).values(route=Route.BLIND.value))
    for person, seen in (("U0CAIO", False), ("U0MAYA", True)):
        await house.tap(person, ids.NORM_CASES, the(house).norm.id)
        shown = str(house.slack.last_view)
        assert ("Cr0" in shown, "Cr1" in shown) == (seen, True), person


async def test_the_cases_are_those_of_channels_that_one_sees(house: House) -> None:
    four(house)
    norm_id = the(house).norm.id
    house.slack.channels[LUMA] = {"is_channel": False, "is_group": True, "is_private": True}
    house.slack.inside[LUMA] = ["U0CAIO"]
    await house.tap("U0CAIO", ids.NORM_CASES, norm_id)
    shown = str(house.slack.last_view)
    assert all(f"Cr{n}" in shown for n in range(4)) and "not shown" not in shown
    await house.tap("U0BIA", ids.NORM_CASES, norm_id)
    shown = str(house.slack.last_view)
    assert "Cr0" in shown and "Cr3" in shown
    assert "Cr1" not in shown and "Cr2" not in shown and "Luma" not in shown
    assert "not shown" in shown
    await house.tap("U0ZOE", ids.NORM_CASES, norm_id)
    assert "Cr1" not in str(house.slack.last_view), "not even the lead"


async def test_a_guest_who_sees_no_channel_sees_no_case(house: House) -> None:
    four(house)
    await house.tap("U0GUEST", ids.NORM_CASES, the(house).norm.id)
    assert "Cr0" not in str(house.slack.last_view)


@pytest.mark.parametrize("person", ["U0BIA", "U0MAYA"])
async def test_only_leads_rule_and_others_are_told_whom_to_ask(house: House, person: str) -> None:
    four(house)
    before = len(house.slack.to("views.open"))
    await house.tap(person, ids.NORM_REVIEW, the(house).norm.id)
    assert len(house.slack.to("views.open")) == before
    assert "U0ZOE" in house.whispers[-1]
    assert the(house).norm.active


async def test_the_short_way_a_lead_confirms_one(house: House) -> None:
    normal(house, "ana", "U0BIA", "aurora")
    await house.event({"type": "app_home_opened", "user": "U0ZOE", "tab": "home"})
    home = house.slack.to("views.publish")[-1]
    assert "Not a norm yet" in str(home["view"])
    answer = await ruling(house, choice=ids.CONFIRM)
    assert "Active: the warning counts for 50%." in str(answer.body["view"])
    assert the(house).norm.active
    assert "Active" in str(house.slack.to("views.publish")[-1]["view"])
    await house.deliver()
    (first, *_) = said(house, "chat.postMessage", "New norm for Brazil")
    assert "Confirmed by a lead." in str(first["blocks"])


async def test_a_lead_narrows_and_widens(house: House) -> None:
    four(house)
    await house.deliver()
    answer = await ruling(house, tier="mid", category="beauty", season="11")
    assert answer.body["response_action"] == "update"
    assert the(house).norm.scope == Scope(Tier.MID, "beauty", (11,))
    await house.deliver()
    assert len(said(house, "chat.postMessage", "From now on it holds for Instagram · 50K")) == 3
    await ruling(house, tier=ids.ANY, category=ids.ANY, season=ids.ANY)
    assert the(house).norm.scope == Scope()


async def test_too_narrow_is_said_under_the_field(house: House) -> None:
    four(house)
    answer = await ruling(house, tier="nano")
    assert list(answer.errors) == [ids.TIER]
    assert the(house).norm.scope == Scope()


async def test_reject_and_retire(house: House) -> None:
    four(house)
    await ruling(house, choice=ids.RETIRE)
    assert the(house).norm.state is State.RETIRED
    await ruling(house, choice=ids.REJECT)
    assert the(house).norm.state is State.REJECTED
    await house.deliver()
    assert said(house, "chat.postMessage", "<@U0ZOE> rejected this norm. Only a lead can bring it back.")


async def test_a_form_that_came_too_late_says_what_is_true(house: House) -> None:
    four(house)
    await house.tap("U0ZOE", ids.NORM_REVIEW, the(house).norm.id)
    view = house.slack.last_view
    await ruling(house, choice=ids.REJECT)
    answer = await house.submit("U0ZOE", view, {"choice": ids.RETIRE})
    assert "not active any more" in str(answer.body["view"])


async def test_nothing_chosen_is_an_error_under_the_choice(house: House) -> None:
    normal(house, "ana", "U0BIA", "aurora")
    answer = await ruling(house)
    assert list(answer.errors) == [ids.CHOICE]


@pytest.mark.parametrize("value", ["", "nm_0", "rv_1:1", "nm_<!channel>", "x" * 300])
async def test_rubbish_is_answered_kindly(house: House, value: str) -> None:
    for action in (ids.NORM_CASES, ids.NORM_REVIEW):
        answer = await house.tap("U0ZOE", action, value)
        assert answer.status == 200
        assert "no such norm" in house.whispers[-1]
    four(house)
    await house.tap("U0ZOE", ids.NORM_REVIEW, the(house).norm.id)
    view = {**house.slack.last_view, "private_metadata": value}
    answer = await house.submit("U0ZOE", view, {"choice": "keep", "tier": "giant"})
    assert answer.status == 200 and the(house).norm.scope == Scope()
