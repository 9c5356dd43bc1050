"""Undo: in time, late, by somebody else, twice."""

from __future__ import annotations

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
