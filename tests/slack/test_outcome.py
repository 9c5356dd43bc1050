"""What became of a deal, said on the decided card: by its owner, once, and the thread says what follows from it."""

from __future__ import annotations

import pytest

from bot.cards import ids
from bot.core.errors import TooLate
from bot.core.outcome import What
from bot.core.types import Rationale, Reason, State
from bot.desk import object as objections
from bot.desk import see, tick
from tests.slack.conftest import on_both
from tests.slack.hands import House
from tests.slack.test_investigation import ask, card, override, thread_of

pytestmark = on_both


@pytest.fixture
async def resolved(house: House) -> House:
    """Bia overrode, and Maya found that she was right."""
    await house.deliver()
    await override(house, "U0BIA", "ana")
    await ask(house, "U0MAYA")
    await house.submit("U0MAYA", house.slack.last_view, {"resolution": "expert", "lesson": "Giveaways are real"})
    await house.deliver()
    return house


async def open_form(house: House, user: str) -> None:
    await house.tap(user, ids.MORE_DECIDED, ids.choice("outcome", house.case("ana").review), choice=True)


async def say(house: House, user: str, what: str) -> dict[str, object]:
    await open_form(house, user)
    return (await house.submit(user, house.slack.last_view, {"outcome": what})).body


async def test_signed_and_then_fraud(resolved: House) -> None:
    assert await say(resolved, "U0MAYA", "signed") == {}
    await resolved.deliver()
    shown = str(card(resolved, "Ana Lima")["blocks"])
    assert "signed" in shown and "the deal is done" in shown and ids.UNDO not in shown
    await resolved.tap("U0BIA", ids.UNDO, resolved.value("ana"))
    assert "deal is done" in resolved.whispers[-1]
    assert await say(resolved, "U0MAYA", "fraud") == {}
    await resolved.deliver()
    said = str(thread_of(resolved)["blocks"])
    for part in ("the AI was right", "overturned by it", ">Giveaways are real", "signed, fraud confirmed"):
        assert part in said, part
    assert "The AI was right." in str(card(resolved, "Ana Lima")["blocks"])
    assert "Giveaways are real" not in str(card(resolved, "Ana Lima")["blocks"]), "what is not so teaches nobody"


async def test_only_what_can_be_and_is_not_known_is_offered(resolved: House) -> None:
    await say(resolved, "U0MAYA", "signed")
    await open_form(resolved, "U0ZOE")
    offered = [o["value"] for o in resolved.slack.last_view["blocks"][1]["element"]["options"]]
    assert offered == ["sent", "lost_slow", "lost_other", "on_plan", "above_plan", "below_plan", "fraud"]


async def test_twice_is_once_and_another_is_told(resolved: House) -> None:
    await open_form(resolved, "U0MAYA")
    mine = resolved.slack.last_view
    await open_form(resolved, "U0ZOE")
    other = resolved.slack.last_view
    for _ in range(2):
        assert (await resolved.submit("U0MAYA", mine, {"outcome": "fraud"})).body == {}
    resolved.clock.move(minutes=5)
    answer = await resolved.submit("U0ZOE", other, {"outcome": "fraud"})
    assert "on record already 5 minutes ago: fraud confirmed" in str(answer.body["view"]["blocks"])


@pytest.mark.parametrize("user", ["U0BIA", "U0CAIO", "U0NOBODY"])
async def test_others_are_sent_to_the_owner(resolved: House, user: str) -> None:
    views = len(resolved.slack.views)
    await open_form(resolved, user)
    assert "the person who runs the campaign does this" in resolved.whispers[-1]
    assert len(resolved.slack.views) == views


async def test_nothing_chosen_is_said_under_the_field(resolved: House) -> None:
    await open_form(resolved, "U0MAYA")
    answer = await resolved.submit("U0MAYA", resolved.slack.last_view, {})
    assert list(answer.errors) == ["outcome"]


async def test_an_objection_from_the_cards_menu_opens_a_thread_between_two(resolved: House) -> None:
    await resolved.tap("U0CAIO", ids.MORE_DECIDED, ids.choice("object", resolved.case("ana").review), choice=True)
    await resolved.submit("U0CAIO", resolved.slack.last_view, {"reasons": ["price"], "narrative": "Too dear"})
    await resolved.deliver()
    lead = next(m for m in resolved.slack.cards("D0ZOE") if ids.REVERSE in str(m["blocks"]))
    columns = next(b for b in lead["blocks"] if "fields" in b)["fields"]
    assert ["U0BIA" in columns[0]["text"], "Too dear" in columns[1]["text"]] == [True, True]
    await resolved.tap("U0ZOE", ids.LET_STAND, resolved.value("ana"))
    await resolved.deliver()
    said = [m for m in resolved.slack.cards("C0BRAZIL") if m.get("thread_ts")][-1]
    assert "<@U0BIA> was right" in str(said["blocks"])


async def test_who_thinks_better_of_it_disagrees_with_nobody(house: House) -> None:
    await house.deliver()
    await override(house, "U0BIA", "ana")
    house.clock.move(minutes=11)
    await house.tap("U0BIA", ids.MORE_DECIDED, ids.choice("object", house.case("ana").review), choice=True)
    await house.submit("U0BIA", house.slack.last_view, {"reasons": ["fraud_evidence"], "narrative": "I was wrong"})
    assert [i.disagreement.kind for i in house.case("ana").investigations] == ["verdict"]


