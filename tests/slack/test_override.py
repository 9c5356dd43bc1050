"""The override form: opened after the ack, every missing part said under its field, late answers kept."""

from __future__ import annotations

import pytest

from bot.cards import ids
from bot.core.types import How, State
from scoring.types import Verdict
from tests.slack.conftest import on_both
from tests.slack.hands import House, Json

pytestmark = on_both

GOOD = {"reasons": ["price"], "confidence": "fairly", "narrative": "Cheap. https://e.com/a"}


async def opened(house: House, who: str = "ana", user: str = "U0BIA") -> Json:
    await house.tap(user, ids.OVERRIDE, house.value(who))
    return house.slack.last_view


async def test_an_override_is_one_form(house: House) -> None:
    view = await opened(house)
    assert view["callback_id"] == ids.OVERRIDE_FORM
    answer = await house.submit("U0BIA", view, GOOD)
    assert (answer.status, answer.body) == (200, {})
    case = house.case("ana")
    assert case.decision is not None and case.decision.verdict is Verdict.PROCEED
    assert case.judgement is not None and case.judgement.how is How.OVERRIDE
    assert case.judgement.rationale.evidence == "https://e.com/a"


async def test_a_form_sent_twice_closes_twice_and_says_nothing_twice(house: House) -> None:
    view = await opened(house)
    for _ in range(2):
        assert (await house.submit("U0BIA", view, GOOD)).body == {}
    case = house.case("ana")
    assert (case.review.round, case.comments, house.whispers) == (1, (), [])


async def test_a_form_sent_again_with_other_words_says_what_became_of_them(house: House) -> None:
    view = await opened(house)
    await house.submit("U0BIA", view, GOOD)
    answer = await house.submit("U0BIA", view, GOOD | {"narrative": "And she delivers on time"})
    assert answer.body["view"]["callback_id"] == ids.SAVED_VIEW
    assert [c.text for c in house.case("ana").comments] == ["And she delivers on time"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"reasons": []}, "reasons"),
        ({"confidence": ""}, "confidence"),
        ({"reasons": ["other"], "narrative": "  "}, "narrative"),
        ({"reasons": ["market_norm"]}, "flags"),
    ],
)
async def test_what_is_missing_is_said_under_its_field(house: House, change: Json, field: str) -> None:
    view = await opened(house)
    answer = await house.submit("U0BIA", view, GOOD | change)
    assert list(answer.errors) == [field]
    assert answer.errors[field]
    assert house.case("ana").decision is None


async def test_the_form_is_not_opened_for_somebody_of_another_market(house: House) -> None:
    await house.tap("U0OLEG", ids.OVERRIDE, house.value("ana"))
    assert house.slack.to("views.open") == []
    assert len(house.whispers) == 1


async def test_a_form_sent_after_somebody_else_overrode_becomes_a_comment(house: House) -> None:
    view = await opened(house)
    other = await opened(house, user="U0CAIO")
    await house.submit("U0CAIO", other, GOOD)
    answer = await house.submit("U0BIA", view, GOOD | {"narrative": "I know her audience"})
    assert answer.body["response_action"] == "update"
    assert answer.body["view"]["callback_id"] == ids.SAVED_VIEW
    assert [c.text for c in house.case("ana").comments] == ["I know her audience"]


async def test_a_form_sent_after_the_opposite_was_decided_becomes_a_prefilled_objection(house: House) -> None:
    view = await opened(house)
    await house.tap("U0CAIO", ids.APPROVE, house.value("ana"))
    answer = await house.submit("U0BIA", view, GOOD | {"narrative": "I know her audience"})
    form = answer.body["view"]
    assert (answer.body["response_action"], form["callback_id"]) == ("update", ids.DISSENT_FORM)
    assert form["notify_on_close"] is True
    assert "I know her audience" in str(form)
    sent = await house.submit("U0BIA", {**form, "id": view["id"], "hash": "h"}, {})
    assert sent.body == {}
    assert [d.expert for d in house.case("ana").dissents] == ["U0BIA"]


async def test_a_form_sent_after_the_deadline_becomes_an_objection_too(house: House) -> None:
    view = await opened(house)
    house.clock.now = house.case("ana").review.deadline_at
    answer = await house.submit("U0BIA", view, GOOD)
    assert house.case("ana").decision is not None
    assert answer.body["view"]["callback_id"] == ids.DISSENT_FORM


