"""One tap: who may, who was first, and what the others are told."""

from __future__ import annotations

import asyncio

from bot.cards import ids
from bot.core.types import State
from scoring.types import Verdict
from tests.slack.conftest import on_both
from tests.slack.hands import House

pytestmark = on_both


async def test_an_expert_approves_in_one_tap(house: House) -> None:
    answer = await house.tap("U0BIA", ids.APPROVE, house.value("bruno"))
    assert (answer.status, answer.body) == (200, {})
    case = house.case("bruno")
    assert case.decision is not None
    assert (case.decision.verdict, case.decision.by) == (Verdict.PROCEED, "U0BIA")
    assert house.whispers == []


async def test_agreeing_with_a_decline_declines(house: House) -> None:
    await house.tap("U0BIA", ids.APPROVE, house.value("ana"))
    decision = house.case("ana").decision
    assert decision is not None and decision.verdict is Verdict.DECLINE


async def test_a_double_tap_looks_like_the_success_that_it_is(house: House) -> None:
    value = house.value("bruno")
    both = await asyncio.gather(*(house.tap("U0BIA", ids.APPROVE, value) for _ in range(2)))
    assert [(a.status, a.body) for a in both] == [(200, {}), (200, {})]
    assert house.whispers == []
    assert house.case("bruno").review.round == 1


async def test_the_same_answer_much_later_is_told_that_it_is_in(house: House) -> None:
    value = house.value("bruno")
    await house.tap("U0BIA", ids.APPROVE, value)
    house.clock.move(minutes=5)
    await house.tap("U0BIA", ids.APPROVE, value)
    assert [said.partition(":")[0] for said in house.whispers] == ["Your answer is already in"]


async def test_the_same_tap_by_somebody_else_is_no_repetition(house: House) -> None:
    value = house.value("bruno")
    await house.tap("U0BIA", ids.APPROVE, value)
    await house.tap("U0CAIO", ids.APPROVE, value)
    assert len(house.whispers) == 1
    assert "Bia" in house.whispers[0]


async def test_of_two_experts_one_wins_and_the_other_is_told_who(house: House) -> None:
    value = house.value("bruno")
    await asyncio.gather(*(house.tap(who, ids.APPROVE, value) for who in ("U0BIA", "U0CAIO")))
    decision = house.case("bruno").decision
    assert decision is not None
    # The same verdict from somebody else: told who decided, and that the tap changed nothing.
    assert len(house.whispers) == 1
    assert {"U0BIA": "Bia", "U0CAIO": "Caio"}[decision.by] in house.whispers[0]


async def test_an_expert_of_another_market_is_told_whom_to_ask(house: House) -> None:
    await house.tap("U0OLEG", ids.APPROVE, house.value("bruno"))
    assert house.case("bruno").review.state is State.PENDING
    # In the language of the market that this person reviews.
    assert "Ничего не\xa0изменилось" in house.whispers[0]
    assert "Zoe" in house.whispers[0]


async def test_a_marketer_asks_and_does_not_answer(house: House) -> None:
    await house.tap("U0MAYA", ids.APPROVE, house.value("bruno"))
    assert house.case("bruno").decision is None
    assert "Nothing was changed" in house.whispers[0]


async def test_a_guest_is_refused(house: House) -> None:
    await house.tap("U0GUEST", ids.APPROVE, house.value("bruno"))
    assert house.case("bruno").decision is None
    assert house.whispers[0].startswith("Guests")


async def test_somebody_of_another_team_is_refused(house: House) -> None:
    await house.tap("U0BIA", ids.APPROVE, house.value("bruno"), team="T0OTHER")
    assert house.case("bruno").decision is None
    assert "another one" in house.whispers[0]


async def test_a_stranger_whose_profile_says_so_is_refused_even_when_the_payload_does_not(house: House) -> None:
    house.slack.users["U0OUT"] = {"team_id": "T0OTHER", "is_stranger": True, "real_name": "Out"}
    await house.tap("U0OUT", ids.APPROVE, house.value("bruno"))
    await house.tap("U0OUT", ids.APPROVE, house.value("bruno"))
    assert house.case("bruno").decision is None
    assert "another one" in house.whispers[1]


async def test_a_lead_rules(house: House) -> None:
    await house.tap("U0ZOE", ids.APPROVE, house.value("bruno"))
    decision = house.case("bruno").decision
    assert decision is not None and decision.by == "U0ZOE"


async def test_an_unknown_colleague_is_refused_at_once_and_looked_up_afterwards(house: House) -> None:
    await house.tap("U0NEW", ids.APPROVE, house.value("bruno"))
    assert "not on the list yet" in house.whispers[0]
    assert [c["user"] for c in house.slack.to("users.info")] == ["U0NEW"]
    await house.tap("U0NEW", ids.APPROVE, house.value("bruno"))
    assert len(house.slack.to("users.info")) == 1
