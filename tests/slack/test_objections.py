"""After the decision: buttons and forms that were drawn before it changed, taps that come twice, notes."""

from __future__ import annotations

from typing import Any

from bot.cards import ids
from bot.core.types import State
from scoring.types import Verdict
from tests.slack.conftest import on_both
from tests.slack.hands import House, Json

pytestmark = on_both


async def form_of(house: House, user: str) -> Json:
    """The form for objecting to what was decided of Bruno."""
    await house.tap(user, ids.DISSENT, house.value("bruno"))
    return house.slack.last_view


async def objected(house: House, user: str, reason: str) -> None:
    await house.submit(user, await form_of(house, user), {"reasons": [reason]})
    await house.deliver()


def reverse_value(house: House) -> str:
    """What the Reverse button of the lead's newest message carries."""
    elements: list[Any] = house.slack.cards("D0ZOE")[-1]["blocks"][-1]["elements"]
    return str(next(e["value"] for e in elements if e["action_id"] == ids.REVERSE))


async def objected_and_reversed(house: House) -> str:
    """Bia took Bruno, Maya objected, Zoe declined: the value of the button that Zoe pressed."""
    await house.tap("U0BIA", ids.APPROVE, house.value("bruno"))
    await objected(house, "U0MAYA", "fraud_evidence")
    value = reverse_value(house)
    await house.tap("U0ZOE", ids.REVERSE, value)
    assert stands(house) is Verdict.DECLINE
    return value


def stands(house: House) -> Verdict | None:
    decision = house.case("bruno").decision
    return decision.verdict if decision else None


async def test_an_objection_to_what_has_turned_round_is_kept_and_not_turned_itself(house: House) -> None:
    await house.tap("U0BIA", ids.APPROVE, house.value("bruno"))
    form = await form_of(house, "U0CAIO")
    await objected(house, "U0MAYA", "fraud_evidence")
    await house.tap("U0ZOE", ids.REVERSE, reverse_value(house))
    answer = await house.submit("U0CAIO", form, {"reasons": ["fraud_evidence"], "narrative": "Half of them are bots"})
    assert (answer.body["response_action"], answer.body["view"]["callback_id"]) == ("update", ids.SAVED_VIEW)
    said = str(answer.body["view"])
    assert "is as you wanted it: *decline*, by <@U0ZOE>" in said
    assert "Your words are kept as a comment" in said
    case = house.case("bruno")
    assert "U0CAIO" not in [d.expert for d in case.dissents]
    assert [c.text for c in case.comments] == ["Half of them are bots"]


async def test_an_old_reverse_button_does_not_turn_a_later_decision_the_wrong_way(house: House) -> None:
    old = await objected_and_reversed(house)
    await objected(house, "U0BIA", "price")
    await house.tap("U0ZOE", ids.REVERSE, old)
    assert stands(house) is Verdict.DECLINE
    assert house.whispers[-1].startswith("This stands already: decline, by Zoe")
    # The new one asks for the opposite, and that still works.
    await house.tap("U0ZOE", ids.REVERSE, reverse_value(house))
    assert stands(house) is Verdict.PROCEED


async def test_a_reverse_button_of_an_older_version_still_answers(house: House) -> None:
    await house.tap("U0BIA", ids.APPROVE, house.value("bruno"))
    await house.tap("U0ZOE", ids.REVERSE, house.value("bruno"))
    assert stands(house) is Verdict.DECLINE


async def test_reversing_twice_is_reversing_once(house: House) -> None:
    value = await objected_and_reversed(house)
    before = len(house.whispers)
    await house.tap("U0ZOE", ids.REVERSE, value)
    assert stands(house) is Verdict.DECLINE
    assert len(house.whispers) == before
    house.clock.move(minutes=2)
    await house.tap("U0ZOE", ids.REVERSE, value)
    assert house.whispers[-1] == "Your answer is already in: decline. Nothing more to do."


async def test_letting_it_stand_twice_tells_who_objected_once(house: House) -> None:
    await house.tap("U0BIA", ids.APPROVE, house.value("bruno"))
    await objected(house, "U0CAIO", "fraud_evidence")
    for _ in range(2):
        await house.tap("U0ZOE", ids.LET_STAND, house.value("bruno"))
    await house.deliver()
    assert house.whispers[-1].startswith("This stands already: proceed, by Bia")
    assert sum("Zoe" in m["text"] for m in house.slack.cards("D0CAIO")) == 1


async def test_ruling_on_what_was_undone_says_that_it_is_open(house: House) -> None:
    await house.tap("U0BIA", ids.APPROVE, house.value("bruno"))
    await objected(house, "U0CAIO", "fraud_evidence")
    value = reverse_value(house)
    await house.tap("U0BIA", ids.UNDO, house.value("bruno"))
    for action in (ids.REVERSE, ids.LET_STAND):
        await house.tap("U0ZOE", action, value)
        assert house.whispers[-1].startswith("This is not decided yet.")
    assert house.case("bruno").review.state is State.REOPENED


async def test_a_note_is_offered_to_those_who_may_write_one(house: House) -> None:
    await house.tap("U0BIA", ids.APPROVE, house.value("bruno"))
    await house.tap("U0OLEG", ids.MORE_DECIDED, f"note:{house.value('bruno')}", choice=True)
    assert house.slack.to("views.open") == []
    assert len(house.whispers) == 1
    await house.tap("U0CAIO", ids.MORE_DECIDED, f"note:{house.value('bruno')}", choice=True)
    assert house.slack.last_view["callback_id"] == ids.NOTE_FORM
