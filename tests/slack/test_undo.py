"""Undo: in time, late, by somebody else, twice."""

from __future__ import annotations

from typing import Any

import pytest

from bot.cards import ids
from bot.core.types import State
from tests.slack.conftest import on_both
from tests.slack.hands import House

pytestmark = on_both


async def test_undo_in_time_reopens(house: House) -> None:
    await house.tap("U0BIA", ids.APPROVE, house.value("bruno"))
    house.clock.move(minutes=9)
    await house.tap("U0BIA", ids.UNDO, house.value("bruno"))
    assert house.case("bruno").review.state is State.REOPENED
    assert house.whispers == []


async def test_undo_too_late(house: House) -> None:
    await house.tap("U0BIA", ids.APPROVE, house.value("bruno"))
    house.clock.move(minutes=10)
    await house.tap("U0BIA", ids.UNDO, house.value("bruno"))
    assert house.case("bruno").review.state is State.DECIDED
    assert "time for undo is over" in house.whispers[0]


async def test_undo_by_somebody_else(house: House) -> None:
    await house.tap("U0BIA", ids.APPROVE, house.value("bruno"))
    await house.tap("U0CAIO", ids.UNDO, house.value("bruno"))
    assert house.case("bruno").review.state is State.DECIDED
    assert house.whispers[0].startswith("Only ")


async def test_undo_twice(house: House) -> None:
    await house.tap("U0BIA", ids.APPROVE, house.value("bruno"))
    await house.tap("U0BIA", ids.UNDO, house.value("bruno"))
    await house.tap("U0BIA", ids.UNDO, house.value("bruno"))
    assert house.case("bruno").review.state is State.REOPENED
    assert len(house.whispers) == 1
    await house.tap("U0BIA", ids.APPROVE, house.value("bruno"))
    await house.tap("U0BIA", ids.UNDO, house.value("bruno"))
    assert house.case("bruno").review.state is State.DECIDED


async def test_an_approval_from_before_the_undo_does_not_count_again(house: House) -> None:
    """Played back past every memory of answers: with its own button, which was of the first round."""
    before = house.value("bruno")
    await house.tap("U0BIA", ids.APPROVE, before)
    await house.tap("U0BIA", ids.UNDO, house.value("bruno"))
    for who in ("U0BIA", "U0CAIO"):
        await house.tap(who, ids.APPROVE, before)
        assert house.case("bruno").review.state is State.REOPENED
        assert house.whispers[-1].startswith("This card has been reopened since, so your answer did not count.")
    await house.tap("U0BIA", ids.APPROVE, house.value("bruno"))
    assert house.case("bruno").review.state is State.DECIDED
    assert len(house.whispers) == 2


OVERRIDE = {"reasons": ["price"], "confidence": "sure"}


@pytest.mark.parametrize(("form", "values"), [(ids.OVERRIDE, OVERRIDE), (ids.NORM, {"verdict": "proceed"})])
async def test_a_form_from_before_the_undo_does_not_count_and_keeps_its_words(
    house: House, form: str, values: dict[str, Any]
) -> None:
    await house.tap("U0CAIO", form, house.value("carla"))
    view, typed = house.slack.last_view, values | {"narrative": "I know her audience"}
    await house.tap("U0BIA", ids.APPROVE, house.value("carla"))
    await house.tap("U0BIA", ids.UNDO, house.value("carla"))
    answer = await house.submit("U0CAIO", view, typed)
    assert house.case("carla").decision is None
    assert answer.body["response_action"] == "update"
    said = str(answer.body["view"])
    assert "reopened since" in said
    keep = next(e for b in answer.body["view"]["blocks"] for e in b.get("elements", ()) if "keep" in e["action_id"])
    await house.tap("U0CAIO", ids.KEEP_COMMENT, keep["value"], view={**answer.body["view"], "id": view["id"]})
    assert [c.text for c in house.case("carla").comments] == ["I know her audience"]
    await house.tap("U0CAIO", form, house.value("carla"))
    assert (await house.submit("U0CAIO", house.slack.last_view, typed)).body == {}
    assert house.case("carla").decision is not None


async def test_a_form_opened_after_the_undo_may_lie_open_while_the_card_changes(house: House) -> None:
    await house.tap("U0BIA", ids.APPROVE, house.value("carla"))
    await house.tap("U0BIA", ids.UNDO, house.value("carla"))
    await house.tap("U0CAIO", ids.OVERRIDE, house.value("carla"))
    view = house.slack.last_view
    house.clock.now = house.case("carla").review.deadline_at
    house.clock.move(minutes=-5)
    before = house.case("carla").review.version
    await house.tap("U0BIA", ids.OVERRIDE, house.value("carla"))
    assert house.case("carla").review.version > before, "the form has held the deadline"
    assert (await house.submit("U0CAIO", view, OVERRIDE)).body == {}
    assert house.case("carla").decision is not None
