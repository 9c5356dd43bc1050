"""Who does what, arranged in Slack: the first lead, people and roles, trusted referrers, offers to answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bot.cards import ids
from bot.core.types import Member, Role
from bot.desk import see, staff
from bot.desk.opening import open_desk
from bot.settings import Settings
from tests.database import Database, fresh
from tests.slack.conftest import on_both, opened
from tests.slack.fake_slack import TEAM, FakeSlack
from tests.slack.hands import House, Json

OPENED: Json = {"type": "app_home_opened", "tab": "home", "channel": "D1", "event_ts": "1"}


def _nobody(database: Database) -> None:
    open_desk(Settings(database_url=database.url)).close()


@pytest.fixture
async def bare(slack: FakeSlack, kind: str, tmp_path: Path) -> AsyncIterator[House]:
    """A database that is still empty."""
    async with opened(slack, fresh(kind, tmp_path, _nobody)) as house:
        yield house


def person(house: House, who: str) -> Member:
    found = see.person(house.desk, who)
    assert found is not None
    return found


def leads(house: House) -> list[str]:
    return [m.id for m in see.everybody(house.desk) if m.is_lead]


def audit(house: House) -> list[tuple[Any, ...]]:
    """(who, what, before, after) of what is about no review."""
    url = house.handoff.settings.database_url
    with closing(open_desk(Settings(database_url=url))) as desk, desk.store.reading() as unit:
        import sqlalchemy as sa

        from db.tables import EVENTS

        rows = unit.execute(sa.select(EVENTS).where(EVENTS.c.review_id.is_(None)).order_by(EVENTS.c.seq))
        return [(row.actor, row.what, row.before, row.after) for row in rows]


def sent(house: House, lane: str) -> list[Json]:
    return house.slack.messages["D" + lane[1:]]


# The first lead


async def test_whoever_comes_first_is_offered_to_lead_and_the_next_one_is_not(bare: House) -> None:
    await bare.event(OPENED | {"user": "U0ANN"})
    assert ids.LEAD in str(bare.slack.to("views.publish")[-1])
    assert leads(bare) == [], "nobody leads by looking"
    await bare.tap("U0ANN", ids.LEAD, "1", home=True)
    assert leads(bare) == ["U0ANN"]
    home = str(bare.slack.to("views.publish")[-1])
    assert ids.LEAD not in home
    assert "Three steps to your first card" in home
    await bare.event(OPENED | {"user": "U0BEN"})
    home = str(bare.slack.to("views.publish")[-1])
    assert ids.LEAD not in home
    assert ids.JOIN in home
    assert audit(bare) == [("U0ANN", "role_given", {}, {"person": "U0ANN", "role": "lead"})]


async def test_the_command_offers_it_too_whatever_is_typed(bare: House) -> None:
    said = await bare.command("U0ANN", "anything")
    assert ids.LEAD in str(said.body)
    await bare.tap("U0ANN", ids.LEAD, "1")
    assert leads(bare) == ["U0ANN"]
    assert ids.LEAD not in str((await bare.command("U0ANN", "inbox")).body)


@on_both
async def test_of_two_at_once_one_leads_and_the_other_is_told_who(bare: House) -> None:
    await asyncio.gather(*(bare.tap(who, ids.LEAD, "1", settle=False) for who in ("U0ANN", "U0BEN", "U0CID")))
    await bare.handoff.settled()
    (first,) = leads(bare)
    assert sorted(f"<@{first}>" in said for said in bare.whispers) == [True, True]


@pytest.mark.parametrize(
    "profile",
    [
        {"is_restricted": True}, {"is_ultra_restricted": True}, {"deleted": True}, {"is_stranger": True},
        {"team_id": "T0OTHER"}, {"is_bot": True},
    ],
    ids=lambda p: next(iter(p)),
)  # fmt: skip
async def test_guests_and_externals_never_lead(bare: House, profile: Json) -> None:
    bare.slack.users["U0GUS"] = {"real_name": "Gus", "team_id": TEAM, **profile}
    await bare.tap("U0GUS", ids.LEAD, "1")
    assert leads(bare) == []
    assert len(bare.whispers) == 1


async def test_when_every_lead_has_gone_somebody_with_a_role_takes_over_and_nobody_else(empty: House) -> None:
    await empty.event({"type": "user_change", "user": {"id": "U0ZOE", "team_id": TEAM, "deleted": True}})
    await empty.tap("U0NEW", ids.LEAD, "1")
    assert "has left" in empty.whispers[-1]
    await empty.tap("U0MAYA", ids.LEAD, "1")
    assert [m.id for m in see.everybody(empty.desk) if m.is_lead and m.active] == ["U0MAYA"]


# People


async def test_a_lead_adds_somebody_new_who_is_told_what_comes(empty: House) -> None:
    await empty.command("U0ZOE", "people")
    listed = empty.slack.last_view
    assert "<@U0BIA>: expert for Brazil" in str(listed)
    await empty.tap("U0ZOE", ids.PERSON_NEW, "1", view=listed)
    form = empty.slack.last_view
    filled = {"person": "U0NEW", "roles": ["expert", "marketer"], "market": ["BR", "AR"], "backup": "U0BIA"}
    await empty.submit("U0ZOE", form, filled, behind=listed["id"])
    assert person(empty, "U0NEW").roles == ((Role.EXPERT, "AR"), (Role.EXPERT, "BR"), (Role.MARKETER, None))
    assert person(empty, "U0NEW").backup == "U0BIA"
    assert "expert for Argentina, expert for Brazil, marketer" in str(empty.slack.views[form["id"]])
    assert "<@U0NEW>" in str(empty.slack.views[listed["id"]]), "the list behind shows it"
    await empty.deliver()
    assert "You answer for Argentina, Brazil" in sent(empty, "U0NEW")[-1]["text"]
    # Changed later, nobody is welcomed twice.
    await empty.tap("U0ZOE", ids.PERSON_CHANGE, "U0NEW", view=listed)
    await empty.submit("U0ZOE", empty.slack.last_view, {"market": ["BR"], "roles": ["expert"]}, behind=listed["id"])
    assert person(empty, "U0NEW").roles == ((Role.EXPERT, "BR"),)
    await empty.deliver()
    assert len(sent(empty, "U0NEW")) == 1
    assert [(who, what, (before | after)["role"]) for who, what, before, after in audit(empty)][-2:] == [
        ("U0ZOE", "role_taken", "expert"), ("U0ZOE", "role_taken", "marketer"),
    ]  # fmt: skip


async def test_whoever_loses_a_market_hands_over_at_once(house: House) -> None:
    waiting = {who: house.case(who).review.expert for who in house.ids}
    await house.tap("U0ZOE", ids.PERSON_CHANGE, "U0BIA", view={"id": "V1", "type": "modal", "callback_id": "people.v1"})
    await house.submit("U0ZOE", house.slack.last_view, {"market": [], "roles": []})
    assert person(house, "U0BIA").roles == ()
    moved = [who for who, expert in waiting.items() if expert == "U0BIA"]
    assert moved
    assert {house.case(who).review.expert for who in moved} == {"U0CAIO"}


@pytest.mark.parametrize(
    ("profile", "filled", "field"),
    [
        ({}, {"roles": ["expert"], "market": []}, "market"),
        ({"is_restricted": True}, {"roles": ["lead"]}, None),
        ({"is_bot": True}, {"roles": ["lead"]}, None),
        ({}, {"roles": ["marketer"], "backup": "U0BIA"}, "backup"),
    ],
    ids=["expert-of-nothing", "guest", "app", "backup-who-cannot"],
)
async def test_what_cannot_be_is_said_and_nothing_changes(
    empty: House, profile: Json, filled: Json, field: str | None
) -> None:
    empty.slack.users["U0NEW"] = {"real_name": "New", "tz": "UTC", **profile}
    known = field is not None
    if known:
        await empty.event({"type": "user_change", "user": {"id": "U0NEW", "team_id": TEAM}})
        staff.place(empty.desk, "U0ZOE", "U0NEW", (), None)
        await empty.command("U0NEW", "help")
    await empty.tap("U0ZOE", ids.PERSON_NEW, "1", home=True)
    form = empty.slack.last_view
    answer = await empty.submit("U0ZOE", form, {"person": "U0NEW", **filled})
    if known:
        assert set(answer.errors) == {field}
    else:
        assert "Choose" in str(empty.slack.views[form["id"]])
    found = see.person(empty.desk, "U0NEW")
    assert found is None or found.roles == ()


async def test_the_last_lead_stays(empty: House) -> None:
    await empty.tap("U0ZOE", ids.PERSON_CHANGE, "U0ZOE", home=True)
    answer = await empty.submit("U0ZOE", empty.slack.last_view, {"roles": ["marketer"]})
    assert "Nobody would run Handoff" in answer.errors["roles"]
    assert person(empty, "U0ZOE").is_lead


@pytest.mark.parametrize("action", [ids.PEOPLE, ids.PERSON_NEW, ids.REFERRERS, ids.PERSON_CHANGE])
async def test_people_are_for_leads(empty: House, action: str) -> None:
    await empty.tap("U0MAYA", action, "0")
    assert "arranged by leads" in empty.whispers[-1]
    assert not empty.slack.to("views.open")


async def test_a_form_that_was_open_when_its_lead_lost_the_role_changes_nothing(empty: House) -> None:
    await empty.tap("U0ZOE", ids.PERSON_CHANGE, "U0BIA", home=True)
    form = empty.slack.last_view
    staff.place(empty.desk, "U0ZOE", "U0MAYA", [(Role.LEAD, None)], None)
    staff.place(empty.desk, "U0MAYA", "U0ZOE", [], None)
    answer = await empty.submit("U0ZOE", form, {"roles": [], "market": []})
    assert "arranged by leads" in str(answer.body["view"])
    assert person(empty, "U0BIA").markets == ("BR",)


async def test_trusted_referrers_are_put_on_and_taken_off(empty: House) -> None:
    await empty.tap("U0ZOE", ids.REFERRERS, "1", home=True)
    form = empty.slack.last_view
    answer = await empty.submit("U0ZOE", form, {"name": "  Nina   Orlova "})
    assert "Nina Orlova" in str(answer.body["view"])
    with empty.desk.store.reading() as unit:
        from db import people

        assert people.trusted(unit) == {"nina orlova"}
    shown = {**answer.body["view"], "id": form["id"]}
    await empty.tap("U0ZOE", ids.DISTRUST, "Nina Orlova", view=shown)
    assert "Nina Orlova" not in str(empty.slack.views[form["id"]]["blocks"][:-1])
    assert [row[1] for row in audit(empty)] == ["referrer_trusted", "referrer_dropped"]


# Offers


async def offers(house: House, who: str, market: str, text: str = "") -> Any:
    await house.tap(who, ids.JOIN, "1", home=True)
    form = house.slack.last_view
    answer = await house.submit(who, form, {"market": market, "narrative": text})
    await house.deliver()
    return answer, house.slack.views[form["id"]]


async def test_an_offer_is_one_message_to_the_lead_who_accepts_it(empty: House) -> None:
    await offers(empty, "U0SAM", "AR", "Lived in Rosario & Salta")
    (told,) = sent(empty, "U0ZOE")
    assert "<@U0SAM> offers to answer for Argentina" in told["text"]
    assert "Rosario &amp; Salta" in str(told["blocks"])
    answer, _ = await offers(empty, "U0SAM", "AR")
    assert "asked already" in answer.errors["market"]
    await empty.tap("U0ZOE", ids.WISH_ACCEPT, "U0SAM:AR")
    await empty.deliver()
    assert person(empty, "U0SAM").markets == ("AR",)
    (told,) = sent(empty, "U0ZOE")
    assert ids.WISH_ACCEPT not in str(told["blocks"]), "the buttons go with the answer"
    assert "Accepted by <@U0ZOE>" in told["text"]
    assert "You answer for Argentina" in sent(empty, "U0SAM")[-1]["text"]
    await empty.tap("U0ZOE", ids.WISH_DECLINE, "U0SAM:AR")
    assert "answer to this already" in empty.whispers[-1] or "answered this already" in empty.whispers[-1]
    assert person(empty, "U0SAM").markets == ("AR",)


async def test_a_declined_offer_is_told_and_rests_for_two_weeks(empty: House) -> None:
    await offers(empty, "U0SAM", "AR")
    await empty.tap("U0ZOE", ids.WISH_DECLINE, "U0SAM:AR")
    await empty.deliver()
    assert "not now" in sent(empty, "U0SAM")[-1]["text"]
    answer, _ = await offers(empty, "U0SAM", "AR")
    assert "two weeks" in answer.errors["market"]
    empty.clock.move(days=15)
    _, view = await offers(empty, "U0SAM", "AR")
    assert "is asked" in str(view)
    assert person(empty, "U0SAM").roles == ()


async def test_only_a_lead_answers_an_offer_and_guests_make_none(empty: House) -> None:
    await offers(empty, "U0SAM", "AR")
    await empty.tap("U0SAM", ids.WISH_ACCEPT, "U0SAM:AR")
    assert person(empty, "U0SAM").roles == ()
    empty.slack.users["U0GUS"] = {"real_name": "Gus", "is_restricted": True}
    answer, _ = await offers(empty, "U0GUS", "AR")
    assert "Guests" in str(answer.body["view"])
    assert len(sent(empty, "U0ZOE")) == 1