async def test_closing_the_late_form_offers_to_keep_the_words(house: House) -> None:
    view = await opened(house)
    await house.tap("U0CAIO", ids.APPROVE, house.value("ana"))
    answer = await house.submit("U0BIA", view, GOOD | {"narrative": "I know her audience"})
    form = {**answer.body["view"], "id": view["id"], "hash": "h"}
    await house.submit("U0BIA", form, {}, kind="view_closed")
    offer = house.slack.cards("D0BIA")[-1]
    keep, drop = offer["blocks"][-1]["elements"]
    assert (keep["action_id"], drop["action_id"]) == (ids.KEEP_COMMENT, ids.DROP_COMMENT)
    await house.tap("U0BIA", ids.KEEP_COMMENT, keep["value"])
    assert [c.text for c in house.case("ana").comments] == ["I know her audience"]
    assert house.slack.to("response_url")[-1] == {"delete_original": True}


async def test_words_can_be_discarded_and_are_nobody_elses(house: House) -> None:
    view = await opened(house)
    await house.tap("U0CAIO", ids.APPROVE, house.value("ana"))
    answer = await house.submit("U0BIA", view, GOOD)
    form = {**answer.body["view"], "id": view["id"], "hash": "h"}
    await house.submit("U0BIA", form, {}, kind="view_closed")
    draft = house.slack.cards("D0BIA")[-1]["blocks"][-1]["elements"][0]["value"]
    await house.tap("U0CAIO", ids.KEEP_COMMENT, draft)
    assert house.case("ana").comments == ()
    await house.tap("U0BIA", ids.DROP_COMMENT, draft)
    await house.tap("U0BIA", ids.KEEP_COMMENT, draft)
    assert house.case("ana").comments == ()
    assert "out of date" in house.whispers[-1]


async def test_a_form_opened_near_the_deadline_holds_it_once(house: House) -> None:
    before = house.case("ana").review.deadline_at
    house.clock.now = before
    house.clock.move(minutes=-5)
    await opened(house)
    held = house.case("ana").review
    assert (held.form_held, (held.deadline_at - before).total_seconds()) == (True, 300)
    await opened(house)
    assert house.case("ana").review.deadline_at == held.deadline_at


async def test_an_objection_by_the_owner_reaches_the_lead_who_reverses(house: House) -> None:
    await house.tap("U0BIA", ids.APPROVE, house.value("bruno"))
    await house.tap("U0MAYA", ids.DISSENT, house.value("bruno"))
    form = house.slack.last_view
    assert form["callback_id"] == ids.DISSENT_FORM
    await house.submit("U0MAYA", form, {"reasons": ["fraud_evidence"], "confidence": "sure", "narrative": "bots"})
    await house.deliver()
    told = house.slack.cards("D0ZOE")[-1]
    assert ids.REVERSE in str(told["blocks"])
    await house.tap("U0BIA", ids.REVERSE, house.value("bruno"))
    assert "Only a lead" in house.whispers[-1]
    await house.tap("U0ZOE", ids.REVERSE, house.value("bruno"))
    case = house.case("bruno")
    assert case.decision is not None and (case.decision.verdict, case.decision.by) == (Verdict.DECLINE, "U0ZOE")
    assert house.slack.to("response_url")[-1]["replace_original"] is True
    await house.deliver()


async def test_a_lead_lets_a_decision_stand_and_who_objected_is_told(house: House) -> None:
    await house.tap("U0BIA", ids.APPROVE, house.value("bruno"))
    await house.tap("U0CAIO", ids.DISSENT, house.value("bruno"))
    await house.submit("U0CAIO", house.slack.last_view, {"reasons": ["price"], "confidence": "sure"})
    await house.tap("U0ZOE", ids.LET_STAND, house.value("bruno"))
    await house.deliver()
    assert house.case("bruno").review.state is State.DECIDED
    assert len(house.slack.cards("D0CAIO")) >= 1
    replaced = house.slack.to("response_url")[-1]
    assert ids.REVERSE not in str(replaced["blocks"])