def told(house: House, user: str, words: str) -> dict[str, object]:
    """The owner's newest message that says this."""
    return [m for m in house.slack.messages[f"D{user[1:]}"] if words in str(m["blocks"])][-1]


def offered(message: dict[str, object]) -> list[str]:
    return [action for action in ids.OUTCOME_TAPS.values() if action in str(message["blocks"])]


async def test_the_owner_says_in_one_tap_that_the_outreach_is_out(house: House) -> None:
    await house.deliver()
    await house.tap("U0BIA", ids.APPROVE, house.value("bruno"))
    await house.deliver()
    assert offered(told(house, "U0MAYA", "Bruno Reis")) == [], "not before it is final"
    house.clock.move(minutes=11)
    while tick.tick(house.desk):
        pass
    await house.deliver()
    assert offered(told(house, "U0MAYA", "Bruno Reis")) == list(ids.OUTCOME_TAPS.values())
    await house.tap("U0MAYA", ids.OUTCOME_TAPS[What.SENT], house.value("bruno"))
    await house.deliver()
    message = told(house, "U0MAYA", "Bruno Reis")
    assert offered(message) == [ids.OUTCOME_TAPS[w] for w in (What.SIGNED, What.LOST_SLOW, What.LOST_OTHER)]
    assert "outreach sent" in str(message["blocks"])
    assert house.case("bruno").review.executed
    with pytest.raises(TooLate, match="executed"):
        objections.reverse(house.desk, house.ids["bruno"], "U0ZOE")
    with pytest.raises(TooLate, match="executed"):
        objections.dissent(house.desk, house.ids["bruno"], "U0CAIO", Rationale((Reason.PRICE,), None, "Too dear"))
    await house.tap("U0CAIO", ids.DISSENT, house.value("bruno"))
    assert "can’t be changed any more" in house.whispers[-1]
    await house.tap("U0MAYA", ids.OUTCOME_TAPS[What.LOST_SLOW], house.value("bruno"))
    await house.deliver()
    assert house.case("bruno").outcomes == (What.SENT, What.LOST_SLOW)
    assert offered(told(house, "U0MAYA", "Bruno Reis")) == []


async def test_a_deal_that_was_said_to_be_lost_by_a_slip_is_not(house: House) -> None:
    """In one tap from where it was said; what was so before counts again, and both are on record."""
    await house.deliver()
    await house.tap("U0BIA", ids.APPROVE, house.value("bruno"))
    house.clock.move(minutes=11)
    while tick.tick(house.desk):
        pass
    await house.deliver()
    await house.tap("U0MAYA", ids.OUTCOME_TAPS[What.SENT], house.value("bruno"))
    await house.tap("U0MAYA", ids.OUTCOME_TAPS[What.LOST_OTHER], house.value("bruno"))
    await house.deliver()
    message = told(house, "U0MAYA", "Bruno Reis")
    assert "Not lost after all" in str(message["blocks"])
    await house.tap("U0BIA", ids.OUTCOME_BACK, house.value("bruno"))
    assert house.case("bruno").outcomes == (What.SENT, What.LOST_OTHER), "the owner says so"
    for _ in range(2):
        await house.tap("U0MAYA", ids.OUTCOME_BACK, house.value("bruno"))
    await house.deliver()
    assert house.case("bruno").outcomes == (What.SENT,)
    message = told(house, "U0MAYA", "Bruno Reis")
    assert ids.OUTCOME_BACK not in str(message["blocks"])
    assert offered(message) == [ids.OUTCOME_TAPS[w] for w in (What.SIGNED, What.LOST_SLOW, What.LOST_OTHER)]
    happened = [e.what for e in see.history(house.desk, house.ids["bruno"]) if e.what.startswith("outcome")]
    assert happened == ["outcome", "outcome", "outcome_taken_back"]
    await house.tap("U0MAYA", ids.DETAILS, house.value("bruno"))
    assert "<@U0MAYA> says that it isn’t lost after all" in str(house.slack.last_view["blocks"])


async def test_one_tap_is_the_owners_and_twice_is_once(house: House) -> None:
    await house.tap("U0BIA", ids.APPROVE, house.value("bruno"))
    await house.tap("U0BIA", ids.OUTCOME_TAPS[What.SIGNED], house.value("bruno"))
    assert house.case("bruno").outcomes == ()
    for _ in range(2):
        await house.tap("U0MAYA", ids.OUTCOME_TAPS[What.SIGNED], house.value("bruno"))
    assert house.case("bruno").outcomes == (What.SIGNED,)
    await house.tap("U0BIA", ids.UNDO, house.value("bruno"))
    assert house.case("bruno").review.state is State.DECIDED


async def test_details_of_what_was_decided_say_in_one_tap_what_became_of_it(house: House) -> None:
    """Also of what the AI took alone, which has no message of its own."""
    await house.tap("U0BIA", ids.APPROVE, house.value("bruno"))
    house.clock.move(minutes=11)
    await house.tap("U0MAYA", ids.DETAILS, house.value("bruno"))
    view = house.slack.last_view
    assert offered(view) == list(ids.OUTCOME_TAPS.values())
    await house.tap("U0MAYA", ids.OUTCOME_TAPS[What.SIGNED], house.value("bruno"), view=view)
    assert house.case("bruno").review.executed
    now = house.slack.views[view["id"]]
    assert "signed" in str(now["blocks"][1])
    assert offered(now) == []
    await house.tap("U0BIA", ids.DETAILS, house.value("carla"))
    assert offered(house.slack.last_view) == []
