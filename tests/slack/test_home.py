"""What a lead rules on from the Home tab, and what an owner sees there; through the real app."""

from __future__ import annotations

from datetime import timedelta

from bot.cards import ids
from bot.core.types import Rationale, Reason
from bot.desk import object as objections
from bot.desk import see, tick
from scoring.types import Verdict
from tests.slack.conftest import on_both
from tests.slack.hands import House, Json

WRONG = Rationale((Reason.PRICE,), None, "She asks for twice of that elsewhere")


async def home(house: House, user: str) -> Json:
    await house.event({"type": "app_home_opened", "user": user, "tab": "home", "channel": "D1", "event_ts": "1"})
    view: Json = house.slack.to("views.publish")[-1]["view"]
    return view


def values(view: Json, action: str) -> list[str]:
    """What the buttons of this kind carry."""
    every = [b.get("accessory") for b in view["blocks"]]
    every += [e for b in view["blocks"] if b["type"] == "actions" for e in b["elements"]]
    return [e["value"] for e in every if e and e["action_id"] == action]


async def test_a_lead_reverses_what_an_expert_objects_to(house: House) -> None:
    await house.tap("U0BIA", ids.APPROVE, house.value("bruno"))
    objections.dissent(house.desk, house.ids["bruno"], "U0CAIO", WRONG)
    seen = await home(house, "U0ZOE")
    assert seen["blocks"][0]["text"]["text"] == "1 thing waits for your ruling"
    (about,) = values(seen, ids.RULE)
    await house.tap("U0ZOE", ids.RULE, about, home=True)
    view = house.slack.last_view
    assert "twice of that" in str(view["blocks"])
    (value,) = values(view, ids.REVERSE)
    await house.tap("U0ZOE", ids.REVERSE, value, view=view)
    decision = house.case("bruno").decision
    assert decision is not None
    assert (decision.verdict, decision.by) == (Verdict.DECLINE, "U0ZOE")
    assert ids.REVERSE not in str(house.slack.views[view["id"]]["blocks"])
    assert values(await home(house, "U0ZOE"), ids.RULE) == []


async def test_what_was_let_stand_or_done_is_asked_no_more(house: House) -> None:
    await house.tap("U0BIA", ids.APPROVE, house.value("bruno"))
    case = objections.dissent(house.desk, house.ids["bruno"], "U0CAIO", WRONG)
    assert case.dissents
    objections.let_stand(house.desk, house.ids["bruno"], "U0ZOE")
    assert values(await home(house, "U0ZOE"), ids.RULE) == []


async def test_somebody_who_does_not_lead_rules_on_nothing(house: House) -> None:
    await house.tap("U0BIA", ids.APPROVE, house.value("bruno"))
    case = objections.dissent(house.desk, house.ids["bruno"], "U0CAIO", WRONG)
    await house.tap("U0BIA", ids.RULE, f"dissent:{case.dissents[0].id}", home=True)
    assert ids.REVERSE not in str(house.slack.last_view["blocks"])
    for rubbish in ("dissent:nothing", "model:nothing", "rubbish", ""):
        assert (await house.tap("U0ZOE", ids.RULE, rubbish, home=True)).status == 200
    assert values(await home(house, "U0BIA"), ids.RULE) == []


@on_both
async def test_a_disagreement_that_nobody_ends_in_time_is_the_leads(house: House) -> None:
    await house.tap("U0BIA", ids.OVERRIDE, house.value("ana"))
    form = house.slack.last_view
    await house.submit("U0BIA", form, {"reasons": ["price"], "confidence": "sure"})
    assert values(await home(house, "U0ZOE"), ids.RESOLVE) == []
    house.clock.move(days=8)
    while tick.tick(house.desk):
        pass
    (value,) = values(await home(house, "U0ZOE"), ids.RESOLVE)
    await house.tap("U0ZOE", ids.RESOLVE, value, home=True)
    assert house.slack.last_view["callback_id"] == ids.RESOLVE_FORM


async def test_ones_own_month_leads_to_its_cases(house: House) -> None:
    """To the list itself and not to a form that could find it; what is older is not in it."""
    await house.tap("U0BIA", ids.OVERRIDE, house.value("ana"))
    await house.submit("U0BIA", house.slack.last_view, {"reasons": ["price"], "confidence": "sure"})
    await house.deliver()
    (question,) = values(await home(house, "U0BIA"), ids.MONTH_OPEN)
    await house.tap("U0BIA", ids.MONTH_OPEN, question, home=True)
    seen = str(house.slack.last_view["blocks"])
    assert house.slack.last_view["callback_id"] == ids.FOUND_VIEW
    assert "Ana Lima" in seen
    assert "1 case." in seen
    house.clock.move(days=40)
    await house.tap("U0BIA", ids.MONTH_OPEN, question, home=True)
    assert "Ana Lima" not in str(house.slack.last_view["blocks"])


@on_both
async def test_an_owner_sees_how_it_goes_and_what_is_new(house: House) -> None:
    await house.tap("U0BIA", ids.APPROVE, house.value("bruno"))
    seen = str((await home(house, "U0MAYA"))["blocks"])
    assert "1 of 3 decided" in seen
    assert "███░░░░░░░" in seen
    assert "Nothing is late." in seen
    assert "*Proceed: Bruno Reis for Aurora Summer*. <@U0BIA> agreed with the AI" in seen
    house.clock.now = house.case("ana").review.deadline_at - timedelta(hours=2)
    assert "2 will fall to the AI unless somebody answers." in str((await home(house, "U0MAYA"))["blocks"])
    assert see.inbox(house.desk, "U0MAYA").campaigns[0].falling == 2
