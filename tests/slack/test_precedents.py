"""Similar cases in Slack: the line on a card, the button in Details, the list; nothing leaks, nothing comes early."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from bot.cards import ids
from bot.core.disagreement import Standing, Winner
from bot.core.types import Campaign, Confidence, Rationale, Reason, Route
from bot.desk import decide, intake, members
from bot.slack.visible import visible_channels
from db import disagreements, search
from db.tables import REVIEWS
from tests.slack.conftest import on_both
from tests.slack.hands import House

pytestmark = on_both

HERE, SECRET_ROOM = "C0BRAZIL", "C0SECRET"
WORDS = "She runs a giveaway every November <!channel>"
HEAD = "handle,name,country,followers,engagement rate,growth 14d,credibility,category,fee,measured on\n"
OFF = "Brazil,84000,30%,22%,61%,Beauty,4500,2026-11-20"


def take_in(house: House, handle: str, name: str, campaign: str = "aurora") -> str:
    report = intake.take_in(
        house.desk, f"{HEAD}{handle},{name},{OFF}\n".encode(), file_name=f"{handle}.csv", campaign=campaign,
        platform="instagram",
    )  # fmt: skip
    review_id = report.fates[0].review_id
    assert review_id is not None, report.fates
    return review_id


def settled(house: House, review_id: str, winner: Winner = Winner.EXPERT, lesson: str = "check the dates") -> None:
    """An expert has overridden the AI, and somebody has said who was right."""
    why = Rationale((Reason.CULTURAL_FIT,), Confidence.SURE, WORDS)
    expert = "U0BIA"
    decide.override(house.desk, review_id, expert, why)
    with house.desk.store.unit() as unit:
        (before,) = disagreements.of_review(unit, review_id)
        after = replace(
            before, standing=Standing.RESOLVED, winner=winner, lesson=lesson, resolved_by="U0ZOE",
            resolved_at=house.clock(), remind_at=None,
        )  # fmt: skip
        assert disagreements.settle(unit, before, after)
        search.index(unit, before.id)


@pytest.fixture
async def past(house: House) -> House:
    """Ana was argued about in the open; Duda in a room that only Bia is in; Nova waits for an answer."""
    members.add_campaign(house.desk, Campaign("secret", "Secret Launch", ("BR",), SECRET_ROOM, "U0MAYA", budget=9000.0))
    house.slack.channels[SECRET_ROOM] = {"is_channel": False, "is_group": True, "is_private": True}
    house.slack.inside[SECRET_ROOM] = ["U0BIA"]
    settled(house, house.ids["ana"])
    settled(house, take_in(house, "duda", "Duda Melo", "secret"), Winner.AI, "bought in August")
    house.ids["nova"] = take_in(house, "nova", "Nova Lins")
    await house.deliver()
    return house


async def told_by_slack(house: House, person: str) -> None:
    """A view waits for Slack no longer than it may: on a busy machine that is too short for a first question."""
    await visible_channels(house.handoff.edge, person)
    await house.handoff.settled()


async def details(house: House, person: str, who: str = "nova") -> dict[str, Any]:
    await told_by_slack(house, person)
    await house.tap(person, ids.DETAILS, house.value(who))
    return dict(house.slack.to("views.open")[-1]["view"])


async def listed(house: House, person: str, who: str = "nova") -> str:
    view = {"id": "V1", "type": "modal", "hash": "h", "callback_id": ids.DETAILS_VIEW, "blocks": [],
            "private_metadata": house.value(who)}  # fmt: skip
    await told_by_slack(house, person)
    await house.tap(person, ids.PRECEDENTS, house.value(who), view=view)
    return json.dumps(house.slack.to("views.push")[-1]["view"], ensure_ascii=False)


def buttons(view: dict[str, Any]) -> list[str]:
    return [e["text"]["text"] for b in view["blocks"] if b["type"] == "actions" for e in b["elements"] if "text" in e]


def card(house: House, review: str, channel: str = HERE) -> str:
    """What was last said of a review in a channel."""
    said = [c for m in ("chat.postMessage", "chat.update") for c in house.slack.to(m) if c.get("channel") == channel]
    return json.dumps([c for c in said if review in json.dumps(c.get("blocks"))][-1]["blocks"], ensure_ascii=False)


async def test_the_card_says_it_in_one_line_of_what_its_channel_may_see(past: House) -> None:
    shown = card(past, past.ids["nova"])
    assert "*Seen before:* in a similar case in Brazil the expert was right, not the AI." in shown
    assert shown.count("Seen before") == 1


async def test_a_card_in_a_private_channel_may_draw_on_its_own(past: House) -> None:
    secret = take_in(past, "zeta", "Zeta Reis", "secret")
    await past.deliver()
    assert "in a similar case in Brazil the AI was right" in card(past, secret, SECRET_ROOM), "public is not yet known"


async def test_details_count_and_the_list_shows_what_this_person_can_see(past: House) -> None:
    assert "2 similar cases" in buttons(await details(past, "U0BIA"))
    seen = await listed(past, "U0BIA")
    assert "Ana Lima" in seen
    assert "Duda Melo" in seen
    assert "*the expert was right*" in seen
    assert "*the AI was right*" in seen
    assert "Lesson: check the dates" in seen
    assert "giveaway every November &lt;!channel&gt;" in seen


@pytest.mark.parametrize("person", ["U0CAIO", "U0ZOE", "U0MAYA"])
async def test_who_is_not_in_a_private_channel_finds_nothing_of_it(past: House, person: str) -> None:
    assert "1 similar case" in buttons(await details(past, person))
    seen = await listed(past, person)
    assert "Ana Lima" in seen
    for hidden in ("Duda", "bought in August", "Secret", SECRET_ROOM, "AI was right"):
        assert hidden not in seen


async def test_who_leaves_sees_it_no_more(past: House) -> None:
    assert "Duda Melo" in await listed(past, "U0BIA")
    past.slack.inside[SECRET_ROOM] = []
    past.clock.move(minutes=5)
    assert "Duda Melo" not in await listed(past, "U0BIA")


async def test_each_case_links_to_where_it_stands(past: House) -> None:
    past.desk.site = "https://home.slack.com/"
    seen = await listed(past, "U0CAIO")
    assert "<https://home.slack.com/archives/" in seen
    assert "|Ana Lima>" in seen


async def test_before_a_blind_answer_there_is_nothing_anywhere(past: House) -> None:
    with past.desk.store.unit() as unit:
        unit.execute(sa.update(REVIEWS).where(REVIEWS.c.id == past.ids["nova"]).values(route=Route.BLIND.value))
    assert not [label for label in buttons(await details(past, "U0BIA")) if "similar" in label]
    seen = await listed(past, "U0BIA")
    assert "No similar cases that you can see." in seen
    assert "Ana Lima" not in seen
    await past.tap("U0BIA", ids.OPEN, past.value("nova"), home=True)
    assert "Seen before" not in json.dumps(past.slack.to("views.open")[-1]["view"])


async def test_who_is_to_answer_blind_on_a_creator_reads_nothing_of_them_beside_another(past: House) -> None:
    again = take_in(past, "ana.lima", "Ana Lima", "secret")
    with past.desk.store.unit() as unit:
        unit.execute(sa.update(REVIEWS).where(REVIEWS.c.id == again).values(route=Route.BLIND.value))
    assert "Ana Lima" not in await listed(past, "U0BIA")
    assert "Duda Melo" in await listed(past, "U0BIA")
    assert "Ana Lima" in await listed(past, "U0MAYA"), "who cannot answer it may know"
    other = take_in(past, "nina", "Nina Alves")
    await past.deliver()
    assert "similar case" not in card(past, other), "in a channel nobody does"
    decide.override(past.desk, again, "U0CAIO", Rationale((Reason.PRICE,), Confidence.SURE, "own view"))
    assert "Ana Lima" in await listed(past, "U0BIA")


async def test_the_open_review_of_the_inbox_says_what_this_person_may_know(past: House) -> None:
    await told_by_slack(past, "U0BIA")
    await told_by_slack(past, "U0CAIO")
    await past.tap("U0BIA", ids.OPEN, past.value("nova"), home=True)
    assert "of 2 similar cases in Brazil the expert was right in 1, the AI in 1" in json.dumps(
        past.slack.to("views.open")[-1]["view"]
    )
    await past.tap("U0CAIO", ids.OPEN, past.value("nova"), home=True)
    assert "in a similar case in Brazil the expert was right" in json.dumps(past.slack.to("views.open")[-1]["view"])


async def test_a_decided_card_does_not_say_it(past: House) -> None:
    await past.tap("U0BIA", ids.APPROVE, past.value("nova"))
    await past.deliver()
    assert "Seen before" not in card(past, past.ids["nova"])


async def test_while_slack_says_nothing_the_view_opens_and_shows_nothing_of_what_is_not_known(
    past: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def silence(*_: object) -> frozenset[str]:
        await asyncio.sleep(30)
        raise AssertionError

    monkeypatch.setattr("bot.slack.precedents.visible_channels", silence)
    monkeypatch.setattr("bot.slack.precedents._PATIENCE", 0.01)
    view = {"id": "V1", "type": "modal", "hash": "h", "callback_id": ids.DETAILS_VIEW, "blocks": [],
            "private_metadata": past.value("nova")}  # fmt: skip
    await past.tap("U0BIA", ids.PRECEDENTS, past.value("nova"), view=view)
    assert "No similar cases that you can see." in json.dumps(past.slack.to("views.push")[-1]["view"])


async def test_a_button_that_is_not_ours_is_refused_and_opens_nothing(past: House) -> None:
    await past.tap("U0BIA", ids.PRECEDENTS, "rv_NOWHERE:1")
    assert past.slack.to("views.open") == past.slack.to("views.push") == []
    assert past.whispers
