"""Reminders where they stand: answered from the message, and brought up to date whoever answers from wherever."""

from __future__ import annotations

import json
from typing import Any

from bot.cards import ids
from bot.desk import decide, hand_over, returns, tick
from tests.slack.conftest import on_both
from tests.slack.hands import House

pytestmark = on_both

BIA_DM, CAIO_DM, MAYA_DM = "D0BIA", "D0CAIO", "D0MAYA"


async def later(house: House, **by: float) -> None:
    """Time passes, the sweep comes by, and everything is said."""
    house.clock.move(**by)
    while await house.desk.sweep(tick.tick):
        pass
    await house.deliver()


def last(house: House, channel: str, words: str) -> dict[str, Any]:
    """The newest message there that says this."""
    found = [m for m in house.slack.messages[channel] if words in json.dumps(m, ensure_ascii=False)]
    assert found, [m["text"] for m in house.slack.messages[channel]]
    return found[-1]


def buttons(message: dict[str, Any]) -> list[tuple[str, str]]:
    """(action, review) of everything that decides something."""
    deciding = (ids.APPROVE, ids.OVERRIDE)
    every = [e for b in message["blocks"] for e in b.get("elements", ())]
    return [(e["action_id"], e["value"].split(":")[0]) for e in every if e.get("action_id") in deciding]


async def test_one_is_answered_from_the_reminder_and_then_it_says_so(house: House) -> None:
    await later(house, hours=24)
    reminder = last(house, BIA_DM, "need your answer")
    asked = buttons(reminder)
    assert {review for _, review in asked} <= set(house.ids.values())
    mine = next(name for name, review in house.ids.items() if (ids.APPROVE, review) in asked)
    await house.tap("U0BIA", ids.APPROVE, house.value(mine))
    await house.deliver()
    after = next(m for m in house.slack.messages[BIA_DM] if m["ts"] == reminder["ts"])
    assert buttons(after) == [pair for pair in asked if pair[1] != house.ids[mine]]
    assert "agreed with the AI" in json.dumps(after)
    assert len(house.slack.messages[BIA_DM]) == len({m["ts"] for m in house.slack.messages[BIA_DM]})


async def test_somebody_else_answers_in_the_channel_and_the_reminder_knows(house: House) -> None:
    await later(house, hours=24)
    for name in house.ids:
        await house.tap("U0CAIO", ids.APPROVE, house.value(name))
    await house.deliver()
    reminder = last(house, BIA_DM, "Nothing is left to answer here")
    assert buttons(reminder) == []
    assert "<@U0CAIO>" in json.dumps(reminder)


async def test_what_is_gone_from_slack_is_not_said_again(house: House) -> None:
    await later(house, hours=24)
    house.slack.messages[BIA_DM].clear()
    for name in house.ids:
        await house.tap("U0CAIO", ids.APPROVE, house.value(name))
    await house.deliver()
    assert not [m for m in house.slack.messages[BIA_DM] if "answer" in m["text"]]
    assert not house.slack.to("nothing")
    assert await house.desk.read(_unsent) == 0


def _unsent(desk: Any) -> int:
    from db import outbox

    with desk.store.reading() as unit:
        return sum(outbox.depth(unit).values())


async def test_an_answer_given_while_the_reminder_was_drawn_is_caught_up_with(house: House) -> None:
    """Whoever answered did not know of it yet: nothing told it to change."""
    house.clock.move(hours=24)
    while await house.desk.sweep(tick.tick):
        pass

    async def answered_meanwhile(args: dict[str, Any]) -> None:
        if "need your answer" in args["text"]:
            del house.slack.faults["chat.postMessage"]
            review_id = house.ids["bruno"]
            with house.desk.store.unit() as unit:
                unit.connection().exec_driver_sql("UPDATE reviews SET reminded_at = NULL")
            decide.approve(house.desk, review_id, "U0CAIO")

    house.slack.faults["chat.postMessage"] = answered_meanwhile
    await house.deliver()
    said = [m for m in house.slack.messages[BIA_DM] if "answer" in m["text"]]
    assert (ids.APPROVE, house.ids["bruno"]) not in [pair for m in said for pair in buttons(m)]


async def test_what_was_passed_on_follows_too(house: House) -> None:
    """'Bia passed this on to you' keeps its way in while it is theirs, and then says how it ended."""
    hand_over.pass_on(house.desk, house.ids["ana"], "U0BIA", "U0CAIO", "we shared a flat")
    await house.deliver()
    first = last(house, CAIO_DM, "passed this on to you")
    assert ids.OPEN in json.dumps(first)
    assert "Open it by" in json.dumps(first)
    returns.looked(house.desk, house.ids["ana"], "U0CAIO")
    await house.deliver()
    now = next(m for m in house.slack.messages[CAIO_DM] if m["ts"] == first["ts"])
    assert "Open it by" not in json.dumps(now), "they have"
    assert "shared a flat" in json.dumps(now)
    assert "Bia passed this on to you" in now["text"]
    await house.tap("U0BIA", ids.APPROVE, house.value("ana"))
    await house.deliver()
    now = next(m for m in house.slack.messages[CAIO_DM] if m["ts"] == first["ts"])
    assert ids.OPEN not in json.dumps(now)
    assert "agreed with the AI" in json.dumps(now)
    assert "Nothing is left to answer here" in now["text"]


async def test_what_came_back_follows_too(house: House) -> None:
    hand_over.pass_on(house.desk, house.ids["ana"], "U0BIA", "U0CAIO")
    await house.deliver()
    passed = last(house, CAIO_DM, "passed this on to you")
    await later(house, hours=30)
    back, gone = last(house, BIA_DM, "yours again"), last(house, CAIO_DM, "You don\u2019t need to do anything")
    assert ids.OPEN in json.dumps(back)
    hand_over.pass_on(house.desk, house.ids["ana"], "U0BIA", "U0ZOE")
    await house.deliver()
    now = next(m for m in house.slack.messages[BIA_DM] if m["ts"] == back["ts"])
    assert ids.OPEN not in json.dumps(now)
    assert next(m for m in house.slack.messages[CAIO_DM] if m["ts"] == gone["ts"]) == gone, "what is over stays"
    now = next(m for m in house.slack.messages[CAIO_DM] if m["ts"] == passed["ts"])
    assert "<@U0ZOE>" in json.dumps(now), "whoever did not look reads who has it now"
    assert ids.OPEN not in json.dumps(now)


async def test_the_first_message_follows_too(house: House) -> None:
    """What says whose the cards are is the oldest a person has, and the last to be believed if it goes stale."""
    await later(house, hours=3)
    first = last(house, BIA_DM, "need")
    opens = json.dumps(first).count(ids.OPEN)
    assert opens >= 1
    mine = [name for name in house.ids if house.case(name).review.expert == "U0BIA"]
    await house.tap("U0BIA", ids.APPROVE, house.value(mine[0]))
    await house.deliver()
    now = next(m for m in house.slack.messages[BIA_DM] if m["ts"] == first["ts"])
    assert json.dumps(now).count(ids.OPEN) == opens - 1
    assert "agreed with the AI" in json.dumps(now)
    for name in mine[1:]:
        await house.tap("U0CAIO", ids.APPROVE, house.value(name))
    await house.deliver()
    now = next(m for m in house.slack.messages[BIA_DM] if m["ts"] == first["ts"])
    assert ids.OPEN not in json.dumps(now)
    assert "Nothing is left to answer here" in now["text"]
